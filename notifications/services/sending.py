"""What people do while and after a notice is sent: pause, try again, call, waive."""

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from accounts.models import Organisation, User
from accounts.roles import Right, require
from audit import events
from audit.services import record
from core import clock
from customers.models import Customer
from incidents.models import AffectedCustomer, Incident
from incidents.services import timeline
from incidents.terms import EntryKind
from notifications.models import Notice, Settlement
from outbox.models import Batch
from outbox.services import queue as outbox


def _batch(notice: Notice) -> Batch:
    if notice.batch is None:
        raise ValidationError(_("This notice has not left yet."), code="faster")
    return notice.batch


@transaction.atomic
def pause(notice: Notice, *, by: User) -> None:
    """Stop taking mails of this notice; who has got it has got it."""
    require(by, Right.APPROVE_NOTICE)
    incident = timeline.lock(notice.incident)
    if outbox.pause(_batch(notice), reason=_("paused by %(name)s") % {"name": by.full_name}):
        timeline.add(incident, EntryKind.NOTICE, by=by, facts={"step": "paused", "ref": notice.ref})
        record(events.NOTICE_PAUSED, by=by, on=notice)


@transaction.atomic
def resume(notice: Notice, *, by: User) -> None:
    require(by, Right.APPROVE_NOTICE)
    incident = timeline.lock(notice.incident)
    if outbox.resume(_batch(notice)):
        timeline.add(incident, EntryKind.NOTICE, by=by, facts={"step": "resumed", "ref": notice.ref})
        record(events.NOTICE_RESUMED, by=by, on=notice)


@transaction.atomic
def resume_mail(*, by: User) -> int:
    """Let everything leave again that the system has paused; what a person paused stays so."""
    require(by, Right.MANAGE_SETTINGS)
    paused = Batch.objects.filter(paused_at__isnull=False, is_paused_by_system=True)
    resumed = sum(outbox.resume(batch) for batch in paused)
    if resumed:
        record(events.MAIL_RESUMED, by=by, on=Organisation.current(), changes={"batches": (0, resumed)})
    return resumed


@transaction.atomic
def retry(notice: Notice, *, reason: str, by: User) -> int:
    """Try the failed and waiting ones again now, all or those with one reason; under the same approval."""
    require(by, Right.WRITE_NOTICE)
    changed = outbox.retry(_batch(notice), reason=reason)
    record(events.NOTICE_RETRIED, by=by, on=notice, changes={"reason": ("", reason), "messages": (0, changed)})
    return changed


@transaction.atomic
def called(
    incident: Incident, *, customer: Customer, spoke_with: str, note: str, by: User, happened_at: datetime | None = None
) -> Settlement:
    """A customer was told by phone: counts only with who, when and with whom."""
    require(by, Right.WRITE_NOTICE)
    if not spoke_with.strip():
        raise ValidationError({"spoke_with": _("Write with whom you spoke.")})
    locked = timeline.lock_open(incident)
    settlement = _settle(
        locked,
        customer,
        Settlement(
            kind=Settlement.Kind.CALLED, spoke_with=spoke_with, note=note, by=by, happened_at=happened_at or clock.now()
        ),
    )
    facts = {"step": "called", "customer": customer.name, "with": spoke_with}
    timeline.add(locked, EntryKind.CALL, by=by, happened_at=settlement.happened_at, is_in_report=True, facts=facts)
    record(events.CUSTOMER_CALLED, by=by, on=settlement, changes={"spoke_with": ("", spoke_with)})
    return settlement


@transaction.atomic
def waive(incident: Incident, *, customer: Customer, reason: str, by: User) -> Settlement:
    """The director signs that a customer need not be told. The caller has confirmed a fresh code."""
    require(by, Right.DECIDE_WAIVER)
    if len(reason.strip()) < 20:
        raise ValidationError({"reason": _("Write the reason in at least 20 characters.")})
    locked = timeline.lock_open(incident)
    settlement = _settle(
        locked,
        customer,
        Settlement(kind=Settlement.Kind.WAIVED, note=reason, by=by, happened_at=clock.now()),
    )
    facts = {"step": "waived", "customer": customer.name, "text": reason}
    timeline.add(locked, EntryKind.CALL, by=by, is_in_report=True, facts=facts)
    record(events.CUSTOMER_WAIVED, by=by, on=settlement, changes={"reason": ("", reason)})
    return settlement


def _settle(incident: Incident, customer: Customer, settlement: Settlement) -> Settlement:
    if not AffectedCustomer.objects.present().filter(incident=incident, customer=customer).exists():
        raise ValidationError(_("This customer is not on the affected list."))
    if Settlement.objects.filter(incident=incident, customer=customer).exists():
        raise ValidationError(_("Somebody was faster: this customer is settled already."), code="faster")
    settlement.incident, settlement.customer, settlement.added_at = incident, customer, clock.now()
    settlement.full_clean()
    settlement.save()
    return settlement
