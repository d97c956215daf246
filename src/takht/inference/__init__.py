"""Classifiers at work on recordings."""
