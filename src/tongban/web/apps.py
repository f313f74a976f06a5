"""Configuration of web."""

from django.utils.translation import get_language

from tongban.lib import words
from tongban.lib.apps import HouseApp


class WebApp(HouseApp):
    name = "tongban.web"
    label = "web"

    def ready(self) -> None:
        """Texts speak the language of the request."""
        super().ready()
        words.speak(get_language)
