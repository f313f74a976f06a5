"""Plain building blocks without a table of their own."""
