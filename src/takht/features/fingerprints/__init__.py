"""Fingerprints, which find recordings that hold the same audio."""
