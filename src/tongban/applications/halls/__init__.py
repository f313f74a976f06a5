"""Halls: a place where people are served; who comes, who is called, who is inside."""
