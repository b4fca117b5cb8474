"""Rows for tests, made by the product's own services wherever it has one. Every default stands here.

make_user(Role.OFFICER)                 a person with a confirmed second factor
make_report(by=sam)                     a report that nobody has judged yet
make_incident(lead=olga, severity=…)    a confirmed incident, being investigated
make_block(incident, by=rita) · make_checked_block(…)
make_contained_incident(…) · make_reporting_incident(…)
make_customer(name=…) · make_contact(customer, email=…) · make_affected(incident, customer, …)
make_batch("a@b.example", …, key=…)     mails in the outbox, one a recipient
fresh_code(user)                        a code that the person's authenticator takes now
"""

from collections.abc import Sequence
from datetime import datetime
from itertools import count
from typing import Any

from accounts.models import Authenticator, Organisation, RoleHolding, User
from accounts.roles import Role
from customers.models import Contact, Customer
from customers.services import directory
from incidents.models import AffectedCustomer, BlockingAction, Incident
from incidents.services import actions, affected, incidents, states, triage
from incidents.terms import ActionKind, Flag, Kind, Severity, State
from outbox.models import Batch
from outbox.services import queue
from outbox.states import Lane

PASSWORD = "seven quiet storks over Samarkand"
_numbers = count(1)


def make_user(
    *roles: Role,
    full_name: str = "",
    email: str = "",
    language: str = "en",
    has_factor: bool = True,
    **fields: Any,
) -> User:
    number = next(_numbers)
    user = User(
        email=email or f"person{number}@company.example",
        full_name=full_name or f"Person {number}",
        language=language,
        **fields,
    )
    user.set_password(PASSWORD)
    user.save()
    RoleHolding.objects.bulk_create(RoleHolding(user=user, role=role) for role in roles or (Role.STAFF,))
    if has_factor:
        Authenticator.objects.create(user=user, confirmed=True, name="app")
    return user


def fresh_code(user: User) -> str:
    """The code of this moment, as if none had been taken or refused in its step."""
    device = Authenticator.objects.get(user=user, confirmed=True)
    Authenticator.objects.filter(pk=device.pk).update(
        last_step=-1, throttling_failure_count=0, throttling_failure_timestamp=None
    )
    return device.current_code()


def make_organisation(**fields: Any) -> Organisation:
    defaults = {
        "name": "Bulut Mail",
        "legal_name": "Bulut Mail LLC",
        "tin": "305123456",
        "address": "Tashkent, Amir Temur 1",
        "phone": "+998 71 200 00 00",
        "duty_phone": "+998 71 200 00 01",
        "security_email": "security@company.example",
        "director_name": "Daniyor Aliyev",
        "director_post": "Director",
        "version": 1,
    }
    return Organisation.objects.create(pk=1, **{**defaults, **fields})


# --- mails ---------------------------------------------------------------------------------------

SENDER = queue.Sender(name="Bulut Mail", address="security@company.example", reply_to="security@company.example")


def make_batch(
    *recipients: str | queue.Recipient,
    purpose: str = "notice:NTF-1",
    subject: str = "A security incident at Bulut Mail",
    text: str = "Good day {contact}.\n",
    html: str = "",
    files: Sequence[queue.File] = (),
    is_secret: bool = False,
    lane: Lane = Lane.GENERAL,
    key: str | None = None,
) -> Batch:
    batch = queue.queue(
        purpose,
        sender=SENDER,
        texts=[queue.Text("en", subject, text, html=html, files=files, is_secret=is_secret)],
        recipients=[queue.Recipient(to, "en") if isinstance(to, str) else to for to in recipients],
        lane=lane,
        key=key,
    )
    assert batch is not None, "this key was queued before"
    return batch


# --- customers -----------------------------------------------------------------------------------


def make_customer(*, by: User | None = None, **values: Any) -> Customer:
    values.setdefault("name", f"Customer {next(_numbers)}")
    return directory.add_customer(by=by or make_user(Role.OFFICER), values=values)


def make_contact(customer: Customer, *, by: User | None = None, **values: Any) -> Contact:
    number = next(_numbers)
    values = {"name": f"Contact {number}", "email": f"contact{number}@customer.example", "language": "en", **values}
    return directory.add_contact(customer, by=by or make_user(Role.OFFICER), values=values)


# --- cases ---------------------------------------------------------------------------------------


def make_report(*, by: User | None = None, text: str = "Strange sign-ins to the mail panel", **values: Any) -> Incident:
    return incidents.report(text, by=by or make_user(Role.STAFF), **values)


def make_incident(
    *,
    by: User | None = None,
    lead: User | None = None,
    reporter: User | None = None,
    title: str = "Strange sign-ins to the mail panel",
    kind: Kind = Kind.ACCOUNT,
    severity: Severity = Severity.HIGH,
    personal_data: Flag = Flag.NO,
    infrastructure: Flag = Flag.NO,
    noticed_at: datetime | None = None,
) -> Incident:
    lead = lead or by or make_user(Role.OFFICER)
    return triage.confirm(
        make_report(by=reporter, text=title),
        title=title,
        kind=kind,
        severity=severity,
        lead=lead,
        personal_data=personal_data,
        infrastructure=infrastructure,
        noticed_at=noticed_at,
        by=by or lead,
    )


def make_block(incident: Incident, *, by: User | None = None, **values: Any) -> BlockingAction:
    values = {"kind": ActionKind.IP, "what": "203.0.113.7", "where": "edge firewall", **values}
    return actions.record_block(incident, by=by or make_user(Role.OFFICER), **values)


def make_checked_block(incident: Incident, *, by: User | None = None, **values: Any) -> BlockingAction:
    by = by or make_user(Role.OFFICER)
    action = make_block(incident, by=by, **values)
    actions.check(action, method="Sign-in from that address is refused", is_effective=True, by=by)
    return action


def make_affected(
    incident: Incident,
    *customers: Customer,
    by: User | None = None,
    people_count: int | None = None,
    data_kinds: str = "",
) -> list[AffectedCustomer]:
    """Mark customers as affected, and decide so first when that is open."""
    by = by or make_user(Role.OFFICER)
    if incident.customers_affected != Flag.YES:
        affected.decide(incident, answer=Flag.YES, reason="", by=by)
        incident.refresh_from_db()
    return affected.attach(
        incident,
        choices=[affected.Choice(customer, people_count, data_kinds) for customer in customers],
        source=AffectedCustomer.Source.DIRECTORY,
        by=by,
    )


def make_contained_incident(*, by: User | None = None, **values: Any) -> Incident:
    by = by or make_user(Role.OFFICER)
    incident = make_incident(by=by, **values)
    make_checked_block(incident, by=by)
    return states.move(incident, to=State.CONTAINED, by=by)


def make_reporting_incident(*, by: User | None = None, **values: Any) -> Incident:
    """An incident whose file can be written: contained, restored, no customer affected unless attached."""
    by = by or make_user(Role.OFFICER)
    incident = make_contained_incident(by=by, **values)
    affected.decide(incident, answer=Flag.NO, reason="The mail panel holds no data of customers", by=by)
    incident.refresh_from_db()
    return states.move(incident, to=State.REPORTING, by=by, restored_how="Passwords were reset")
