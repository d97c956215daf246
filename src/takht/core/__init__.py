"""What fixes the bytes of results: instructions, threads, randomness, hashes, tables, arrays."""
