from datetime import timedelta

import pytest
from django.core.exceptions import PermissionDenied, ValidationError
from django.db import IntegrityError, transaction

from accounts.roles import Role
from core.errors import Conflict
from notifications import texts
from notifications.models import Authority, Duty, TextReview
from notifications.selectors import authorities, duties_in_force
from notifications.services import rules as service
from notifications.terms import DUTY_TITLES, LANGUAGES, Basis
from tests.factories import make_user
from tests.notifications.conftest import install_rules

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("rules")]

MAY = {Role.OFFICER, Role.DEPUTY}


def in_force(code):
    return Duty.objects.get(code=code, valid_to=None)


# --- what is installed ---------------------------------------------------------------------------


def test_no_installed_rule_has_a_figure_and_none_is_confirmed():
    assert not Duty.objects.exclude(target_minutes=None).exists()
    assert not Duty.objects.exclude(confirmed_at=None).exists()
    assert not Authority.objects.exclude(confirmed_at=None).exists()


def test_no_installed_authority_has_an_address_that_mail_could_go_to():
    assert {authority.email for authority in Authority.objects.all()} == {""}
    assert not any(authority.may_be_mailed for authority in Authority.objects.all())


def test_every_clock_has_an_installed_rule_with_source_and_words_in_four_languages():
    assert {duty.code for duty in duties_in_force()} == set(DUTY_TITLES)
    for duty in duties_in_force():
        assert duty.source
        assert set(duty.demand) == set(LANGUAGES)
        assert duty.basis != Basis.LAW or duty.citation
    for authority in authorities():
        assert authority.source
        assert set(authority.names) == set(authority.addressees) == set(LANGUAGES)


def test_installing_twice_changes_nothing(set_target):
    set_target("block", 60)
    before = list(Duty.objects.order_by("pk").values())

    install_rules()

    assert list(Duty.objects.order_by("pk").values()) == before


# --- company targets -----------------------------------------------------------------------------


def test_a_target_ends_the_old_version_and_starts_a_new_one(olga, clock, audited):
    now = clock.set("2027-07-16 14:32")
    old = in_force("block")

    new = service.set_target(old, minutes=360, by=olga)

    old.refresh_from_db()
    assert (old.target_minutes, old.valid_to) == (None, now)
    assert (new.target_minutes, new.version, new.valid_from, new.changed_by) == (360, old.version + 1, now, olga)
    assert (new.citation, new.basis, new.demand) == (old.citation, old.basis, old.demand)
    assert audited("duty.target_set")[-1].changes == '{"target_minutes":[null,360]}'


def test_a_target_can_be_taken_away_again(olga, clock):
    clock.set("2027-07-16 14:32")
    with_figure = service.set_target(in_force("block"), minutes=360, by=olga)
    clock.forward(hours=1)

    assert service.set_target(with_figure, minutes=None, by=olga).target_minutes is None


def test_the_same_figure_makes_no_version(olga):
    duty = service.set_target(in_force("block"), minutes=360, by=olga)

    assert service.set_target(duty, minutes=360, by=olga).pk == duty.pk
    assert Duty.objects.filter(code="block").count() == 2


@pytest.mark.parametrize(
    ("minutes", "is_taken"), [(0, False), (-5, False), (1, True), (129_600, True), (129_601, False)]
)
def test_a_target_lies_between_a_minute_and_ninety_days(olga, minutes, is_taken):
    if is_taken:
        assert service.set_target(in_force("block"), minutes=minutes, by=olga).target_minutes == minutes
    else:
        with pytest.raises(ValidationError):
            service.set_target(in_force("block"), minutes=minutes, by=olga)


def test_the_slower_of_two_officers_meets_a_conflict(olga, oscar):
    read = in_force("block")
    service.set_target(read, minutes=60, by=olga)

    with pytest.raises(Conflict):
        service.set_target(read, minutes=120, by=oscar)

    assert in_force("block").target_minutes == 60


@pytest.mark.django_db(transaction=True)
def test_of_eight_targets_at_once_one_version_is_in_force(olga, in_threads):
    read = in_force("block")

    answers = in_threads(8, lambda n: service.set_target(read, minutes=n + 1, by=olga))

    assert sum(not isinstance(answer, Exception) for answer in answers) == 1
    assert Duty.objects.filter(code="block", valid_to=None).count() == 1


# --- confirmations -------------------------------------------------------------------------------


def test_a_rule_is_confirmed_in_the_name_of_a_person(olga, oscar, audited):
    duty = service.confirm_duty(in_force("center"), by=olga)

    service.confirm_duty(duty, by=oscar)

    duty.refresh_from_db()
    assert (duty.is_confirmed, duty.confirmed_by) == (True, olga)
    assert len(audited("duty.confirmed")) == 1


def test_a_changed_address_is_unconfirmed_again(olga, center):
    changed = service.change_authority(
        center, email="info@center.example", address="", phone="", version=center.version, by=olga
    )
    confirmed = service.confirm_authority(changed, email="info@center.example", by=olga)
    assert confirmed.may_be_mailed

    moved = service.change_authority(
        confirmed, email="info@center.example", address="Other street", phone="", version=confirmed.version, by=olga
    )
    assert moved.may_be_mailed
    other = service.change_authority(
        moved, email="new@center.example", address="", phone="", version=moved.version, by=olga
    )

    assert (other.may_be_mailed, other.email_confirmed_by) == (False, None)


def test_only_the_address_that_was_seen_is_confirmed(olga, center):
    service.change_authority(center, email="new@center.example", address="", phone="", version=0, by=olga)

    for seen in ("", "old@center.example"):
        with pytest.raises(ValidationError):
            service.confirm_authority(center, email=seen, by=olga)

    center.refresh_from_db()
    assert not center.may_be_mailed


def test_two_who_change_an_authority_do_not_overwrite_each_other(olga, oscar, center):
    service.change_authority(center, email="a@center.example", address="", phone="", version=0, by=olga)

    with pytest.raises(Conflict):
        service.change_authority(center, email="b@center.example", address="", phone="", version=0, by=oscar)


def test_an_address_that_mail_cannot_reach_is_refused(olga, center):
    with pytest.raises(ValidationError):
        service.change_authority(center, email="no address", address="", phone="", version=0, by=olga)


# --- who has read a text -------------------------------------------------------------------------


def test_a_review_is_of_one_version_of_one_language(olga, audited):
    digest = texts.sha256("notice/first", "uz")

    for _ in range(2):
        service.review_text("notice/first", language="uz", sha256=digest, reviewer="Madina Sodiqova", by=olga)

    assert TextReview.objects.get().reviewer == "Madina Sodiqova"
    assert "uz" not in texts.unreviewed("notice/first")
    assert len(texts.unreviewed("notice/first")) == 3
    assert len(audited("text.reviewed")) == 1
    reviewed = [text for text in texts.all_texts() if text.review]
    assert [(text.code, text.language) for text in reviewed] == [("notice/first", "uz")]


def test_a_review_of_another_version_does_not_count(olga):
    with pytest.raises(Conflict):
        service.review_text("notice/first", language="uz", sha256="0" * 64, reviewer="Madina", by=olga)
    TextReview.objects.create(
        code="notice/first",
        language="uz",
        sha256="0" * 64,
        reviewer="x",
        confirmed_by=olga,
        confirmed_at=olga.joined_at,
    )

    assert "uz" in texts.unreviewed("notice/first")


def test_a_review_names_a_person(olga):
    with pytest.raises(ValidationError):
        service.review_text(
            "notice/first", language="uz", sha256=texts.sha256("notice/first", "uz"), reviewer=" ", by=olga
        )


# --- who may, and what the database holds --------------------------------------------------------


@pytest.mark.parametrize("role", Role)
def test_rules_belong_to_officers_and_deputies(role, center):
    person = make_user(role)
    deeds = [
        lambda: service.set_target(in_force("block"), minutes=60, by=person),
        lambda: service.confirm_duty(in_force("block"), by=person),
        lambda: service.change_authority(center, email="a@center.example", address="", phone="", version=0, by=person),
        lambda: service.confirm_authority(center, email="a@center.example", by=person),
        lambda: service.review_text(
            "notice/first", language="uz", sha256=texts.sha256("notice/first", "uz"), reviewer="M", by=person
        ),
    ]

    for deed in deeds:
        if role in MAY:
            deed()
        else:
            with pytest.raises(PermissionDenied):
                deed()


@pytest.mark.parametrize(
    "values",
    [
        {"basis": Basis.LAW, "citation": ""},
        {"target_minutes": 0},
        {"valid_to": "before"},
        {"confirmed_at": "now"},
    ],
)
def test_the_database_refuses_a_rule_that_contradicts_itself(olga, clock, values):
    duty = in_force("block")
    moments = {"before": duty.valid_from - timedelta(days=1), "now": clock.now}
    values = {name: moments.get(value, value) for name, value in values.items()}

    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.filter(pk=duty.pk).update(**values)


def test_the_database_refuses_two_rules_in_force_and_a_confirmed_nothing(olga, center, clock):
    duty = in_force("block")
    with pytest.raises(IntegrityError), transaction.atomic():
        Duty.objects.create(code="block", basis="policy", demand={}, confidence="H", version=9, valid_from=clock.now)
    with pytest.raises(IntegrityError), transaction.atomic():
        Authority.objects.filter(pk=center.pk).update(email_confirmed_at=clock.now, email_confirmed_by=olga)

    assert in_force("block") == duty
