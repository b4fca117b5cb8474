from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from accounts.models import User
from dashboard.seed import cast, customers, post, scenes
from dashboard.seed.moments import Moments

PASSWORD_FILE = "demo-password"  # noqa: S105 - the name of a file


class Command(BaseCommand):
    help = "Play a believable company into an empty data directory, through the services, and mark it as a demo."

    def handle(self, *args: Any, **options: Any) -> None:
        kept = settings.DATA_DIR / PASSWORD_FILE
        call_command("compile_catalogues", stdout=self.stdout)  # the company speaks four languages
        call_command("migrate", verbosity=0, interactive=False)
        if not settings.DEMO_MARKER.exists():
            if not settings.IS_EMBEDDED:
                raise CommandError("A demo has its own data directory. Unset DATABASE_URL.")
            if User.objects.exists():
                raise CommandError(f"{settings.DATA_DIR} holds a real system. Choose another DATA_DIR.")
            settings.DEMO_MARKER.write_text("playing\n")  # first: a half-played demo is a demo too
            self._play(kept)
            settings.DEMO_MARKER.write_text("ready\n")
        elif settings.DEMO_MARKER.read_text().strip() != "ready":
            raise CommandError(f"The demo in {settings.DATA_DIR} was interrupted. Throw it away: make clean-demo")
        self._greet(kept.read_text().strip())

    def _play(self, kept: Any) -> None:
        password = cast.password()
        kept.write_text(password + "\n")
        moments = Moments()
        with post.server():
            people = cast.assemble(moments, password=password)
            directory = customers.fill(moments, by=people.dilnoza)
            scenes.play(moments, people, directory)

    def _greet(self, password: str) -> None:
        lines = [f"  {user.email:<26}{user.role_words()}" for user in User.objects.order_by("pk")]
        lines += [f"  password: {password}", "  one-time code: make totp EMAIL=… in another window"]
        self.stdout.write("\n".join(["Who may sign in:", *lines]))
