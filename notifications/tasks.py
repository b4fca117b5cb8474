"""The clock's door into reminders."""

from celery import shared_task

from core.models import Heartbeat
from notifications.services import letters, reminders


@shared_task
def raise_what_is_due() -> None:
    letters.note_acceptances()
    reminders.raise_what_is_due()
    Heartbeat.objects.beat("worker")
