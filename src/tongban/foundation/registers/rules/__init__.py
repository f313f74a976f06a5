"""What registers decide without asking the database."""
