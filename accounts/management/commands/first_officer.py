from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.services import mail, people


class Command(BaseCommand):
    help = "Print the one-time link that lets the first officer in; an earlier link ends."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--only-when-empty", action="store_true", help="say nothing when somebody is here already")

    def handle(self, *args: Any, **options: Any) -> None:
        path = people.invite_first_officer()
        if path is not None:
            self.stdout.write(f"The first officer comes in by this link, once, within 24 hours:\n  {mail.link(path)}")
        elif not options["only_when_empty"]:
            raise CommandError("Somebody is here already. An administrator invites people under Users and roles.")
