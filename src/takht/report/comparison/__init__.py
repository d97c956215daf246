"""Results of two revisions beside each other."""
