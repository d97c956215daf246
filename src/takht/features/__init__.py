"""What is computed of a segment: spectrograms, statistics and fingerprints."""
