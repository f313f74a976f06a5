"""What holds in every hall, in plain Python: hours, business days, queues, codes."""
