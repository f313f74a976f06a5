"""E-mail through the SMTP server of the settings."""

from __future__ import annotations

import smtplib
from dataclasses import dataclass
from urllib.parse import unquote, urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from tongban.foundation.notifications.adapters.delivery import NotDelivered
from tongban.lib.words import T

_LOOPBACK = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where and how mail is handed over: ``smtps`` is TLS from the first byte, ``smtp`` STARTTLS except on loopback."""

    host: str
    port: int
    user: str
    password: str
    use_ssl: bool
    use_tls: bool


def email_server() -> MailServer | None:
    """The configured mail server, or None."""
    url = settings.ENVIRONMENT.email_url.get_secret_value()
    if not url:
        return None
    parts = urlsplit(url)
    if parts.scheme not in ("smtp", "smtps") or not parts.hostname:
        raise ValueError("not an smtp address")
    secure = parts.scheme == "smtps"
    return MailServer(
        host=parts.hostname, port=parts.port or (465 if secure else 587), user=unquote(parts.username or ""),
        password=unquote(parts.password or ""), use_ssl=secure,
        use_tls=not secure and parts.hostname not in _LOOPBACK,
    )  # fmt: skip


def email_problem() -> T | None:
    """What is wrong with the mail server's setting; None when it is right or when there is none."""
    try:
        email_server()
    except ValueError:
        return T(
            "TONGBAN_EMAIL_URL 无法识别。请写成 smtp://用户:密码@主机:587 或 smtps://用户:密码@主机:465。",
            "TONGBAN_EMAIL_URL is not readable. Write smtp://user:password@host:587 or smtps://user:password@host:465.",
        )
    return None


def send_email(message_id: UUID, to: str, subject: str, text: str) -> None:
    """Hand one e-mail to the server; the message's id is its Message-ID, so that a repeat can be recognised.

    A 5xx answer about the recipient is final; everything else may be tried again.
    """
    server = email_server()
    assert server is not None
    sender = settings.ENVIRONMENT.email_from
    mail = EmailMessage(subject, text, sender, [to], headers={"Message-ID": f"<{message_id}@{_domain(sender)}>"})
    mail.connection = get_connection(
        "django.core.mail.backends.smtp.EmailBackend", host=server.host, port=server.port, username=server.user,
        password=server.password, use_ssl=server.use_ssl, use_tls=server.use_tls,
        timeout=settings.ENVIRONMENT.outward_timeout,
    )  # fmt: skip
    try:
        mail.send()
    except smtplib.SMTPRecipientsRefused as error:
        code, answer = next(iter(error.recipients.values()))
        raise NotDelivered(
            "address_refused", f"{code} {answer.decode('utf-8', 'replace')}", is_final=code >= 500
        ) from None
    except smtplib.SMTPAuthenticationError as error:
        raise NotDelivered("mail_login_refused", str(error.smtp_code)) from None
    except smtplib.SMTPResponseException as error:
        raise NotDelivered("mail_refused", str(error.smtp_code)) from None
    except TimeoutError:
        raise NotDelivered("mail_timeout") from None
    except (OSError, smtplib.SMTPException) as error:
        raise NotDelivered("mail_unreachable", type(error).__name__) from None


def _domain(sender: str) -> str:
    return sender.rsplit("@", 1)[-1].strip("> ") or "localhost"
