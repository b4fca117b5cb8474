from collections.abc import Iterator

import pytest
from django import forms
from django.test import RequestFactory
from django.urls import get_resolver

from accounts.forms import Code, Password
from core.forms import BaseForm
from core.views import csrf_failure

LONG = "seven quiet storks"


def kinds(of: type[BaseForm]) -> Iterator[type[BaseForm]]:
    for kind in of.__subclasses__():
        yield kind
        yield from kinds(kind)


def secret_names() -> set[str]:
    assert get_resolver().url_patterns  # every form of the product is loaded
    return {
        name
        for kind in kinds(BaseForm)
        for name, field in kind.base_fields.items()
        if isinstance(field, Password | Code) or isinstance(field.widget, forms.PasswordInput)
    }


@pytest.mark.django_db
def test_a_refused_form_gives_back_what_was_written_and_no_secret():
    names = secret_names()
    assert {"current", "password", "code"} <= names

    sent = dict.fromkeys(names, LONG) | {"story": "What happened at night"}
    answer = csrf_failure(RequestFactory().post("/me/password/", sent)).content.decode()

    assert LONG not in answer
    assert "What happened at night" in answer
