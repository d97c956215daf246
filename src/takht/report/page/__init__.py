"""Results as one page with charts, sounds and pictures."""
