"""Configuration of regions."""

from tongban.lib.apps import HouseApp


class RegionsApp(HouseApp):
    name = "tongban.foundation.regions"
    label = "regions"
