"""Parts every application stands on, from the regions up to credentials."""
