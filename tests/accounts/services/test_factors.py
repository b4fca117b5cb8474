from datetime import timedelta

import pytest
import time_machine
from django.core.exceptions import ValidationError
from django_otp.oath import TOTP

from accounts.models import Authenticator, RecoveryCode, RecoveryKit, User
from accounts.services import factors
from core import clock as house_clock
from outbox.models import Message
from tests import factories


@pytest.fixture
def at(db):
    """A moment in the middle of a step; the authenticator reads the clock of the machine."""
    with time_machine.travel("2026-07-16T09:32:10Z", tick=False) as traveller:
        yield traveller


def device_of(user: User) -> Authenticator:
    return Authenticator.objects.get(user=user, confirmed=True)


def code_of(user: User, *, steps: int = 0) -> str:
    oath = TOTP(device_of(user).seed, step=30, drift=steps)
    return f"{oath.token():06d}"


def wrong_code_of(user: User) -> str:
    good = {code_of(user, steps=step) for step in (-1, 0, 1)}
    return next(code for code in ("000000", "111111", "222222", "333333") if code not in good)


# --- one-time codes ------------------------------------------------------------------------------


def test_a_code_serves_once(at, olga):
    code = code_of(olga)

    factors.verify(olga, code=code)

    with pytest.raises(ValidationError) as refused:
        factors.verify(olga, code=code)
    assert refused.value.code == "code_used"
    assert "comes in 20 s" in refused.value.messages[0]


@pytest.mark.django_db(transaction=True)
def test_a_code_serves_once_also_in_many_requests_at_the_same_moment(in_threads):
    olga = factories.make_user()
    code = device_of(olga).current_code()

    def act(_: int) -> bool:
        factors.verify(User.objects.get(pk=olga.pk), code=code)
        return True

    assert in_threads(6, act).count(True) == 1


@pytest.mark.parametrize("step", [-1, 0, 1])
def test_a_clock_that_is_half_a_minute_off_is_forgiven(at, olga, step):
    assert factors.verify(olga, code=code_of(olga, steps=step)) == device_of(olga)


@pytest.mark.parametrize("step", [-2, 2, 120])
def test_a_clock_that_is_further_off_is_not(at, olga, step):
    with pytest.raises(ValidationError, match="old or mistyped"):
        factors.verify(olga, code=code_of(olga, steps=step))


def test_after_a_code_no_older_one_is_taken(at, olga):
    older, now = code_of(olga, steps=-1), code_of(olga)
    factors.verify(olga, code=now)

    with pytest.raises(ValidationError):
        factors.verify(olga, code=older)


def test_a_code_taken_early_spends_its_own_step_only(at, olga):
    """The phone runs half a minute ahead: its next code must still be good."""
    factors.verify(olga, code=code_of(olga, steps=1))

    at.shift(timedelta(seconds=30))
    later = code_of(olga, steps=1)
    factors.verify(olga, code=later)

    with pytest.raises(ValidationError):
        factors.verify(olga, code=later)


def test_spaces_in_a_code_are_forgiven(at, olga):
    code = code_of(olga)

    assert factors.verify(olga, code=f" {code[:3]} {code[3:]} ")


@pytest.mark.parametrize("code", ["", "x", "12345", "1" * 4000, "-1", "١٢٣٤٥٦", "²³¹²³¹", "1e5", "0x1F40"])
def test_what_is_no_code_is_refused_without_an_error(at, olga, code):
    with pytest.raises(ValidationError):
        factors.verify(olga, code=code)


def test_the_code_of_a_colleague_is_refused(at, olga, rita):
    with pytest.raises(ValidationError):
        factors.verify(olga, code=code_of(rita))


def test_without_an_authenticator_there_is_nothing_to_verify(db):
    person = factories.make_user(has_factor=False)

    with pytest.raises(ValidationError) as refused:
        factors.verify(person, code="123456")
    assert refused.value.code == "no_factor"


def test_wrong_codes_make_the_next_try_wait_longer_each_time(at, olga):
    waits = []
    for _ in range(6):
        with pytest.raises(ValidationError, match="old or mistyped"):
            factors.verify(olga, code=wrong_code_of(olga))
        with pytest.raises(ValidationError, match=r"Wait \d+ s") as refused:
            factors.verify(olga, code=code_of(olga))  # right, and still too early
        assert refused.value.code == "throttled"
        waits.append(2 ** len(waits))
        at.shift(timedelta(seconds=waits[-1]))

    assert waits == [1, 2, 4, 8, 16, 32]


def test_a_right_code_after_the_wait_clears_the_count(at, olga):
    with pytest.raises(ValidationError):
        factors.verify(olga, code=wrong_code_of(olga))
    at.shift(timedelta(seconds=2))

    factors.verify(olga, code=code_of(olga))

    assert device_of(olga).throttling_failure_count == 0


# --- a fresh code for a decision -----------------------------------------------------------------


def test_a_decision_is_confirmed_by_a_fresh_code_and_recorded(at, olga, audited):
    factors.confirm(olga, code=code_of(olga), purpose="signature")

    assert audited("factor.confirmed")[0].changes == '{"purpose":["","signature"]}'


def test_a_wrong_code_for_a_decision_is_counted_and_recorded(at, olga, audited):
    with pytest.raises(ValidationError):
        factors.confirm(olga, code=wrong_code_of(olga), purpose="signature")

    assert len(audited("factor.refused")) == 1
    assert device_of(olga).throttling_failure_count == 1


# --- set-up --------------------------------------------------------------------------------------


def test_a_reload_keeps_the_code_to_scan(db):
    person = factories.make_user(has_factor=False)

    first = factors.begin_set_up(person)
    second = factors.begin_set_up(person, waiting=first.pk)

    assert first == second
    assert factors.set_up_address(first) == factors.set_up_address(second)
    assert factors.set_up_key(first).replace(" ", "") in factors.set_up_address(first)


def test_the_first_code_confirms_the_authenticator(at, audited):
    person = factories.make_user(has_factor=False)
    waiting = factors.begin_set_up(person)
    assert factors.confirmed_authenticator(person) is None

    factors.finish_set_up(waiting, code=waiting.current_code())

    assert factors.confirmed_authenticator(person) == waiting
    assert len(audited("factor.added")) == 1
    assert Message.objects.get().address == person.email  # the owner hears of it


def test_a_wrong_first_code_confirms_nothing(at):
    person = factories.make_user(has_factor=False)
    waiting = factors.begin_set_up(person)

    with pytest.raises(ValidationError):
        factors.finish_set_up(waiting, code="x")

    assert factors.confirmed_authenticator(person) is None


def test_a_new_authenticator_ends_the_old_one(at, olga):
    old = device_of(olga)
    waiting = factors.begin_set_up(olga)
    assert device_of(olga) == old  # until the new one is confirmed

    factors.finish_set_up(waiting, code=waiting.current_code())

    assert device_of(olga) == waiting
    assert not Authenticator.objects.filter(pk=old.pk).exists()


def test_a_seed_shown_to_another_session_is_never_the_one_confirmed(at):
    person = factories.make_user(has_factor=False)
    of_thief, of_owner = factors.begin_set_up(person), factors.begin_set_up(person)
    assert of_thief.seed != of_owner.seed

    factors.finish_set_up(of_owner, code=of_owner.current_code())

    assert list(Authenticator.objects.filter(user=person)) == [of_owner]
    with pytest.raises(ValidationError):
        factors.finish_set_up(of_thief, code=of_thief.current_code())
    assert device_of(person) == of_owner


def test_the_id_of_somebody_elses_seed_shows_nothing(db):
    person, other = factories.make_user(has_factor=False), factories.make_user(has_factor=False)

    assert factors.begin_set_up(person, waiting=factors.begin_set_up(other).pk).user == person


def test_a_seed_that_waits_too_long_is_replaced(db, clock):
    clock.set("2026-07-16 09:00")
    person = factories.make_user(has_factor=False)
    first = factors.begin_set_up(person)
    clock.forward(minutes=14)
    assert factors.begin_set_up(person, waiting=first.pk) == first

    clock.forward(minutes=1)

    assert factors.begin_set_up(person, waiting=first.pk).seed != first.seed
    assert not Authenticator.objects.filter(pk=first.pk).exists()


@pytest.mark.django_db(transaction=True)
def test_two_sessions_that_finish_at_the_same_moment_leave_one_authenticator(in_threads):
    person = factories.make_user(has_factor=False)
    waiting = [factors.begin_set_up(person) for _ in range(4)]

    answers = in_threads(4, lambda n: factors.finish_set_up(waiting[n], code=waiting[n].current_code()))

    assert [type(answer) for answer in answers if isinstance(answer, Exception)] == [ValidationError] * 3
    assert Authenticator.objects.get(user=person).confirmed


def test_only_a_spent_code_was_used_already(at, olga):
    device = device_of(olga)
    assert not device.was_used(code_of(olga))

    factors.verify(olga, code=code_of(olga))
    device.refresh_from_db()

    assert device.was_used(code_of(olga))
    assert not device.was_used(code_of(olga, steps=1))  # right, and still to be used


def test_the_first_code_does_not_let_in_a_second_time(at):
    person = factories.make_user(has_factor=False)
    waiting = factors.begin_set_up(person)
    code = waiting.current_code()
    factors.finish_set_up(waiting, code=code)

    with pytest.raises(ValidationError):
        factors.verify(person, code=code)


def test_the_database_holds_no_seed_and_no_recovery_code_in_the_clear(db):
    person = factories.make_user()
    seed = device_of(person).seed
    codes = factors.make_recovery_codes(person)

    stored = str(list(Authenticator.objects.values_list())) + str(list(RecoveryCode.objects.values_list()))

    assert seed.hex() not in stored
    for code in codes:
        assert code not in stored
        assert code.replace("-", "") not in stored


# --- recovery codes ------------------------------------------------------------------------------


def test_a_recovery_code_serves_once(at, olga):
    first, second, *_rest = factors.make_recovery_codes(olga)

    factors.spend_recovery_code(olga, code=first)

    with pytest.raises(ValidationError, match="not valid or was used"):
        factors.spend_recovery_code(olga, code=first)
    assert factors.recovery_codes_left(olga) == 9
    at.shift(timedelta(seconds=2))
    factors.spend_recovery_code(olga, code=second)
    assert factors.recovery_codes_left(olga) == 8


@pytest.mark.django_db(transaction=True)
def test_a_recovery_code_serves_once_also_in_many_requests_at_the_same_moment(in_threads):
    olga = factories.make_user()
    code = factors.make_recovery_codes(olga)[0]

    def act(_: int) -> bool:
        factors.spend_recovery_code(User.objects.get(pk=olga.pk), code=code)
        return True

    assert in_threads(6, act).count(True) == 1
    assert factors.recovery_codes_left(olga) == 9


def test_ten_different_codes_of_eighty_bits_are_made(olga, audited):
    codes = factors.make_recovery_codes(olga)

    assert len(set(codes)) == factors.CODES == 10
    assert all(len(code.replace("-", "")) == 16 for code in codes)
    assert len(audited("recovery_codes.made")) == 1


def test_a_code_is_read_as_people_type_it(olga):
    code = factors.make_recovery_codes(olga)[0]

    assert factors.spend_recovery_code(olga, code=f" {code.lower().replace('-', ' ')} ")


def test_new_codes_end_the_old_ones(at, olga):
    old = factors.make_recovery_codes(olga)[0]
    new = factors.make_recovery_codes(olga)[0]

    with pytest.raises(ValidationError):
        factors.spend_recovery_code(olga, code=old)
    at.shift(timedelta(seconds=2))
    assert factors.spend_recovery_code(olga, code=new)


def test_the_code_of_a_colleague_opens_nothing(olga, rita):
    factors.make_recovery_codes(olga)
    of_rita = factors.make_recovery_codes(rita)[0]

    with pytest.raises(ValidationError):
        factors.spend_recovery_code(olga, code=of_rita)

    assert factors.recovery_codes_left(rita) == 10


def test_guessing_recovery_codes_is_slowed_down(at, olga):
    good = factors.make_recovery_codes(olga)[0]
    with pytest.raises(ValidationError):
        factors.spend_recovery_code(olga, code="AAAA-AAAA-AAAA-AAAA")

    with pytest.raises(ValidationError, match="Too many wrong codes"):
        factors.spend_recovery_code(olga, code=good)

    kit = RecoveryKit.objects.get(user=olga)
    assert kit.throttling_failure_count == 1
    assert factors.recovery_codes_left(olga) == 10


def test_the_clock_of_the_house_does_not_move_the_authenticator(at, olga):
    code = code_of(olga)

    with house_clock.at(house_clock.now() - timedelta(days=30)):
        assert factors.verify(olga, code=code)


def test_a_lost_factor_is_removed_with_a_mail_to_its_owner(sam, half_way, mail_server, deliver, audited):
    factors.make_recovery_codes(sam)

    factors.remove_lost(sam, by=None)
    deliver()

    assert factors.confirmed_authenticator(sam) is None
    assert factors.recovery_codes_left(sam) == 0
    assert len(mail_server.arrived) == 1 and audited("factor.removed")
    # The password alone opens nothing but the set-up of a new one.
    assert half_way(sam).get("/my-reports/").headers["Location"].startswith("/2fa/set-up/app/")
