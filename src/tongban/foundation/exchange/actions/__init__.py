"""What the exchange does; one file per noun."""

from tongban.foundation.exchange.actions.answers import Answer, answer_once

__all__ = ["Answer", "answer_once"]
