import pytest

from accounts.roles import Role
from incidents import selectors
from incidents.models import Incident
from incidents.services import incidents, tasks, triage
from incidents.terms import Flag, Severity
from tests.factories import make_incident, make_organisation, make_report, make_user

pytestmark = pytest.mark.django_db

ALL = {Role.OFFICER, Role.DEPUTY, Role.DIRECTOR, Role.AUDITOR}


# --- who sees what -------------------------------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_each_role_sees_what_it_may(role, olga):
    person = make_user(role)
    strange, own = make_incident(by=olga), make_report(by=person)
    led = make_incident(by=olga, lead=person)

    seen = set(Incident.objects.visible_to(person))

    if role in ALL:
        assert seen == {strange, own, led}
    elif role is Role.RESPONDER:
        assert seen == {own, led}
    else:
        assert seen == set()


def test_a_responder_sees_new_reports_and_what_the_team_works_on(olga, rita):
    new, _strange, led, member, owner = (make_report(), *(make_incident(by=olga) for _ in range(4)))
    incidents.change_facts(led, version=led.version, by=olga, values={"lead": rita})
    incidents.change_team(member, team=[rita], by=olga)
    tasks.assign(owner.task_set.first(), owner=rita, due_on=None, by=olga)

    assert set(selectors.visible(rita)) == {new, led, member, owner}


def test_a_responder_who_left_the_team_sees_it_no_more(olga, rita):
    incident = make_incident(by=olga)
    incidents.change_team(incident, team=[rita], by=olga)

    incidents.change_team(incident, team=[], by=olga)

    assert not selectors.visible(rita).exists()


def test_whoever_confirmed_keeps_seeing_it(rita, olga):
    incident = make_incident(by=rita, lead=olga)

    assert selectors.visible(rita).get() == incident


def test_a_closed_report_is_gone_for_responders(olga, rita):
    triage.dismiss(make_report(), reason="It was our own test today", severity=None, by=olga)

    assert not selectors.visible(rita).exists()


def test_a_setting_opens_all_incidents_to_responders_and_to_nobody_else(olga, rita, sam, adam):
    make_organisation(do_responders_see_all=True)
    incident = make_incident(by=olga)

    assert list(selectors.visible(rita)) == [incident]
    assert not selectors.visible(sam).exists()
    assert not selectors.visible(adam).exists()


def test_roles_add_up(olga):
    incident = make_incident(by=olga)

    assert selectors.visible(make_user(Role.STAFF, Role.ADMINISTRATOR, Role.AUDITOR)).get() == incident


# --- lists ---------------------------------------------------------------------------------------


@pytest.fixture
def several(olga, rita):
    rows = {
        "new": make_report(),
        "mine": make_incident(by=olga, personal_data=Flag.NO),
        "personal": make_incident(by=rita, personal_data=Flag.YES),
        "closed": triage.dismiss(make_report(), reason="It was our own test today", severity=None, by=rita),
    }
    incidents.change_team(rows["personal"], team=[rita, olga], by=olga)
    return rows


@pytest.mark.parametrize(
    ("view", "names"),
    [
        ("open", {"new", "mine", "personal"}),
        ("triage", {"new"}),
        ("mine", {"mine", "personal"}),
        ("personal", {"personal"}),
        ("closed", {"closed"}),
        ("all", {"new", "mine", "personal", "closed"}),
    ],
)
def test_each_view_holds_what_it_says_and_its_number_agrees(olga, several, view, names):
    found = selectors.incident_list(viewer=olga, view=view)

    assert set(found) == {several[name] for name in names}
    assert len(found) == len(names)
    assert selectors.list_counts(viewer=olga)[view] == len(names)


def test_numbers_on_the_tabs_keep_to_what_a_person_may_see(several, rita, sam):
    assert selectors.list_counts(viewer=rita)["all"] == 2
    assert set(selectors.list_counts(viewer=sam).values()) == {0}


def test_similar_open_incidents_come_first_by_shared_words(olga):
    report = make_report(text="The accounting mailbox forwards messages abroad")
    near = make_incident(by=olga, title="Accounting mailbox forwards everything abroad")
    make_incident(by=olga, title="A disk of the archive failed")
    triage.dismiss(
        make_report(text="Accounting mailbox forwards messages abroad"),
        reason="It was our own test today",
        severity=Severity.LOW,
        by=olga,
    )

    assert selectors.similar(report, viewer=olga) == [near]


def test_second_opinions_are_shown_to_others_alone(olga, oscar, sam):
    report = make_report()
    triage.dismiss(report, reason="It was our own test today", severity=Severity.HIGH, by=olga)
    report.refresh_from_db()

    assert selectors.second_opinions([report], viewer=oscar) == [report]
    assert selectors.second_opinions([report], viewer=olga) == []
    assert selectors.second_opinions([report], viewer=sam) == []
