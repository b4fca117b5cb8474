"""What is measured inside a process of the product. The environment says on which data.

python -m bench.inside queries SESSION PATH …     statements that each page makes, as JSON
python -m bench.inside reports COUNT              reports, audit entries and bare rows a second, as JSON
"""

import json
import sys
import time
import uuid
from collections.abc import Callable

import django

django.setup()

from django.db import connection, transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import CaptureQueriesContext  # noqa: E402

from accounts.models import User  # noqa: E402
from audit import events  # noqa: E402
from audit.services import record  # noqa: E402
from core import bell, clock  # noqa: E402
from incidents.services import incidents  # noqa: E402


def queries(session: str, *paths: str) -> dict[str, int]:
    client = Client(headers={"host": "localhost"})
    client.cookies["session"] = session
    # The least of three: a process reads some things once, and a session notes once a minute that it is in use.
    return {path: min(_queries(client, path) for _turn in range(3)) for path in paths}


def _queries(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        assert client.get(path).status_code == 200, path
    return len(captured)


def reports(count: str) -> dict[str, float]:
    staff = User.objects.order_by("pk").last()
    assert staff is not None

    @transaction.atomic
    def audit_alone() -> None:
        record(events.INCIDENT_REPORTED, by=staff, on=staff, changes={"title": ("", "A line of a log")})

    def bare_row() -> None:
        sql = "INSERT INTO core_submission (key, sender, led_to, sent_at) VALUES (%s, %s, %s, %s)"
        with connection.cursor() as cursor:
            cursor.execute(sql, [uuid.uuid4().hex, "user:1", "/", clock.now()])

    acts: dict[str, Callable[[], object]] = {
        "report": lambda: incidents.report("Strange sign-ins to the mail panel", by=staff),
        "audit": audit_alone,
        "bare": bare_row,
    }
    with bell.silence():
        return _a_second(acts, int(count))


def _a_second(acts: dict[str, Callable[[], object]], count: int) -> dict[str, float]:
    """By turns, so that a busy moment of the machine is everybody's."""
    seconds = dict.fromkeys(acts, 0.0)
    for turn in range(-5, count):  # five to warm up
        for name, act in acts.items():
            began = time.perf_counter()
            act()
            if turn >= 0:
                seconds[name] += time.perf_counter() - began
    return {name: count / spent for name, spent in seconds.items()}


if __name__ == "__main__":
    verb, *arguments = sys.argv[1:]
    print(json.dumps({"queries": queries, "reports": reports}[verb](*arguments)))
