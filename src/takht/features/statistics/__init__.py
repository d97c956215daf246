"""Statistics of windows: timbre, melody and onsets."""
