"""Configuration of grid."""

from tongban.lib.apps import HouseApp


class GridApp(HouseApp):
    name = "tongban.applications.grid"
    label = "grid"
