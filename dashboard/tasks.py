"""Throwing away what expired."""

from datetime import timedelta

from celery import shared_task
from django.core.management import call_command

from core import clock, files
from core.models import DraftFile, Submission
from customers.models import Import


@shared_task
def clean_up() -> None:
    """Drafts of forms, keys of forms, unconfirmed imports and ended sessions, each after a day or more."""
    now = clock.now()
    files.discard(DraftFile.objects.expired(now)[:500])
    Submission.objects.filter(sent_at__lt=now - timedelta(days=7)).delete()
    Import.objects.filter(done_at__isnull=True, added_at__lt=now - timedelta(days=1)).delete()
    call_command("clearsessions")
