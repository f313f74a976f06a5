"""Benchmarks: each prints a ratio to a limit or to a peer measured in the same run. ``make bench``."""
