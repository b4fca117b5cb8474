import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError

from core.models import Counter, Submission
from core.submissions import once

KEY = uuid.UUID("12345678-1234-4234-8234-123456789012")


def make_counter() -> str:
    number = Counter.objects.count() + 1
    Counter.objects.create(name=f"row {number}")
    return f"/rows/{number}/"


@pytest.mark.django_db
def test_a_form_that_is_sent_twice_makes_one_record_and_leads_to_it():
    answers = [once(KEY, sender="1", act=make_counter) for _ in range(3)]

    assert answers == ["/rows/1/"] * 3
    assert Counter.objects.count() == 1


@pytest.mark.django_db
def test_another_sending_makes_another_record():
    once(KEY, sender="1", act=make_counter)
    once(uuid.uuid4(), sender="1", act=make_counter)

    assert Counter.objects.count() == 2


@pytest.mark.django_db
def test_without_a_key_each_sending_counts():
    for _ in range(2):
        once(None, sender="1", act=make_counter)

    assert Counter.objects.count() == 2


@pytest.mark.django_db
def test_a_refused_form_may_be_sent_again_with_its_key():
    def refuse() -> str:
        raise ValidationError("no")

    with pytest.raises(ValidationError):
        once(KEY, sender="1", act=refuse)

    assert not Submission.objects.exists()
    assert once(KEY, sender="1", act=make_counter) == "/rows/1/"


@pytest.mark.django_db
def test_the_key_of_a_stranger_means_nothing():
    once(KEY, sender="1", act=make_counter)

    assert once(KEY, sender="2", act=make_counter) == "/rows/2/"
    assert once(KEY, sender="1", act=make_counter) == "/rows/1/"


@pytest.mark.django_db
def test_a_conflict_that_is_not_about_the_key_is_seen():
    Counter.objects.create(name="taken")

    def collide() -> str:
        Counter.objects.create(name="taken")
        return "/"

    with pytest.raises(IntegrityError):
        once(KEY, sender="1", act=collide)


@pytest.mark.django_db(transaction=True)
def test_a_double_click_at_the_same_moment_makes_one_record(in_threads):
    answers = in_threads(6, lambda _: once(KEY, sender="1", act=make_counter))

    assert answers == ["/rows/1/"] * 6
    assert Counter.objects.count() == 1
