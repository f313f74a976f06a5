"""The API of registers: facts, places and buildings; and lists of residents on their way into the register."""

from tongban.foundation.registers.api.facts import router
from tongban.foundation.registers.api.lists import router as lists

__all__ = ["lists", "router"]
