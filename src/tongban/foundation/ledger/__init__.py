"""The public log: what the law cares about cannot be taken back silently."""
