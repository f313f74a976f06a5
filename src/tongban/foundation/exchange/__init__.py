"""Messages to and from other systems: outbox, inbox, idempotency."""
