"""Passes and certificates: signed, revocable, verified offline."""
