"""Text messages, e-mails and in-app messages."""
