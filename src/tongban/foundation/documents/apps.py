"""Configuration of documents."""

from tongban.lib.apps import HouseApp


class DocumentsApp(HouseApp):
    name = "tongban.foundation.documents"
    label = "documents"
