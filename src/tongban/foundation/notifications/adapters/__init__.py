"""The outside world of messages: template files, the SMS gateway, the mail server."""

from tongban.foundation.notifications.adapters.delivery import NotDelivered
from tongban.foundation.notifications.adapters.mail import email_problem, email_server, send_email
from tongban.foundation.notifications.adapters.sms import send_sms, sms_problem
from tongban.foundation.notifications.adapters.wordings import template, templates

__all__ = [
    "NotDelivered", "email_problem", "email_server", "send_email", "send_sms", "sms_problem", "template", "templates",
]  # fmt: skip
