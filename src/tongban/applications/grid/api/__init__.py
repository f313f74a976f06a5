"""The API of grid: what a grid worker's phone loads and sends, lists, and what residents see and say of their own home."""

from tongban.applications.grid.api.events import router as events
from tongban.applications.grid.api.homes import router as homes
from tongban.applications.grid.api.lists import router as lists
from tongban.applications.grid.api.records import router as records
from tongban.applications.grid.api.rounds import router as rounds
from tongban.applications.grid.api.tasks import router as tasks

__all__ = ["events", "homes", "lists", "records", "rounds", "tasks"]
