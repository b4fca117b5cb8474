from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate

from audit import triggers


class AuditConfig(AppConfig):
    name = "audit"

    def ready(self) -> None:
        # SQLite drops triggers when a migration remakes a table, so every migrate puts them back.
        post_migrate.connect(_install_triggers, sender=self)


def _install_triggers(*, using: str, **_kwargs: Any) -> None:
    triggers.install(connections[using])
