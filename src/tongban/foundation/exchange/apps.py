"""Configuration of exchange."""

from tongban.lib.apps import HouseApp


class ExchangeApp(HouseApp):
    name = "tongban.foundation.exchange"
    label = "exchange"
