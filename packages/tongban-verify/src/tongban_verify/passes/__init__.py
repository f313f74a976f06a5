"""Passes and certificates that verify without whoever issued them: docs/passes.md tells the format."""
