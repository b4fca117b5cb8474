"""A real SMTP server for tests, in its own thread: it keeps what arrives and misbehaves as it is told."""

import asyncio
import socket
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, Session


@dataclass(frozen=True, slots=True)
class Arrived:
    """One mail as the server took it."""

    sender: str
    recipient: str
    raw: bytes

    @property
    def mail(self) -> EmailMessage:
        found = message_from_bytes(self.raw, policy=policy.default)
        assert isinstance(found, EmailMessage)
        return found


@dataclass
class Fault:
    reply: str
    times: int | None = None  # None: always
    hangs_up: bool = False

    def strike(self) -> bool:
        if self.times is None:
            return True
        self.times -= 1
        return self.times >= 0


class _Server(SMTP):
    """aiosmtpd lets a handler speak only after the final dot; these two come earlier."""

    async def push(self, status: Any) -> None:
        handler: MailServer = self.event_handler
        if handler.greeting and status.startswith("220 "):
            status = handler.greeting
        await super().push(status)

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802
        handler: MailServer = self.event_handler
        if reply := handler._fault("BEFORE_DATA", (self.envelope.rcpt_tos or [""])[0], self):
            await self.push(reply)
        else:
            await super().smtp_DATA(arg)


class _Door(Controller):
    def factory(self) -> SMTP:
        return _Server(self.handler, **self.SMTP_kwargs)


@dataclass
class MailServer:
    """`arrived` is what was taken.

    Stages of a fault: MAIL, RCPT, BEFORE_DATA (no go-ahead for the text) and DATA (the answer to the
    final dot); `address` is the recipient's.
    """

    host: str = "127.0.0.1"
    port: int = 0
    arrived: list[Arrived] = field(default_factory=list)
    delay: float = 0.0  # seconds before the answer to the final dot
    greeting: str = ""  # said instead of “220 …”
    connections: int = 0
    _faults: dict[tuple[str, str], Fault] = field(default_factory=dict)
    _lost_answers: int = 0
    _login: tuple[str, str] | None = None
    _controller: Controller | None = None

    # --- what tests say ---------------------------------------------------------------------------

    def fail(
        self, stage: str, reply: str, *, address: str = "", times: int | None = None, hangs_up: bool = False
    ) -> None:
        """Answer `reply` at a stage: always or `times` times, for one recipient or for everybody."""
        self._faults[stage, address.lower()] = Fault(reply, times, hangs_up)

    def refuse(self, address: str, reply: str = "550 5.1.1 No such user here") -> None:
        """Refuse a recipient for good."""
        self.fail("RCPT", reply, address=address)

    def fail_temporarily(self, address: str, *, times: int = 1, reply: str = "450 4.7.1 Try again later") -> None:
        self.fail("RCPT", reply, address=address, times=times)

    def lose_answers(self, count: int) -> None:
        """Take the next mails and hang up before the answer to the final dot."""
        self._lost_answers = count

    def ask_for_login(self, user: str, password: str) -> None:
        self._login = (user, password)

    def behave(self) -> None:
        """Take everything again."""
        self._faults.clear()
        self.delay, self._lost_answers, self.greeting = 0.0, 0, ""

    @property
    def recipients(self) -> list[str]:
        return [arrived.recipient for arrived in self.arrived]

    def to(self, address: str) -> list[EmailMessage]:
        return [arrived.mail for arrived in self.arrived if arrived.recipient == address.lower()]

    @property
    def settings(self) -> dict[str, object]:
        """The value of EMAIL_SERVER that leads here."""
        user, password = self._login or ("", "")
        return {"host": self.host, "port": self.port, "user": user, "password": password, "security": "plain"}

    # --- start and stop ---------------------------------------------------------------------------

    def start(self) -> None:
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)  # connections of before may linger
            probe.bind((self.host, self.port))
            self.port = probe.getsockname()[1]
        self._controller = _Door(
            self,
            hostname=self.host,
            port=self.port,
            ready_timeout=10,
            authenticator=self._authenticate,
            auth_require_tls=False,
        )
        self._controller.start()

    def stop(self) -> None:
        """Close the door: the next connection is refused. `start` opens it again at the same port."""
        if self._controller is not None:
            self._controller.stop()
            self._controller = None

    # --- what aiosmtpd asks -----------------------------------------------------------------------

    def _authenticate(
        self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
    ) -> AuthResult:
        given = (data.login.decode(), data.password.decode())
        return AuthResult(success=given == self._login, handled=False)

    def _fault(self, stage: str, address: str, server: SMTP) -> str:
        for key in dict.fromkeys([(stage, address.lower()), (stage, "")]):
            fault = self._faults.get(key)
            if fault is not None and fault.strike():
                if fault.hangs_up:
                    server.loop.call_soon(server.transport.close)  # right after the reply
                return fault.reply
        return ""

    async def handle_EHLO(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._fault("MAIL", "", server):
            return reply
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 OK"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if reply := self._fault("RCPT", address, server):
            return reply
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        recipient, content = envelope.rcpt_tos[0], envelope.content
        assert isinstance(content, bytes)
        if reply := self._fault("DATA", recipient, server):
            return reply
        if self.delay:
            await asyncio.sleep(self.delay)
        self.arrived.append(Arrived(envelope.mail_from or "", recipient, content))
        if self._lost_answers:
            self._lost_answers -= 1
            server.transport.abort()
        return "250 2.0.0 Taken"
