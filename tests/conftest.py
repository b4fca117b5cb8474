"""What every test may ask for.

    The cast, each with a confirmed second factor and made only when a test names them:
        olga, oscar   officers          dora    deputy           dan    director
        rita, rolf    responders        sam, sue  staff          aud    auditor
        adam          administrator

    company                  the organisation's row (security@company.example)
    client_of(user)          a test client that is signed in with both factors
    half_way(user)           a test client after the password, before the code
    visitor                  a test client of nobody
    clock                    clock.set("2026-07-16 14:32"), clock.forward(hours=3), clock.now
    mail_server              a real SMTP server that EMAIL_SERVER leads to (tests/smtp.py)
    deliver                  deliver() hands over what the outbox owes on both lanes, as the sweep does
    audited                  audited("note.added") are the entries of an event, newest last
    in_threads               in_threads(8, act) runs act(number) at the same moment in eight threads

Rows beyond these come from tests/factories.py. Tests that run threads or look at commits are marked
`@pytest.mark.django_db(transaction=True)`.
"""

import contextvars
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from datetime import datetime, timedelta
from importlib import import_module
from typing import Any, TypeVar

import hypothesis
import pytest
from django.apps import apps
from django.conf import settings as django_settings
from django.core.cache import cache
from django.db import connection, connections
from django.test import Client, TransactionTestCase
from django.utils import translation
from django_otp import DEVICE_ID_SESSION_KEY

from accounts.models import Authenticator, Organisation, User
from accounts.roles import Role
from audit import triggers
from audit.models import AuditEntry
from core import clock as house_clock
from core import context, dates
from outbox.services import delivery
from outbox.states import Lane
from tests import factories
from tests.smtp import MailServer

T = TypeVar("T")

# A busy machine is no failure; what must be quick says so in its own test.
hypothesis.settings.register_profile("house", deadline=None, suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("house")


def pytest_make_parametrize_id(val: object) -> str | None:
    """Archives hold the moment they were made: as names of tests they would differ between processes."""
    return f"{len(val)}-bytes" if isinstance(val, bytes) else None


# --- the database --------------------------------------------------------------------------------


@pytest.fixture(scope="session", autouse=True)
def _tests_may_empty_the_trail() -> Iterator[None]:
    """The audit trail's triggers refuse the flush after a transactional test, as they should.

    They are dropped right before it; the flush ends with post_migrate, which puts them back. The rows
    that migrations install are put back too, so that no test depends on which one ran before it.
    """
    original = TransactionTestCase._fixture_teardown

    def teardown(case: TransactionTestCase) -> None:
        drop_audit_triggers()
        original(case)
        assert not triggers.missing(connection)
        import_module("notifications.migrations.0002_installed_rules").install(apps, None)

    TransactionTestCase._fixture_teardown = teardown  # type: ignore[method-assign]
    yield
    TransactionTestCase._fixture_teardown = original  # type: ignore[method-assign]


def drop_audit_triggers() -> None:
    on_table = "" if connection.vendor == "sqlite" else f" ON {triggers.TABLE}"
    names = triggers._SQLITE if connection.vendor == "sqlite" else triggers._POSTGRESQL
    with connection.cursor() as cursor:
        for name in names:
            cursor.execute(f"DROP TRIGGER IF EXISTS {name}{on_table}")


@pytest.fixture(autouse=True)
def _nothing_stays() -> Iterator[None]:
    """No language and no request context wanders from one test to the next."""
    with translation.override("en"):
        yield
    context.current.set(context.RequestContext())
    cache.clear()


@pytest.fixture
def in_threads() -> Callable[[int, Callable[[int], T]], list[T | Exception]]:
    """Run `act(number)` in so many threads at once; what each returned or raised, in order."""

    def run(count: int, act: Callable[[int], T]) -> list[T | Exception]:
        together = threading.Barrier(count)

        def one(number: int) -> T | Exception:
            try:
                together.wait(timeout=20)
                return act(number)
            except Exception as error:
                return error
            finally:
                connections.close_all()

        with ThreadPoolExecutor(count) as pool:
            # Each thread takes the test's clock along.
            running = [pool.submit(contextvars.copy_context().run, one, number) for number in range(count)]
            return [each.result() for each in running]

    return run


# --- the cast ------------------------------------------------------------------------------------


@pytest.fixture
def olga(db: None) -> User:
    return factories.make_user(
        Role.OFFICER,
        full_name="Olga Karimova",
        email="olga@company.example",
        position="Cybersecurity officer",
        order_number="12-K",
        order_date=datetime(2026, 1, 12).date(),
    )


@pytest.fixture
def oscar(db: None) -> User:
    return factories.make_user(Role.OFFICER, full_name="Oscar Nazarov", email="oscar@company.example")


@pytest.fixture
def dora(db: None) -> User:
    return factories.make_user(Role.DEPUTY, full_name="Dora Sattorova", email="dora@company.example")


@pytest.fixture
def dan(db: None) -> User:
    return factories.make_user(Role.DIRECTOR, full_name="Dan Aliyev", email="dan@company.example")


@pytest.fixture
def rita(db: None) -> User:
    return factories.make_user(Role.RESPONDER, full_name="Rita Yusupova", email="rita@company.example")


@pytest.fixture
def rolf(db: None) -> User:
    return factories.make_user(Role.RESPONDER, full_name="Rolf Tursunov", email="rolf@company.example")


@pytest.fixture
def sam(db: None) -> User:
    return factories.make_user(Role.STAFF, full_name="Sam Rashidov", email="sam@company.example")


@pytest.fixture
def sue(db: None) -> User:
    return factories.make_user(Role.STAFF, full_name="Sue Ergasheva", email="sue@company.example")


@pytest.fixture
def aud(db: None) -> User:
    return factories.make_user(Role.AUDITOR, full_name="Aud Hamidova", email="aud@company.example")


@pytest.fixture
def adam(db: None) -> User:
    return factories.make_user(Role.ADMINISTRATOR, full_name="Adam Qodirov", email="adam@company.example")


@pytest.fixture
def company(db: None) -> Organisation:
    return factories.make_organisation()


# --- clients -------------------------------------------------------------------------------------


@pytest.fixture
def visitor() -> Client:
    return Client()


@pytest.fixture
def half_way() -> Callable[[User], Client]:
    """Signs in with the password only."""

    def sign_in(user: User) -> Client:
        client = Client()
        client.force_login(user, backend="accounts.backends.PeopleBackend")
        return client

    return sign_in


@pytest.fixture
def client_of(half_way: Callable[[User], Client]) -> Callable[[User], Client]:
    """Signs in with both factors; tests/accounts proves that a real sign-in makes the same session."""

    def sign_in(user: User) -> Client:
        client = half_way(user)
        device = Authenticator.objects.get(user=user, confirmed=True)
        session = client.session
        session[DEVICE_ID_SESSION_KEY] = device.persistent_id
        session.save()
        return client

    return sign_in


# --- time ----------------------------------------------------------------------------------------


class Clock:
    """The house's clock, by hand. Moments are local ones, as people write them."""

    def __init__(self) -> None:
        self._stack = ExitStack()

    @property
    def now(self) -> datetime:
        return house_clock.now()

    def set(self, moment: str | datetime) -> datetime:
        if isinstance(moment, str):
            moment = datetime.fromisoformat(moment).replace(tzinfo=dates.zone())
        self.run()
        self._stack.enter_context(house_clock.at(moment))
        return house_clock.now()

    def forward(self, **length: float) -> datetime:
        """Later by `days=…`, `hours=…`, `minutes=…`, `seconds=…`."""
        return self.set(self.now + timedelta(**length))

    def run(self) -> None:
        """Let the real time pass again."""
        self._stack.close()


@pytest.fixture
def clock() -> Iterator[Clock]:
    made = Clock()
    yield made
    made.run()


# --- mail ----------------------------------------------------------------------------------------


@pytest.fixture
def mail_server(settings: Any) -> Iterator[MailServer]:
    server = MailServer()
    server.start()
    settings.EMAIL_SERVER = server.settings
    yield server
    server.stop()


@pytest.fixture
def deliver() -> Callable[[], int]:
    def sweep() -> int:
        return sum(delivery.deliver(lane) for lane in (Lane.AUTHORITY, Lane.GENERAL))

    return sweep


# --- the trail -----------------------------------------------------------------------------------


@pytest.fixture
def audited(db: None) -> Callable[..., list[AuditEntry]]:
    def entries(event: str = "", **filters: Any) -> list[AuditEntry]:
        found = AuditEntry.objects.filter(**filters).order_by("seq")
        return list(found.filter(event=event) if event else found)

    return entries


assert str(django_settings.DATA_DIR).rpartition("/")[2].startswith("hodisa-tests-"), "tests keep to their own directory"
