"""Check a public log of Tongban, or any other C2SP log, without trusting whoever runs it."""

from tongban_verify.errors import Unverified

__all__ = ["Unverified"]
__version__ = "0.1.0"
