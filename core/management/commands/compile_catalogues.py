from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from core.catalogues import compile_changed


class Command(BaseCommand):
    help = "Compile the catalogues of translations that changed."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        for folder in settings.LOCALE_PATHS:
            for path in compile_changed(Path(folder)):
                self.stdout.write(f"compiled {path.parent.parent.name}")
