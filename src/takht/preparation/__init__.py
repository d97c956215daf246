"""Loudness, gain and segments."""
