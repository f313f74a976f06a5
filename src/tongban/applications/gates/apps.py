"""Configuration of gates."""

from tongban.lib.apps import HouseApp


class GatesApp(HouseApp):
    name = "tongban.applications.gates"
    label = "gates"
