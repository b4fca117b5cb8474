from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.services import factors


class Command(BaseCommand):
    help = "Remove the lost second factor of a person, after a call back; the next sign-in connects a new one."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("email")

    def handle(self, *args: Any, **options: Any) -> None:
        user = User.objects.by_email(options["email"]).first()
        if user is None:
            raise CommandError(f"Nobody has the address {options['email']}.")
        factors.remove_lost(user, by=None)
        self.stdout.write(f"{user.full_name} connects a new authenticator app at the next sign-in; a mail says so.")
