"""Names of the rights halls knows; hooks.py declares them."""

MANAGE = "halls.manage_hall"
SERVE = "halls.serve_visitors"
OVERSEE = "halls.oversee_halls"
CONFIRM = "halls.confirm_hall"
REGISTER = "halls.register_visits"
