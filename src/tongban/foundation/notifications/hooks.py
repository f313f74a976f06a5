"""Rights notifications declares."""

from tongban.foundation.notifications.rules import MANAGE_MESSAGES
from tongban.lib.capabilities import declare
from tongban.lib.words import T

declare(
    MANAGE_MESSAGES,
    T("查看和重发未送达的消息", "See and resend messages that did not get through"),
    roles=("operator", "administrator"),
)
