import pytest
from django.db import transaction

from core.numbers import next_number


@pytest.mark.django_db
def test_numbers_start_at_one_and_names_count_apart():
    assert [next_number("INC-2026") for _ in range(3)] == [1, 2, 3]
    assert next_number("INC-2027") == 1


@pytest.mark.django_db
def test_a_number_is_taken_back_with_its_transaction():
    next_number("INC-2026")
    with transaction.atomic():
        assert next_number("INC-2026") == 2
        transaction.set_rollback(True)

    assert next_number("INC-2026") == 2


@pytest.mark.django_db(transaction=True)
def test_no_number_is_given_twice_to_people_at_the_same_moment(in_threads):
    given = in_threads(6, lambda _: [next_number("INC-2026") for _ in range(10)])

    flat = [number for numbers in given for number in numbers]
    assert sorted(flat) == list(range(1, 61))
