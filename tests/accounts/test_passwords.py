import pytest
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError

from accounts.passwords import normal
from tests import factories

pytestmark = pytest.mark.django_db


def refusal(password: str, **person: str) -> str:
    user = factories.make_user(**person) if person else None
    try:
        validate_password(password, user)
    except ValidationError as problem:
        return " ".join(problem.messages)
    return ""


@pytest.mark.parametrize(
    "password",
    [
        "seven quiet storks",
        "x7$kQ!mmzP-0aab",
        "тихие аисты над городом",
        "ўттиз беш лайлак",
        " " * 3 + "spaces count too",
    ],
)
def test_a_sentence_is_good(password):
    assert refusal(password) == ""


@pytest.mark.parametrize("password", ["", "fourteen chars", "Aa1!Aa1!Aa1!"])
def test_fewer_than_fifteen_characters_are_refused(password):
    assert "at least 15 characters" in refusal(password)


def test_a_long_password_is_taken_and_an_endless_one_is_not():
    assert refusal("quiet storks " * 78) == ""
    assert "at most 1024" in refusal("quiet storks " * 80)


@pytest.mark.parametrize("password", ["passwordpassword", "a" * 20, "abababababababab", "qwertyuiopqwertyuiop"])
def test_what_attackers_try_first_is_refused(password):
    assert "lists that attackers try first" in refusal(password)


@pytest.mark.parametrize(
    "password", ["olgakarimova2026", "Olga.Karimova.26!", "KARIMOVA-karimova", "олга каримова 26", "hodisa-hodisa-2026"]
)
def test_the_persons_own_name_is_refused_in_both_scripts(password):
    assert "Do not build" in refusal(password, full_name="Olga Karimova", email="olga.karimova@company.example")


def test_the_name_of_the_company_is_refused(company):
    assert "Do not build" in refusal("bulut mail 2026")


def test_a_name_within_a_long_sentence_is_no_harm():
    assert refusal("karimova counts seven quiet storks", full_name="Olga Karimova") == ""


def test_the_same_password_is_one_however_the_keyboard_composes_it():
    assert normal("caf\u0065\u0301") == normal("caf\u00e9")
