"""The demo: sample contents, marked as such, that each app brings."""

from tongban.lib.hooks import Hook

load_demo = Hook(
    "lib.load_demo",
    "Fill the current jurisdiction with sample contents; safe to repeat. Argument: by (the demo's system actor). "
    "Answered from the lowest app up.",
)
