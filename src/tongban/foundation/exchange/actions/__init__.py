"""What the exchange does; one file per noun."""

from tongban.foundation.exchange.actions.answers import Answer, answer_once
from tongban.foundation.exchange.actions.deliveries import attempt, deliver, replay
from tongban.foundation.exchange.actions.events import fan_out, publish, sweep
from tongban.foundation.exchange.actions.inbox import Receipt, receive
from tongban.foundation.exchange.actions.operation import check_reason, note_act, retry_jobs
from tongban.foundation.exchange.actions.subscriptions import (
    admit_sender,
    pause,
    resume,
    rotate_secret,
    rotate_sender_secret,
    send_test_event,
    set_sender_active,
    subscribe,
    unsubscribe,
)
from tongban.foundation.exchange.adapters import new_secret

__all__ = [
    "Answer", "Receipt", "admit_sender", "answer_once", "attempt", "check_reason", "deliver", "fan_out", "new_secret",
    "note_act", "pause", "publish", "receive", "replay", "resume", "retry_jobs", "rotate_secret", "rotate_sender_secret",
    "send_test_event", "set_sender_active", "subscribe", "sweep", "unsubscribe",
]  # fmt: skip
