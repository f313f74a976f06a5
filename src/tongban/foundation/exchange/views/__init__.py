"""Operators' pages of exchange."""
