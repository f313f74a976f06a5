"""Configuration of web."""

from importlib import import_module

from django.utils.translation import get_language

from tongban.lib import words
from tongban.lib.apps import HouseApp


class WebApp(HouseApp):
    name = "tongban.web"
    label = "web"

    def ready(self) -> None:
        """The portal's hooks are known, and texts speak the language of the request."""
        super().ready()
        import_module("tongban.web.portal")
        words.speak(get_language)
