"""Tongban 通办: an open digital-government platform for counties and cities."""

__version__ = "0.1.0"
