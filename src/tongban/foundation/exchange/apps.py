"""Configuration of exchange."""

from importlib import import_module

from tongban.lib.apps import HouseApp


class ExchangeApp(HouseApp):
    name = "tongban.foundation.exchange"
    label = "exchange"

    def ready(self) -> None:
        """Checks register themselves."""
        super().ready()
        import_module("tongban.foundation.exchange.checks")
