"""A mail server in a process of its own that takes everything and passes it on."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.queues import Queue

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, Envelope, Session

from tests.e2e.system import free_port


@dataclass(frozen=True, slots=True)
class Mail:
    sender: str
    recipient: str
    content: bytes


class _Taker:
    def __init__(self, mails: "Queue[Mail]") -> None:
        self.mails = mails

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.original_content or b""
        self.mails.put(Mail(envelope.mail_from or "", envelope.rcpt_tos[0], content))
        return "250 OK"


def _serve(port: int, mails: "Queue[Mail]") -> None:
    Controller(_Taker(mails), hostname="127.0.0.1", port=port).start()
    threading.Event().wait()


@contextmanager
def running() -> Iterator[tuple[int, "Queue[Mail]"]]:
    """Its port and what it takes."""
    context = get_context("spawn")
    mails: Queue[Mail] = context.Queue()
    port = free_port()
    process = context.Process(target=_serve, args=(port, mails), daemon=True)
    process.start()
    try:
        yield port, mails
    finally:
        process.terminate()
        process.join()
