"""What a region code says by itself, how an edition file is read, how places are called in English."""
