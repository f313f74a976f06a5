"""Files: encrypted, checked, scoped, with retention."""
