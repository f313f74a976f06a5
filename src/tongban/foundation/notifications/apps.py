"""Configuration of notifications."""

from importlib import import_module

from tongban.lib.apps import HouseApp


class NotificationsApp(HouseApp):
    name = "tongban.foundation.notifications"
    label = "notifications"

    def ready(self) -> None:
        """Checks register themselves."""
        super().ready()
        import_module("tongban.foundation.notifications.checks")
