"""Pages of a list, numbered, by `?page=`; a wrong number is the nearest page that exists."""

from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import QuerySet
from django.http import HttpRequest

PER_PAGE = 50


def page_of(request: HttpRequest, rows: "QuerySet[Any] | list[Any]", *, per_page: int = PER_PAGE) -> Page[Any]:
    raw = request.GET.get("page", "1")
    # Longer numbers overflow the database's integers.
    number = int(raw) if raw.isascii() and raw.isdigit() and len(raw) < 9 else 1
    return Paginator(rows, per_page).get_page(number)
