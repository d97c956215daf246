"""Pieces of music: what to make, and making it."""
