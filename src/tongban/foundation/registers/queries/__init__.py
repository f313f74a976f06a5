"""Reads of registers; one file per noun."""
