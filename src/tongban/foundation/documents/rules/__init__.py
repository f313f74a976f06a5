"""What documents are allowed to be, in plain Python."""
