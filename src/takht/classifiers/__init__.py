"""Composer classifiers: networks and discriminants, and how sure they are."""
