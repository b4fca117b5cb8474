"""The clock's door into the outbox. A task carries nothing: what is owed stands in the database."""

from celery import shared_task

from outbox.services.delivery import deliver
from outbox.states import Lane


@shared_task
def deliver_messages() -> None:
    deliver(Lane.GENERAL)


@shared_task
def deliver_authority_messages() -> None:
    deliver(Lane.AUTHORITY)
