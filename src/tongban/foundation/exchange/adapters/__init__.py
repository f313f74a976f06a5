"""The outside world of exchange: delivering to other systems over HTTP."""

from tongban.foundation.exchange.adapters.post import Answered, NotDelivered, post
from tongban.foundation.exchange.adapters.signatures import new_secret, signature_wrong, signed_headers, verified_body

__all__ = ["Answered", "NotDelivered", "new_secret", "post", "signature_wrong", "signed_headers", "verified_body"]
