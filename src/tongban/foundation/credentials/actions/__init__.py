"""What the office does with credentials and seals; one file per noun."""

from tongban.foundation.credentials.actions.credentials import (
    Subject,
    Verification,
    erase_with,
    issue,
    revoke,
    verify,
    withdraw_key,
)
from tongban.foundation.credentials.actions.papers import PaperVerification, verify_pdf
from tongban.foundation.credentials.actions.seals import Sealed, Sealing, office_seal, seal_paper, withdraw_seal
from tongban.foundation.credentials.rules.code import Content

__all__ = [
    "Content", "PaperVerification", "Sealed", "Sealing", "Subject", "Verification", "erase_with", "issue", "office_seal", "revoke", "seal_paper", "verify",
    "verify_pdf", "withdraw_key", "withdraw_seal",
]  # fmt: skip
