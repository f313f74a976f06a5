"""Configuration of the ledger."""

from tongban.lib.apps import HouseApp


class LedgerApp(HouseApp):
    name = "tongban.foundation.ledger"
    label = "ledger"
