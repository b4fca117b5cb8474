from django.apps import AppConfig


class NotificationsConfig(AppConfig):
    name = "notifications"

    def ready(self) -> None:
        # Models are loaded by now; the answer to the case's one question is registered here.
        from incidents import obligations
        from notifications.standing import Answer

        obligations.register(Answer())
