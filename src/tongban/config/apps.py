"""The app of the house itself: commands and checks."""

from tongban.lib.apps import HouseApp


class ConfigApp(HouseApp):
    name = "tongban.config"
    label = "config"
