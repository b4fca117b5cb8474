import pytest
from django.test import RequestFactory

from core.pagination import page_of

ROWS = list(range(120))


@pytest.mark.parametrize(
    ("asked", "number"),
    [
        ("", 1),
        ("1", 1),
        ("2", 2),
        ("3", 3),
        ("4", 3),
        ("0", 3),
        ("-1", 1),
        ("x", 1),
        ("٢", 1),
        ("1" + "0" * 30, 1),
        ("99999999", 3),
        ("1.5", 1),
        ("²", 1),
    ],
)
def test_a_wrong_page_is_one_that_exists(asked, number):
    assert page_of(RequestFactory().get("/", {"page": asked}), ROWS).number == number


def test_an_empty_list_has_one_page():
    page = page_of(RequestFactory().get("/"), [])

    assert (page.number, list(page)) == (1, [])


def test_pages_hold_each_row_once():
    pages = [page_of(RequestFactory().get("/", {"page": n}), ROWS).object_list for n in (1, 2, 3)]

    assert [row for page in pages for row in page] == ROWS
