"""Pages of parties; one file per noun."""
