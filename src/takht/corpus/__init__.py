"""Folders of recordings: what is in them, what is usable, and how they are split."""
