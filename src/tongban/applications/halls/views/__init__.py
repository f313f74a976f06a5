"""Pages of halls, one file for each kind of reader."""
