"""A notice to a thousand recipients: from the press of the button to the last mail, beside SMTP alone."""

import smtplib
import time
from multiprocessing.queues import Queue

from bench import databases, sink, tables
from bench.sink import Mail
from tests.e2e.system import System
from tests.visitor import Visitor, code

RECIPIENTS = 1_000
PATIENCE = 300  # seconds for one mail


def measure() -> None:
    rows = [row for kind in databases.KINDS for row in _on(kind)]
    header = ["", "approval answered after, s", "last mail after, s", "mails a second"]
    tables.write(
        "notice",
        f"A notice to {RECIPIENTS:,} recipients",
        "An officer approves over HTTP; the workers hand every mail to an SMTP server of another process. The limit is"
        " smtplib alone, which sends the same bytes to the same server over one connection and writes nothing down.",
        tables.table(header, rows),
        databases=databases.versions(),
    )


def _on(kind: str) -> list[list[str]]:
    with sink.running() as (port, taken), databases.system(kind, EMAIL_URL=f"smtp://127.0.0.1:{port}") as system:
        people = databases.run(system, "tests.stage", "fill", "--recipients", str(RECIPIENTS))
        system.start()
        try:
            answered, sent, mails = _send(system, people, taken)
        finally:
            system.stop()
        alone = _alone(port, taken, mails)
    return [
        [f"Hodisa on {kind}", f"{answered:.2f}", f"{sent:.1f}", f"{RECIPIENTS / sent:.0f}"],
        ["limit: smtplib alone", "", f"{alone:.1f}", f"{RECIPIENTS / alone:.0f}"],
    ]


def _send(system: System, people: dict[str, dict[str, str]], taken: "Queue[Mail]") -> tuple[float, float, list[Mail]]:
    approver = people["approvers"][0]
    visitor, ref = Visitor(system.address, approver["session"]), people["notices"][0]
    form = visitor.approval(ref)
    began = time.perf_counter()
    answer = visitor.approve(ref, code(approver["seed"]), form=form)
    assert answer.status == 302, answer.text
    mails = [taken.get(timeout=PATIENCE) for _mail in range(RECIPIENTS)]
    return answer.seconds, time.perf_counter() - began, mails


def _alone(port: int, taken: "Queue[Mail]", mails: list[Mail]) -> float:
    began = time.perf_counter()
    with smtplib.SMTP("127.0.0.1", port) as line:
        for mail in mails:
            line.sendmail(mail.sender, [mail.recipient], mail.content)
    for _mail in mails:
        taken.get(timeout=PATIENCE)
    return time.perf_counter() - began
