"""Configuration of matters."""

from tongban.lib.apps import HouseApp


class MattersApp(HouseApp):
    name = "tongban.matters"
    label = "matters"
