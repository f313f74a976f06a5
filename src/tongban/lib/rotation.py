"""What has to follow when a key of the ring is rotated."""

from tongban.lib.hooks import Hook

key_rotated = Hook(
    "lib.key_rotated",
    "A kind of key has a new current key; answers bring what they keep up to date, in batches that each commit, and may "
    "be called again after an interruption. Runs once in every jurisdiction, as the owner. Arguments: kind, by.",
)
