from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import Authenticator


class Command(BaseCommand):
    help = "Print the current one-time code of a person; only with DEBUG or in a demo."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        if not (settings.DEBUG or settings.DEMO_MARKER.exists()):
            raise CommandError("Codes are printed only with DEBUG, or where seed_demo left its marker.")
        device = Authenticator.objects.filter(user__email__iexact=options["email"], confirmed=True).first()
        if device is None:
            raise CommandError(f"Nobody with the address {options['email']} has an authenticator.")
        self.stdout.write(device.current_code())
