"""From windows to a trained classifier."""
