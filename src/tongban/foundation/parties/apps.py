"""Configuration of parties."""

from tongban.lib.apps import HouseApp


class PartiesApp(HouseApp):
    name = "tongban.foundation.parties"
    label = "parties"
