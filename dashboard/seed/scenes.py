"""The incidents of the demo, from the oldest to this morning's."""

from customers.models import Customer
from dashboard.seed import wording
from dashboard.seed.cast import Cast
from dashboard.seed.moments import Moments
from dashboard.seed.story import Story
from incidents.services import declarations, triage
from incidents.terms import ActionKind, DeclarationKind, Flag, Kind, Severity, State
from notifications.terms import Phase


def play(moments: Moments, cast: Cast, customers: list[Customer]) -> None:
    """Everything, in the order in which it happened."""
    key_in_repository(moments, cast, customers)
    not_an_incident(moments, cast)
    broken_disk(moments, cast)
    contact_list(moments, cast, customers)
    second_opinion(moments, cast)
    copied_sign_in(moments, cast)
    new_reports(moments, cast)


def key_in_repository(m: Moments, c: Cast, customers: list[Customer]) -> None:
    """Closed: the whole way, with customers told, two letters, a signed report and measures."""
    s = Story(
        "A partner's developer says our API key stands in a public code repository. He sent the address.",
        at=m.on(24, 10, 12), by=c.sevara, kind=Kind.EXPOSURE, noticed_at=m.on(24, 10, 5),
    )  # fmt: skip
    s.confirm(
        m.on(24, 10, 31), by=c.dilnoza, title="Partner API key in a public repository", kind=Kind.EXPOSURE,
        severity=Severity.HIGH, lead=c.jasur, personal_data=Flag.UNKNOWN, infrastructure=Flag.NO, team=[c.rustam],
    )  # fmt: skip
    block = s.block(
        m.on(24, 10, 52), ActionKind.KEY, "Partner key ending in 7Q4T", "API gateway", by=c.rustam,
        happened_at=m.on(24, 10, 48), undo_plan="None: the partner has a new key",
    )  # fmt: skip
    s.check(m.on(24, 11, 5), block, "Sent a request with the key and got 401", by=c.jasur)
    s.evidence(
        m.on(24, 11, 40), "gateway-access.log", wording.GATEWAY_LOG, taken_from="API gateway, node 1", by=c.rustam
    )
    s.note(
        m.on(24, 13, 20),
        "The key stood in the repository from **20:14 the day before yesterday**. The gateway log shows"
        " `GET /v1/students` from 203.0.113.77, 412 requests, all between 02:10 and 02:31.",
        by=c.jasur, is_in_report=True, happened_at=m.on(24, 2, 10),
    )  # fmt: skip
    s.facts(
        m.on(24, 13, 45), by=c.jasur, personal_data=Flag.YES, happened_from=m.on(24, 2, 10), happened_to=m.on(24, 2, 31),
        systems="API gateway, student directory (api.namuna.example)", data_kinds="Names and course names of students",
        people_count=2140, is_people_count_estimate=False, how_found="A partner's developer called support",
    )  # fmt: skip
    told = dict(zip(customers[:6], (320, 540, 210, 480, 190, 400), strict=True))
    s.customers(m.on(24, 14, 2), told, "Names, course names", by=c.malika)
    notice = s.write_notice(m.on(24, 14, 30), wording.KEY, by=c.malika)
    s.approve(m.on(24, 15, 4), notice, by=c.dilnoza)
    letter = s.letter(m.on(24, 15, 20), Phase.INITIAL, language="uz", by=c.jasur, **wording.KEY_LETTER)
    letter = s.sign_letter(m.on(24, 16, 10), letter, "41-B", by=c.dilnoza)
    s.mail_letter(m.on(24, 16, 12), letter, by=c.dilnoza)
    s.acknowledged(m.on(22, 11), letter, "1184", by=c.malika)
    s.facts(
        m.on(23, 12), by=c.jasur,
        cause="A partner's developer committed a configuration file with the key. Keys had no limit by network.",
        consequences="412 requests read names and courses of 2,140 students. No contact data, no payments.",
    )  # fmt: skip
    s.finish_tasks(m.on(23, 17), by=c.jasur)
    s.measure(m.on(23, 17, 20), "Bind partner keys to the partner's networks", owner=c.rustam, days=14, by=c.jasur)
    s.measure(
        m.on(23, 17, 25), "Search public repositories for our keys every night", owner=c.jasur, days=21, by=c.jasur
    )
    s.move(m.on(23, 17, 40), State.CONTAINED, by=c.jasur)
    s.move(
        m.on(22, 12), State.REPORTING, by=c.dilnoza,
        restored_how="The partner works with a new key since the evening of the first day. Nothing was lost.",
    )  # fmt: skip
    final = s.letter(m.on(21, 10), Phase.FINAL, language="uz", by=c.jasur, **wording.KEY_LETTER_FINAL)
    final = s.sign_letter(m.on(21, 11), final, "44-B", by=c.dilnoza)
    s.hand_in(m.on(21, 15), final, "Namuna 44-B, accepted", by=c.malika)
    s.report(m.on(21, 16), language="en", by=c.jasur, conclusions="Keys without a limit by network must not exist.")
    s.sign_report(m.on(20, 10), by=c.dilnoza)
    s.close(m.on(20, 10, 15), by=c.dilnoza)


def not_an_incident(m: Moments, c: Cast) -> None:
    """Closed in the queue: somebody saw a planned test."""
    s = Story("The site was slow for ten minutes this morning.", at=m.on(12, 9, 50), by=c.botir, kind=Kind.FAILURE)
    triage_at = m.on(12, 10, 20)
    with s.step(triage_at):
        triage.dismiss(
            s.incident, reason="A planned load test, announced the day before.", severity=Severity.LOW, by=c.dilnoza
        )


def broken_disk(m: Moments, c: Cast) -> None:
    """In reporting: everything is done, the report waits for the officer's signature."""
    s = Story(
        "Backup server beeps, two red lights on the disks.", at=m.on(5, 8, 40), by=c.botir, kind=Kind.FAILURE,
        noticed_at=m.on(5, 8, 30),
    )  # fmt: skip
    s.confirm(
        m.on(5, 9, 5), by=c.bekzod, title="Backup server disk failure", kind=Kind.FAILURE, severity=Severity.MEDIUM,
        lead=c.rustam, personal_data=Flag.NO, infrastructure=Flag.NO,
    )  # fmt: skip
    with s.step(m.on(5, 9, 30)):
        declarations.sign(
            s.incident, kind=DeclarationKind.NOTHING_TO_BLOCK, by=c.bekzod,
            reason="A disk wore out. There is no source that could be blocked.",
        )  # fmt: skip
        declarations.sign(
            s.incident, kind=DeclarationKind.CENTER_NOT_REQUIRED, by=c.bekzod,
            reason="Equipment failure without data loss and without any sign of an unlawful act.",
        )  # fmt: skip
    s.no_customers(m.on(5, 9, 40), "The backup server holds copies only; the service ran all the time.", by=c.rustam)
    s.note(
        m.on(5, 12),
        "Disks 3 and 5 failed within an hour. The array holds with one spare.",
        by=c.rustam,
        is_in_report=True,
    )
    s.facts(
        m.on(4, 15), by=c.rustam, happened_from=m.on(5, 7, 55), systems="Backup server bk-1",
        cause="Two disks of one production batch wore out.", consequences="None for customers: one nightly copy was late.",
        how_found="Signal lights of the server",
    )  # fmt: skip
    s.finish_tasks(m.on(4, 16), by=c.rustam)
    s.measure(m.on(4, 16, 10), "Replace the remaining disks of that batch", owner=c.rustam, days=10, by=c.rustam)
    s.move(m.on(4, 16, 20), State.CONTAINED, by=c.rustam)
    s.move(m.on(3, 10), State.REPORTING, by=c.bekzod, restored_how="Both disks replaced, array rebuilt, copy verified.")
    s.report(m.on(3, 11), language="en", by=c.rustam)


def contact_list(m: Moments, c: Cast, customers: list[Customer]) -> None:
    """This morning's: critical, half way, a notice and a letter wait for the officer."""
    s = Story(
        "A customer called: they got an alert about a sign-in to the admin panel that was not theirs.",
        at=m.ago(hours=5, minutes=20), by=c.sevara, kind=Kind.ACCOUNT, is_still_happening=Flag.UNKNOWN,
        noticed_at=m.ago(hours=5, minutes=25),
    )  # fmt: skip
    s.confirm(
        m.ago(hours=5), by=c.dilnoza, title="Contact list exported from admin panel", kind=Kind.ACCOUNT,
        severity=Severity.HIGH, lead=c.jasur, personal_data=Flag.UNKNOWN, infrastructure=Flag.NO, team=[c.malika, c.rustam],
    )  # fmt: skip
    first = s.block(
        m.ago(hours=4, minutes=46), ActionKind.IP, "198.51.100.23", "Edge firewall", by=c.rustam,
        undo_plan="Remove the rule when the partner names its networks",
    )  # fmt: skip
    s.check(m.ago(hours=4, minutes=40), first, "Read the counter of the firewall rule: it drops", by=c.jasur)
    s.severity(
        m.ago(hours=4, minutes=27), Severity.CRITICAL, reason="Personal data of students left the system", by=c.dilnoza
    )
    s.block(
        m.ago(hours=3, minutes=20), ActionKind.FEATURE, "Export of contacts for partner roles", "Admin panel, feature flag",
        by=c.rustam, undo_plan="After the review of partner roles",
    )  # fmt: skip
    account = s.block(
        m.ago(hours=3, minutes=2), ActionKind.ACCOUNT, "partner-erp", "Admin panel, all sessions ended", by=c.rustam,
        undo_plan="None, the account is retired",
    )  # fmt: skip
    s.check(m.ago(hours=2, minutes=50), account, "Tried to sign in with the account: refused", by=c.jasur)
    s.note(
        m.ago(hours=1, minutes=46),
        "The export ran **once**, at `/admin/students/export`: 18,402 contacts of our customers. The session used the"
        " password of `partner-erp`, an old partner account that never had a second factor.",
        by=c.jasur, is_in_report=True, happened_at=m.ago(hours=5, minutes=41),
    )  # fmt: skip
    s.facts(
        m.ago(hours=1, minutes=40), by=c.jasur, personal_data=Flag.YES, happened_from=m.ago(hours=5, minutes=41),
        happened_to=m.ago(hours=5, minutes=39), systems="Admin panel of namuna.example",
        data_kinds="Names, phone numbers, course names", people_count=18402, how_found="A customer called support",
        cause="An old partner account without a second factor", consequences="A list of contacts left the system.",
    )  # fmt: skip
    told = {customer: 90 + 37 * (number % 11) for number, customer in enumerate(customers)}
    s.customers(m.ago(hours=1, minutes=30), told, "Names, phone numbers, course names", by=c.malika)
    s.finish_tasks(m.ago(hours=1, minutes=10), by=c.jasur, most=3)
    s.measure(m.ago(hours=1), "Second factor for every partner account", owner=c.rustam, days=4, by=c.jasur)
    s.measure(m.ago(minutes=58), "Limit an export to 500 rows without approval", owner=c.malika, days=15, by=c.jasur)
    s.write_notice(m.ago(minutes=40), wording.CONTACTS, by=c.malika)
    s.letter(m.ago(minutes=25), Phase.INITIAL, language="uz", by=c.jasur, **wording.CONTACTS_LETTER)
    s.evidence(
        m.ago(minutes=14),
        "nginx-admin-access.log",
        wording.ADMIN_LOG,
        taken_from="Admin panel, web server",
        by=c.malika,
    )


def second_opinion(m: Moments, c: Cast) -> None:
    """Waits for another person: not an incident, says the first."""
    s = Story(
        "I got two messages with a sign-in code that I did not ask for.", at=m.ago(hours=3, minutes=40), by=c.botir,
        kind=Kind.ACCOUNT,
    )  # fmt: skip
    with s.step(m.ago(hours=3)):
        triage.dismiss(
            s.incident, reason="A colleague mistyped his phone number in the test system.", severity=Severity.HIGH,
            by=c.jasur,
        )  # fmt: skip


def copied_sign_in(m: Moments, c: Cast) -> None:
    """Confirmed, and nobody has blocked anything yet: its clock is late."""
    s = Story(
        "A page at signin-namuna.example copies our sign-in. A customer sent a picture.",
        at=m.ago(hours=2, minutes=6), by=c.malika, kind=Kind.PHISHING, noticed_at=m.ago(hours=2, minutes=20),
    )  # fmt: skip
    s.confirm(
        m.ago(hours=1, minutes=42), by=c.bekzod, title="Phishing page copies our sign-in", kind=Kind.PHISHING,
        severity=Severity.HIGH, lead=c.rustam, personal_data=Flag.UNKNOWN, infrastructure=Flag.NO, team=[c.malika],
    )  # fmt: skip


def new_reports(m: Moments, c: Cast) -> None:
    Story("Someone changed our payment details, says a customer on the phone.", at=m.ago(minutes=44), by=c.sevara)
    Story(
        "USB stick lost, Samarkand office. Price lists and a few contracts were on it.", at=m.ago(minutes=27),
        by=c.botir, kind=Kind.DEVICE,
    )  # fmt: skip
