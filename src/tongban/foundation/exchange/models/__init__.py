"""Tables of exchange, one file per noun."""

from tongban.foundation.exchange.models.answer import StoredAnswer
from tongban.foundation.exchange.models.inbox import InboxMessage, Sender
from tongban.foundation.exchange.models.operation import OperatorAct
from tongban.foundation.exchange.models.outbox import Delivery, OutboxMessage, Subscription

__all__ = ["Delivery", "InboxMessage", "OperatorAct", "OutboxMessage", "Sender", "StoredAnswer", "Subscription"]
