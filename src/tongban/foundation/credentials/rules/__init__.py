"""The format of credentials and the verdict on one: pure functions, shared vectors with the browser."""
