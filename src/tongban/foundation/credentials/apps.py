"""Configuration of credentials."""

from tongban.lib.apps import HouseApp


class CredentialsApp(HouseApp):
    name = "tongban.foundation.credentials"
    label = "credentials"
