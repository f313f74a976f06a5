"""The outside world: the disk, the virus scanner, picture decoding, the multipart body."""
