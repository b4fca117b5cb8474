"""One connection to the relay."""

import re
import smtplib
import ssl
from dataclasses import replace
from types import TracebackType
from typing import Self

from django.conf import settings

from outbox import policy
from outbox.policy import Answer, Verdict, judge
from outbox.states import Reason

_FIRST_DOT = re.compile(rb"^\.", re.MULTILINE)


class Unreachable(Exception):
    """No connection: the relay is down, refuses us, or is not who it says. `answer` tells which."""

    def __init__(self, answer: Answer) -> None:
        super().__init__(answer.reply)
        self.answer = answer


class Relay:
    """A conversation with the mail server of EMAIL_URL, for many messages.

    The waits are those of RFC 5321: ten seconds to connect, five minutes a command, ten minutes for
    the answer to the final dot.
    """

    def __init__(self) -> None:
        server = settings.EMAIL_SERVER
        if server is None:
            raise Unreachable(Answer(Verdict.RETRY, Reason.UNREACHABLE, "EMAIL_URL is not set", closes=True))
        self._server = server
        self._smtp: smtplib.SMTP | None = None

    def __enter__(self) -> Self:
        try:
            self._smtp = self._connect()
        except smtplib.SMTPResponseException as error:
            raise Unreachable(judge(error.smtp_code, _words(error.smtp_error))) from error
        except (OSError, smtplib.SMTPException) as error:
            reply = f"{type(error).__name__}: {error}"[:500]
            raise Unreachable(Answer(Verdict.RETRY, Reason.UNREACHABLE, reply, closes=True)) from error
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._smtp is None:
            return
        try:
            self._smtp.timeout = policy.CONNECT_SECONDS
            self._smtp.quit()
        except (OSError, smtplib.SMTPException):
            self._smtp.close()

    def _connect(self) -> smtplib.SMTP:
        server, secure = self._server, ssl.create_default_context()
        if server["security"] == "tls":
            smtp: smtplib.SMTP = smtplib.SMTP_SSL(
                server["host"], server["port"], timeout=policy.CONNECT_SECONDS, context=secure
            )
        else:
            smtp = smtplib.SMTP(server["host"], server["port"], timeout=policy.CONNECT_SECONDS)
        self._wait(smtp, policy.COMMAND_SECONDS)
        smtp.ehlo_or_helo_if_needed()
        if server["security"] == "starttls":
            smtp.starttls(context=secure)  # raises when the server does not offer it: no fallback
            smtp.ehlo()
        if server["user"]:
            smtp.login(server["user"], server["password"])
        return smtp

    @staticmethod
    def _wait(smtp: smtplib.SMTP, seconds: int) -> None:
        if smtp.sock is not None:
            smtp.sock.settimeout(seconds)

    def send(self, sender: str, recipient: str, mail: bytes) -> Answer:
        """Hand over one mail. Whatever happens, the answer says what became of it."""
        answer = self._say(sender, recipient, mail)
        if answer.verdict is Verdict.SENT or answer.closes:
            return answer
        return answer if self._is_ready_again() else replace(answer, closes=True)

    def _say(self, sender: str, recipient: str, mail: bytes) -> Answer:
        smtp = self._smtp
        assert smtp is not None
        is_handed_over = False
        try:
            self._wait(smtp, policy.COMMAND_SECONDS)
            for command, argument in ((smtp.mail, sender), (smtp.rcpt, recipient)):
                code, reply = command(argument)
                if not 200 <= code < 300:
                    return self._refused(command == smtp.mail, code, _words(reply))
            code, reply = smtp.docmd("DATA")
            if code != 354:  # no go-ahead for the text
                return judge(code, _words(reply))
            self._wait(smtp, policy.FINAL_DOT_SECONDS)
            is_handed_over = True
            smtp.send(_dotted(mail))
            code, reply = smtp.getreply()
            answer = judge(code, _words(reply))
            return replace(answer, in_doubt=answer.reason is Reason.UNREACHABLE)
        except (OSError, smtplib.SMTPException, ValueError) as error:
            reply_text = f"{type(error).__name__}: {error}"[:500]
            return Answer(Verdict.RETRY, Reason.UNREACHABLE, reply_text, closes=True, in_doubt=is_handed_over)

    def _is_ready_again(self) -> bool:
        """Begin anew after a refusal: some servers still wait for the text, some hang up."""
        assert self._smtp is not None
        try:
            self._wait(self._smtp, policy.COMMAND_SECONDS)
            return self._smtp.rset()[0] == 250
        except (OSError, smtplib.SMTPException):
            return False

    @staticmethod
    def _refused(at_sender: bool, code: int, reply: str) -> Answer:
        """A refusal of our own sender would be repeated for everybody: stop instead."""
        answer = judge(code, reply)
        if at_sender and answer.verdict is Verdict.FAIL:
            return Answer(Verdict.PAUSE, Reason.NOT_ACCEPTED, answer.reply)
        return answer


def _dotted(mail: bytes) -> bytes:
    """The text as it follows DATA (RFC 5321, 4.5.2). Unlike `SMTP.data`, the go-ahead has a wait of its own."""
    end = b"" if mail.endswith(b"\r\n") else b"\r\n"
    return _FIRST_DOT.sub(b"..", mail) + end + b".\r\n"


def _words(reply: bytes | str) -> str:
    text = reply.decode("utf-8", "replace") if isinstance(reply, bytes) else reply
    return " ".join(text.split())[:480]
