import pytest
from django.core.exceptions import PermissionDenied, ValidationError

from accounts.roles import Role
from incidents import playbooks
from incidents.models import Incident
from incidents.services import triage
from incidents.terms import EntryKind, Flag, Kind, Outcome, Severity, State
from tests.factories import make_incident, make_report, make_user

pytestmark = pytest.mark.django_db

REASON = "It was our own test of the provider"
WORKING = {Role.RESPONDER, Role.OFFICER, Role.DEPUTY}


def confirm(report, by, **values):
    return triage.confirm(
        report,
        **{
            "title": "Strange sign-ins",
            "kind": Kind.ACCOUNT,
            "severity": Severity.HIGH,
            "lead": by,
            "personal_data": Flag.UNKNOWN,
            "infrastructure": Flag.NO,
            "by": by,
            **values,
        },
    )


# --- an incident ---------------------------------------------------------------------------------


def test_a_confirmed_report_is_investigated_from_now_on(rita, olga, clock, audited):
    report = make_report()
    now = clock.set("2027-07-16 14:32")

    incident = confirm(report, rita, lead=olga)

    assert (incident.state, incident.outcome) == (State.INVESTIGATING, Outcome.CONFIRMED)
    assert incident.confirmed_at == incident.notify_from == now
    assert set(incident.team.all()) == {rita, olga}
    assert len(audited("incident.triaged")) == 1
    assert incident.timelineentry_set.filter(kind=EntryKind.TRIAGED).count() == 1


def test_two_times_no_starts_no_duty_to_notify(olga):
    incident = confirm(make_report(), olga, personal_data=Flag.NO, infrastructure=Flag.NO)

    assert incident.notify_from is None


@pytest.mark.parametrize("kind", [kind for kind in Kind if kind is not Kind.UNKNOWN])
def test_each_kind_brings_its_tasks_and_each_has_some_that_are_needed(olga, kind):
    incident = confirm(make_report(), olga, kind=kind)

    built_in = [(str(title), is_required) for title, is_required in playbooks.tasks_for(kind)]
    assert list(incident.task_set.order_by("number").values_list("title", "is_required")) == built_in
    assert any(is_required for _title, is_required in built_in)


def test_confirming_needs_a_kind(olga):
    with pytest.raises(ValidationError) as error:
        confirm(make_report(), olga, kind=Kind.UNKNOWN)

    assert "kind" in error.value.message_dict


def test_the_slower_of_two_who_judge_is_told_so(olga, oscar):
    report = make_report()
    confirm(report, olga)

    for act in (
        lambda: confirm(report, oscar),
        lambda: triage.merge(report, into=make_incident(by=oscar), by=oscar),
        lambda: triage.dismiss(report, reason=REASON, severity=None, by=oscar),
        lambda: triage.decide_dismissal(report, agrees=True, reason="", by=oscar),
    ):
        with pytest.raises(ValidationError) as error:
            act()
        assert error.value.code == "faster"
    report.refresh_from_db()
    assert report.lead == olga


@pytest.mark.django_db(transaction=True)
def test_of_eight_who_confirm_at_once_one_does(olga, in_threads):
    report = make_report()

    answers = in_threads(8, lambda _n: confirm(Incident.objects.get(pk=report.pk), olga).state)

    assert [a for a in answers if not isinstance(a, Exception)] == [State.INVESTIGATING]
    assert all(isinstance(a, ValidationError) for a in answers if isinstance(a, Exception))
    assert report.task_set.count() == len(playbooks.tasks_for(Kind.ACCOUNT))


@pytest.mark.parametrize("role", Role)
def test_reports_are_judged_by_those_who_work_on_incidents(role, olga):
    person = make_user(role)
    deeds = [
        lambda: confirm(make_report(), person),
        lambda: triage.merge(make_report(), into=make_incident(by=olga), by=person),
        lambda: triage.dismiss(make_report(), reason=REASON, severity=None, by=person),
    ]

    for deed in deeds:
        if role in WORKING:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


# --- part of another -----------------------------------------------------------------------------


def test_a_merged_report_keeps_its_number_and_gives_its_text(olga, sam, audited):
    target, report = make_incident(by=olga), make_report(by=sam, text="I saw it too")

    merged = triage.merge(report, into=target, by=olga)

    assert (merged.state, merged.outcome, merged.merged_into) == (State.CLOSED, Outcome.DUPLICATE, target)
    absorbed = target.timelineentry_set.get(kind=EntryKind.ABSORBED)
    assert absorbed.facts == {"ref": report.ref, "text": "I saw it too", "reporter": "Sam Rashidov"}
    assert merged.timelineentry_set.get(kind=EntryKind.MERGED).facts == {"into": target.ref}
    assert len(audited("incident.merged")) == 1


def test_a_report_is_not_part_of_itself_or_of_a_closed_file(olga):
    report, closed = make_report(), triage.dismiss(make_report(), reason=REASON, severity=None, by=olga)

    with pytest.raises(ValidationError):
        triage.merge(report, into=report, by=olga)
    with pytest.raises(ValidationError):
        triage.merge(report, into=closed, by=olga)


def test_a_report_that_waits_for_a_second_opinion_is_not_merged_away(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=olga)

    for person in (olga, oscar):
        with pytest.raises(ValidationError) as error:
            triage.merge(report, into=make_incident(by=olga), by=person)
        assert error.value.messages == ["This report waits for a second opinion. Give it first."]
    report.refresh_from_db()
    assert report.state == State.REPORTED


@pytest.mark.django_db(transaction=True)
def test_two_reports_merged_into_each_other_never_wait_for_ever(olga, in_threads):
    pair = [make_report(), make_report()]

    def act(number):
        here, there = (pair[number], pair[1 - number])
        return triage.merge(Incident.objects.get(pk=here.pk), into=Incident.objects.get(pk=there.pk), by=olga)

    answers = in_threads(2, act)

    assert sorted(isinstance(answer, ValidationError) for answer in answers) == [False, True]


# --- not an incident -----------------------------------------------------------------------------


@pytest.mark.parametrize("severity", [None, Severity.LOW, Severity.MEDIUM])
def test_below_high_one_person_may_close_a_report(olga, severity):
    closed = triage.dismiss(make_report(), reason=REASON, severity=severity, by=olga)

    assert (closed.state, closed.outcome, closed.closed_by) == (State.CLOSED, Outcome.NOT_INCIDENT, olga)


@pytest.mark.parametrize("severity", [Severity.HIGH, Severity.CRITICAL])
def test_from_high_up_a_second_person_must_agree(olga, oscar, severity, audited):
    report = make_report()

    asked = triage.dismiss(report, reason=REASON, severity=severity, by=olga)
    with pytest.raises(PermissionDenied):
        triage.decide_dismissal(report, agrees=True, reason="", by=olga)
    assert (asked.state, asked.dismissal_asked_by) == (State.REPORTED, olga)
    closed = triage.decide_dismissal(report, agrees=True, reason="", by=oscar)

    assert (closed.state, closed.outcome, closed.closed_by) == (State.CLOSED, Outcome.NOT_INCIDENT, oscar)
    assert [entry.facts["step"] for entry in closed.timelineentry_set.filter(kind="dismissal").order_by("number")] == [
        "asked",
        "agreed",
    ]
    assert len(audited("incident.dismissal_asked")) == len(audited("incident.dismissed")) == 1


def test_who_does_not_agree_says_why_and_the_report_stays_open(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=olga)

    with pytest.raises(ValidationError):
        triage.decide_dismissal(report, agrees=False, reason="No", by=oscar)
    stays = triage.decide_dismissal(report, agrees=False, reason="The address is not one of ours", by=oscar)

    assert (stays.state, stays.dismissal_asked_by, stays.dismissal_reason) == (State.REPORTED, None, "")


def test_nobody_gives_an_opinion_that_was_not_asked_for(oscar):
    with pytest.raises(ValidationError):
        triage.decide_dismissal(make_report(), agrees=True, reason="", by=oscar)


def test_a_second_request_by_the_other_person_is_not_the_agreement(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=olga)

    asked_again = triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=oscar)

    assert asked_again.state == State.REPORTED


def test_a_request_cannot_be_walked_around_with_a_lower_severity(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=olga)

    again = triage.dismiss(report, reason=REASON, severity=Severity.LOW, by=olga)

    assert (again.state, again.severity) == (State.REPORTED, Severity.HIGH)


@pytest.mark.parametrize("reason", ["", "x" * 19, " " * 30, "x" * 19 + "  "])
def test_the_reason_has_twenty_characters(olga, reason):
    with pytest.raises(ValidationError) as error:
        triage.dismiss(make_report(), reason=reason, severity=None, by=olga)

    assert "reason" in error.value.message_dict
    assert triage.dismiss(make_report(), reason="x" * 20, severity=None, by=olga).state == State.CLOSED


def test_a_confirmed_report_forgets_that_somebody_wanted_to_close_it(olga, oscar):
    report = make_report()
    triage.dismiss(report, reason=REASON, severity=Severity.HIGH, by=olga)

    incident = confirm(report, oscar)

    assert (incident.dismissal_asked_by, incident.dismissal_reason) == (None, "")
