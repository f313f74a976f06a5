"""Names of the rights gates knows; hooks.py declares them."""

RUN = "gates.run_gates"
VERIFY = "gates.verify_passes"
