from typing import Any

from django.core.management.base import BaseCommand, CommandParser

from outbox.services.queue import hold_everything, release_held


class Command(BaseCommand):
    help = "Hold every message that has not left (after a restore), or release what is held."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--release", action="store_true", help="let held messages leave")

    def handle(self, *args: Any, **options: Any) -> None:
        if options["release"]:
            self.stdout.write(f"{release_held()} messages may leave now.")
        else:
            self.stdout.write(f"{hold_everything()} messages are held. Compare with the relay's log, then --release.")
