"""Configuration of halls."""

from tongban.lib.apps import HouseApp


class HallsApp(HouseApp):
    name = "tongban.applications.halls"
    label = "halls"
