import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from core.errors import Conflict
from incidents.models import Incident
from incidents.services import incidents, triage
from incidents.terms import EntryKind, Flag, Kind, Severity, State
from tests.factories import make_incident, make_report, make_user

pytestmark = pytest.mark.django_db


# --- the report ----------------------------------------------------------------------------------


def test_one_sentence_is_a_report(sam, clock, audited):
    now = clock.set("2026-07-16 14:32")

    incident = incidents.report("The panel shows a stranger", by=sam)

    incident.refresh_from_db()
    assert (incident.ref, incident.state, incident.kind) == ("INC-2026-0001", State.REPORTED, Kind.UNKNOWN)
    assert (incident.title, incident.report_text) == ("The panel shows a stranger",) * 2
    assert (incident.reporter, incident.reported_at) == (sam, now)
    assert incident.personal_data == incident.infrastructure == incident.customers_affected == Flag.UNKNOWN
    [entry] = incident.timelineentry_set.all()
    assert (entry.kind, entry.added_by, entry.is_in_report) == (EntryKind.REPORTED, sam, True)
    assert [e.target for e in audited("incident.reported")] == ["incident:INC-2026-0001"]


@pytest.mark.parametrize("role", Role)
def test_everybody_may_report(role):
    assert make_report(by=make_user(role)).pk


@pytest.mark.parametrize("moment", ["2026-12-31 23:59", "2027-01-01 00:00"])
def test_numbers_count_within_the_year_of_the_house(sam, clock, moment):
    clock.set(moment)

    assert incidents.report("Something", by=sam).ref == f"INC-{moment[:4]}-0001"


def test_a_number_is_never_given_twice(sam, clock):
    clock.set("2026-07-16 14:32")
    first = incidents.report("One", by=sam)
    with pytest.raises(ValidationError):
        incidents.report("A \u202e word", by=sam)

    second = incidents.report("Two", by=sam)

    assert (first.ref, second.ref) == ("INC-2026-0001", "INC-2026-0002")


@pytest.mark.django_db(transaction=True)
def test_twelve_reports_at_once_get_twelve_numbers(sam, in_threads):
    made = in_threads(12, lambda number: incidents.report(f"Report {number}", by=sam).ref)

    assert len(set(made)) == 12
    assert sorted(int(ref.rpartition("-")[2]) for ref in made) == list(range(1, 13))


def test_the_title_is_the_first_line_cut_at_a_word(sam):
    text = "\n\n" + "somebody read the mail of the accounting office " * 4 + "\nmore below"

    incident = incidents.report(text, by=sam)

    assert len(incident.title) <= 120
    assert incident.title.endswith("…")
    assert incident.report_text == text


@pytest.mark.parametrize("text", ["Source:\t203.0.113.7", "\tindented", "one\ttwo\n\tthree"])
def test_a_tab_does_not_cost_the_reporter_a_word(sam, text):
    incident = incidents.report(text, by=sam)

    assert incident.report_text == text
    assert "\t" not in incident.title


def test_a_reporter_with_a_long_address_can_report():
    person = make_user(email="a" * 60 + "@" + ".".join(["b" * 60] * 3) + ".example")

    assert len(incidents.report("Something", by=person).reporter_contact) <= 200


@pytest.mark.parametrize("text", ["", "   \n ", "a\x00b", "a\u2028b", "a\ud800b", "x" * 20_001])
def test_a_text_that_cannot_be_kept_is_refused_in_words(sam, text):
    with pytest.raises(ValidationError):
        incidents.report(text, by=sam)

    assert not Incident.objects.exists()


def test_when_it_was_noticed_is_when_it_happened_in_the_log(sam, clock):
    noticed = clock.set("2026-07-16 13:00")
    reported = clock.set("2026-07-16 14:32")

    entry = incidents.report("Something", by=sam, noticed_at=noticed).timelineentry_set.get()

    assert (entry.happened_at, entry.added_at) == (noticed, reported)
    assert entry.was_added_later


def test_files_of_the_report_become_evidence_once(sam, draft_file):
    files = [draft_file(owner="s"), draft_file("same.txt", owner="s"), draft_file("other.txt", b"other\n", owner="s")]

    incident = incidents.report("See the files", by=sam, files=files)

    assert list(incident.evidence_set.order_by("number").values_list("name", flat=True)) == ["log.txt", "other.txt"]
    assert [item.custody.get().by for item in incident.evidence_set.all()] == [sam, sam]


def test_words_are_found_in_both_scripts(sam):
    incident = incidents.report("Buxgalteriya pochtasida gʻalati xat", by=sam)

    for words in ("бухгалтерия", "g'alati XAT", incident.ref.lower()):
        assert list(Incident.objects.matching(words)) == [incident]


# --- adding to it --------------------------------------------------------------------------------


def test_a_reporter_adds_to_the_own_report(sam, draft_file, audited):
    incident = make_report(by=sam)

    incidents.extend(incident, text="It happened again", by=sam, files=[draft_file(owner="s")])

    entry = incident.timelineentry_set.get(kind=EntryKind.EXTENDED)
    assert (entry.facts["text"], incident.evidence_set.count()) == ("It happened again", 1)
    assert len(audited("report.extended", target=incident.audit_target)) == 1


def test_a_stranger_adds_nothing(sam, sue):
    with pytest.raises(PermissionDenied):
        incidents.extend(make_report(by=sam), text="Me too", by=sue)


# --- facts ---------------------------------------------------------------------------------------


def test_facts_that_changed_are_named_in_log_and_trail(olga, audited):
    incident = make_incident(by=olga)

    incidents.change_facts(
        incident, version=incident.version, by=olga, values={"systems": "Mail panel", "kind": incident.kind}
    )

    entry = incident.timelineentry_set.latest("number")
    assert (entry.kind, entry.facts) == (EntryKind.FACTS, {"fields": ["systems"]})
    assert audited("incident.facts_changed")[-1].changes == '{"systems":["","Mail panel"]}'


def test_facts_that_did_not_change_leave_no_trace(olga):
    incident = make_incident(by=olga)
    version, entries = incident.version, incident.timelineentry_set.count()

    incidents.change_facts(incident, version=version, by=olga, values={"systems": "", "title": incident.title})

    incident.refresh_from_db()
    assert (incident.version, incident.timelineentry_set.count()) == (version, entries)


def test_the_second_of_two_writers_meets_a_conflict_and_overwrites_nothing(olga, oscar):
    incident = make_incident(by=olga)
    incidents.change_facts(incident, version=incident.version, by=olga, values={"cause": "Hers"})

    with pytest.raises(Conflict):
        incidents.change_facts(incident, version=incident.version, by=oscar, values={"cause": "His"})

    incident.refresh_from_db()
    assert incident.cause == "Hers"


def test_an_end_before_the_beginning_is_refused(olga, clock):
    early, late = clock.set("2026-07-16 10:00"), clock.set("2026-07-16 11:00")
    incident = make_incident(by=olga)

    with pytest.raises(ValidationError) as error:
        incidents.change_facts(
            incident, version=incident.version, by=olga, values={"happened_from": late, "happened_to": early}
        )

    assert error.value.message_dict == {"happened_to": ["The end lies before the beginning."]}
    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(happened_from=late, happened_to=early)


def test_not_known_when_it_happened_takes_the_moments_away(olga, clock):
    moment = clock.set("2026-07-16 10:00")
    incident = make_incident(by=olga)
    values = {"happened_from": moment, "happened_to": moment, "is_happened_unknown": True}

    changed = incidents.change_facts(incident, version=incident.version, by=olga, values=values)

    assert changed.happened_from is changed.happened_to is None


def test_somebody_always_leads(olga):
    incident = make_incident(by=olga)

    with pytest.raises(ValidationError) as error:
        incidents.change_facts(incident, version=incident.version, by=olga, values={"lead": None})

    assert "lead" in error.value.message_dict


def test_a_new_lead_joins_the_team(olga, rita):
    incident = make_incident(by=olga)

    incidents.change_facts(incident, version=incident.version, by=olga, values={"lead": rita})

    assert rita in incident.team.all()


@pytest.mark.parametrize("role", Role)
def test_facts_are_changed_by_those_who_work_on_it(role, olga):
    incident, person = make_incident(by=olga), make_user(role)

    def act():
        incidents.change_facts(incident, version=incident.version, by=person, values={"systems": "Panel"})

    if role in {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}:
        act()
    else:
        with pytest.raises(PermissionDenied):
            act()


@pytest.mark.parametrize("name", ["state", "closed_at", "reporter", "ref", "confirmed_at"])
def test_what_is_not_a_fact_cannot_be_changed_as_one(olga, name):
    incident = make_incident(by=olga)

    with pytest.raises(ValueError):
        incidents.change_facts(incident, version=incident.version, by=olga, values={name: None})


@pytest.mark.parametrize(
    ("before", "after", "runs"),
    [
        ((Flag.NO, Flag.NO), (Flag.YES, Flag.NO), "from the change"),
        ((Flag.NO, Flag.NO), (Flag.NO, Flag.UNKNOWN), "from the change"),
        ((Flag.UNKNOWN, Flag.NO), (Flag.YES, Flag.NO), "from the confirmation"),
        ((Flag.YES, Flag.NO), (Flag.YES, Flag.YES), "from the confirmation"),
        ((Flag.YES, Flag.UNKNOWN), (Flag.NO, Flag.NO), "no more"),
        ((Flag.NO, Flag.NO), (Flag.NO, Flag.NO), "no more"),
    ],
)
def test_the_duty_to_notify_runs_from_the_moment_a_flag_asks_for_it(olga, clock, before, after, runs):
    confirmed = clock.set("2026-07-16 10:00")
    incident = make_incident(by=olga, personal_data=before[0], infrastructure=before[1])
    changed = clock.set("2026-07-16 15:00")

    incidents.change_facts(
        incident,
        version=incident.version,
        by=olga,
        values={"personal_data": after[0], "infrastructure": after[1], "systems": "Panel"},
    )

    incident.refresh_from_db()
    expected = {"from the change": changed, "from the confirmation": confirmed, "no more": None}
    assert incident.notify_from == expected[runs]


def test_a_flag_of_a_report_starts_no_duty_before_it_is_confirmed(olga):
    report = make_report()

    changed = incidents.change_facts(report, version=0, by=olga, values={"personal_data": Flag.YES})

    assert changed.notify_from is None


# --- severity and team ---------------------------------------------------------------------------


def test_a_changed_severity_keeps_both_values_and_the_reason(olga, audited):
    incident = make_incident(by=olga, severity=Severity.LOW)

    incidents.change_severity(incident, severity=Severity.CRITICAL, reason="It spreads", by=olga)

    entry = incident.timelineentry_set.latest("number")
    assert entry.facts == {"before": 1, "after": 4, "reason": "It spreads"}
    assert audited("incident.severity_changed")[-1].changes == '{"severity":[1,4]}'


def test_a_severity_changes_only_with_a_reason_and_after_confirmation(olga):
    incident, report = make_incident(by=olga), make_report()

    with pytest.raises(ValidationError):
        incidents.change_severity(incident, severity=Severity.LOW, reason=" ", by=olga)
    with pytest.raises(ValidationError):
        incidents.change_severity(report, severity=Severity.LOW, reason="Because", by=olga)


def test_the_lead_cannot_be_taken_off_the_team(olga, rita, rolf):
    incident = make_incident(by=olga, lead=rita)

    incidents.change_team(incident, team=[rolf], by=olga)

    assert set(incident.team.all()) == {rita, rolf}


# --- what the database holds ---------------------------------------------------------------------


@pytest.mark.parametrize(
    "values",
    [
        {"state": State.CLOSED},
        {"state": State.INVESTIGATING, "confirmed_at": None},
        {"state": State.CONTAINED, "lead": None},
        {"state": State.REPORTING, "severity": None},
    ],
)
def test_the_database_refuses_an_incident_that_contradicts_itself(olga, values):
    incident = make_incident(by=olga)

    with pytest.raises(IntegrityError), transaction.atomic():
        Incident.objects.filter(pk=incident.pk).update(**values)


def test_confirming_keeps_what_the_reporter_wrote(olga, sam):
    report = make_report(by=sam, text="As I saw it")

    incident = triage.confirm(
        report,
        title="As we say it",
        kind=Kind.ACCOUNT,
        severity=Severity.HIGH,
        lead=olga,
        personal_data=Flag.NO,
        infrastructure=Flag.NO,
        by=olga,
    )

    assert (incident.title, incident.report_text) == ("As we say it", "As I saw it")
