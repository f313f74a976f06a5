"""Moments and rights exchange offers."""

from tongban.foundation.exchange.rules import MANAGE_EXCHANGE, SUBSCRIBE, TEST_EVENT, declare_event
from tongban.lib.capabilities import declare
from tongban.lib.hooks import Hook
from tongban.lib.words import T

__all__ = ["declare_event", "received"]

received = Hook(
    "exchange.received",
    "An event of another system arrived; its signature is right and it was not seen before. Arguments: type, subject, "
    "data, source, message_id, by (the sender's client). Answers True from whoever took it. Runs in the transaction "
    "that marks the event as handled: an exception rolls both back and the sender tries again.",
)

declare(
    MANAGE_EXCHANGE,
    T("管理数据交换：投递、死信、订阅和后台任务", "Manage exchange: deliveries, dead letters, subscriptions, jobs"),
    roles=("operator", "administrator"),
)
declare(SUBSCRIBE, T("订阅事件", "Subscribe to events"), clients=True)
declare_event(TEST_EVENT, T("测试事件，由运维人员或调用方发出", "A test event, sent by an operator or the client"))
