import pytest

from outbox import policy
from outbox.channels.email import Relay, Unreachable
from outbox.policy import Verdict
from outbox.states import Reason

MAIL = b"Subject: x\r\n\r\nbody\r\n"


def test_the_waits_are_those_of_the_standard(mail_server, monkeypatch):
    waits: list[float] = []

    with Relay() as relay:
        monkeypatch.setattr(Relay, "_wait", staticmethod(lambda smtp, seconds: waits.append(seconds)))
        assert relay.send("a@b.example", "c@d.example", MAIL).verdict is Verdict.SENT

    # A shorter wait for the final dot would make duplicates (RFC 5321, 4.5.3.2.6).
    assert waits == [policy.COMMAND_SECONDS, policy.FINAL_DOT_SECONDS]


def test_a_line_that_begins_with_a_dot_arrives(mail_server):
    with Relay() as relay:
        relay.send("a@b.example", "c@d.example", b"Subject: x\r\n\r\n.\r\n..two\r\nend\r\n")

    assert mail_server.arrived[0].mail.get_content() == ".\r\n..two\r\nend\r\n"


def test_a_long_silence_before_the_go_ahead_is_no_doubt(mail_server, monkeypatch):
    with Relay() as relay:

        def silent(command, *args):
            raise TimeoutError("timed out")

        monkeypatch.setattr(relay._smtp, "putcmd", silent)
        monkeypatch.setattr(relay._smtp, "mail", lambda sender: (250, b"ok"))
        monkeypatch.setattr(relay._smtp, "rcpt", lambda recipient: (250, b"ok"))
        answer = relay.send("a@b.example", "c@d.example", MAIL)
        monkeypatch.undo()

    assert (answer.verdict, answer.in_doubt) == (Verdict.RETRY, False)


def test_a_server_that_is_not_there_is_unreachable(mail_server):
    mail_server.stop()

    with pytest.raises(Unreachable) as refused, Relay():
        pass

    assert refused.value.answer.verdict is Verdict.RETRY
    assert refused.value.answer.reason == Reason.UNREACHABLE
    assert "refused" in refused.value.answer.reply.lower()


def test_without_an_address_of_a_server_it_says_so(settings):
    settings.EMAIL_SERVER = None

    with pytest.raises(Unreachable, match="EMAIL_URL is not set"):
        Relay()


def test_a_server_whose_certificate_nobody_signed_is_refused(mail_server, settings):
    settings.EMAIL_SERVER = {**mail_server.settings, "security": "tls"}

    with pytest.raises(Unreachable) as refused, Relay():
        pass

    assert refused.value.answer.verdict is Verdict.RETRY
    assert mail_server.arrived == []


def test_an_answer_of_many_lines_becomes_one(mail_server):
    mail_server.refuse("c@d.example", "550-5.1.1 No\r\n550-5.1.1 such\r\n550 5.1.1 user")

    with Relay() as relay:
        answer = relay.send("a@b.example", "c@d.example", MAIL)

    assert answer.reply == "550 5.1.1 No 5.1.1 such 5.1.1 user"
    assert "\n" not in answer.reply


def test_a_dying_connection_is_an_answer_and_no_error(mail_server):
    with Relay() as relay:
        mail_server.stop()
        relay._smtp.sock.close()
        answer = relay.send("a@b.example", "c@d.example", MAIL)

    assert answer.verdict is Verdict.RETRY
    assert answer.closes
