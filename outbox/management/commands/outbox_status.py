from typing import Any

from django.core.management.base import BaseCommand
from django.db.models import Count

from outbox.models import Message
from outbox.states import State


class Command(BaseCommand):
    help = "Print how many messages are in which state, per purpose and in all. The parts add up."

    def handle(self, *args: Any, **options: Any) -> None:
        table: dict[str, dict[str, int]] = {}
        rows = Message.objects.values("batch__purpose", "state").annotate(n=Count("pk")).order_by("batch__purpose")
        for row in rows:
            purpose = row["batch__purpose"].split(":", 1)[0]
            line = table.setdefault(purpose, dict.fromkeys(State.values, 0))
            line[row["state"]] += row["n"]
        total = {state: sum(line[state] for line in table.values()) for state in State.values}
        self.stdout.write(f"{'purpose':<16}" + "".join(f"{s:>10}" for s in State.values) + f"{'total':>10}")
        for purpose, line in [*sorted(table.items()), ("all", total)]:
            numbers = "".join(f"{line[state]:>10}" for state in State.values)
            self.stdout.write(f"{purpose:<16}{numbers}{sum(line.values()):>10}")
