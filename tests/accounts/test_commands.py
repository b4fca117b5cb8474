import io
import re

import pytest
from django.core.management import CommandError, call_command

from accounts.models import Authenticator
from accounts.services import people
from tests import factories

pytestmark = pytest.mark.django_db


def run(name: str, *args: str) -> str:
    out = io.StringIO()
    call_command(name, *args, stdout=out)
    return out.getvalue()


def test_a_code_is_printed_in_a_demo_or_with_debug_only(olga, settings, tmp_path):
    settings.DEMO_MARKER = tmp_path / "marker"
    with pytest.raises(CommandError, match="only with DEBUG"):
        run("totp", "olga@company.example")

    settings.DEMO_MARKER.touch()

    device = Authenticator.objects.get(user=olga)
    assert run("totp", "OLGA@company.example").strip() == device.current_code()


def test_a_code_of_nobody_is_an_error_in_words(settings):
    settings.DEBUG = True

    with pytest.raises(CommandError, match="Nobody with the address"):
        run("totp", "nobody@company.example")


def test_the_first_link_is_printed_while_nobody_is_here():
    token = re.search(r"/invitation/([^/]+)/", run("first_officer"))

    assert token is not None
    assert people.find_invitation(token[1]) is not None


def test_the_first_link_is_refused_when_somebody_is_here():
    factories.make_user()

    with pytest.raises(CommandError, match="Somebody is here already"):
        run("first_officer")
    assert run("first_officer", "--only-when-empty") == ""
