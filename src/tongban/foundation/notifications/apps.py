"""Configuration of notifications."""

from tongban.lib.apps import HouseApp


class NotificationsApp(HouseApp):
    name = "tongban.foundation.notifications"
    label = "notifications"
