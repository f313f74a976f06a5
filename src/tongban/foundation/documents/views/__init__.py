"""Doors for people and for resumable uploads."""
