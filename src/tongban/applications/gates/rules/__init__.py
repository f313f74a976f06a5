"""Rules of gates."""
