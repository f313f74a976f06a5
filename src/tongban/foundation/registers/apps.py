"""Configuration of registers."""

from tongban.lib.apps import HouseApp


class RegistersApp(HouseApp):
    name = "tongban.foundation.registers"
    label = "registers"
