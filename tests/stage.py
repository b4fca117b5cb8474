"""People with open sessions, and notices that wait for approval, in the database of the environment.

python -m tests.stage fill --recipients 200 --waiting 2     prints what was made, as JSON
python -m tests.stage session dilnoza@namuna.example        prints a session that passed both factors
"""

import argparse
import json
from typing import Any

import django

django.setup()

from django.conf import settings  # noqa: E402
from django.core.management import call_command  # noqa: E402
from django.db import transaction  # noqa: E402
from django.test import Client  # noqa: E402
from django.test.utils import override_settings  # noqa: E402
from django_otp import DEVICE_ID_SESSION_KEY  # noqa: E402

from accounts.models import Authenticator, User  # noqa: E402
from accounts.roles import Role  # noqa: E402
from core import clock  # noqa: E402
from customers.models import Customer  # noqa: E402
from dashboard.seed import post, volume, wording  # noqa: E402
from incidents.services import incidents  # noqa: E402
from incidents.terms import Flag  # noqa: E402
from notifications.services import notices, reminders  # noqa: E402
from notifications.terms import NoticeKind  # noqa: E402
from tests import factories  # noqa: E402

_QUICK = ["django.contrib.auth.hashers.MD5PasswordHasher"]  # nobody types these passwords


def session(user: User) -> str:
    client = Client()
    client.force_login(user, backend="accounts.backends.PeopleBackend")
    opened = client.session
    opened[DEVICE_ID_SESSION_KEY] = Authenticator.objects.get(user=user, confirmed=True).persistent_id
    opened.save()
    return str(client.cookies[settings.SESSION_COOKIE_NAME].value)


def person(role: Role, name: str) -> tuple[User, dict[str, str]]:
    user = factories.make_user(role, full_name=name, email=f"{name.lower().replace(' ', '.')}@company.example")
    seed = Authenticator.objects.get(user=user, confirmed=True).seed.hex()
    return user, {"name": name, "session": session(user), "seed": seed}


def fill(**wanted: int) -> dict[str, Any]:
    call_command("migrate", verbosity=0, interactive=False)
    with post.server(), override_settings(PASSWORD_HASHERS=_QUICK):
        with transaction.atomic():
            found = _rows(**wanted)
            reminders.raise_what_is_due()
        post.go()  # tests and the digests of today: what leaves later is the notices
    return found


def _rows(*, recipients: int, waiting: int, approvers: int, staff: int) -> dict[str, Any]:
    factories.make_organisation(contact_hours="9:00–18:00")
    officer, as_officer = person(Role.OFFICER, "Olga Officer")
    writer, as_writer = person(Role.RESPONDER, "Rita Responder")
    volume.fill(incidents=0, customers=recipients, seed=1, by=officer)
    return {
        "officer": as_officer,
        "writer": as_writer,
        "approvers": [person(Role.DEPUTY, f"Deputy {n}")[1] for n in range(approvers)],
        "staff": [person(Role.STAFF, f"Staff {n}")[1] for n in range(staff)],
        "notices": [notice(officer, writer) for _number in range(waiting)],
    }


def notice(officer: User, writer: User) -> str:
    """To every customer of the directory; sent for approval by its writer."""
    incident = factories.make_incident(by=officer, personal_data=Flag.YES, noticed_at=clock.now())
    incidents.change_team(incident, team=[writer], by=officer)
    factories.make_affected(incident, *Customer.objects.order_by("pk"), by=officer, people_count=12, data_kinds="Names")
    incident.refresh_from_db()
    row = notices.start(incident, kind=NoticeKind.FIRST, by=writer)
    for language, words in wording.KEY.items():
        row = notices.write(row, language=language, version=row.version, values=words, by=writer)
    notices.send_test(row, by=writer)
    return notices.submit(row, version=row.version, by=writer).ref


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    verbs = parser.add_subparsers(dest="verb", required=True)
    made = verbs.add_parser("fill")
    for name, default in {"recipients": 200, "waiting": 1, "approvers": 1, "staff": 0}.items():
        made.add_argument(f"--{name}", type=int, default=default)
    verbs.add_parser("session").add_argument("email")
    options = vars(parser.parse_args())
    verb = options.pop("verb")
    print(json.dumps(fill(**options)) if verb == "fill" else session(User.objects.get(email=options["email"])))


if __name__ == "__main__":
    main()
