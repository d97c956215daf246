"""Finished pieces of earlier runs, so that only new recordings are worked on. Plumbing."""
