"""Names of the rights halls knows; hooks.py declares them."""

MANAGE = "halls.manage_hall"
SERVE = "halls.serve_visitors"
OVERSEE = "halls.oversee_halls"
CONFIRM = "halls.confirm_hall"
REGISTER = "halls.register_visits"

ROLES_IN_HALL = ("hall_clerk", "hall_manager")
"""What a hall's own manager may give: it opens this hall's windows and no office's desk, unlike ``clerk``."""
