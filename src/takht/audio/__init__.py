"""From the bytes of a recording to its mono samples."""
