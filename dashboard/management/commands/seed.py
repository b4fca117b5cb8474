from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser

from accounts.models import User
from accounts.roles import Role
from dashboard.seed import volume


class Command(BaseCommand):
    help = "Add many invented incidents and customers at once, for measuring. Not for a system with real records."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--incidents", type=int, default=0)
        parser.add_argument("--customers", type=int, default=0)
        parser.add_argument("--seed", type=int, default=1)

    def handle(self, *args: Any, **options: Any) -> None:
        officer = User.objects.active().with_role(Role.OFFICER).order_by("pk").first()
        if officer is None:
            raise CommandError("Nobody is here yet. Run seed_demo, or let the first officer in.")
        volume.fill(incidents=options["incidents"], customers=options["customers"], seed=options["seed"], by=officer)
        self.stdout.write(f"added {options['incidents']} incidents and {options['customers']} customers")
