"""Music generation: spectrograms and back, models of them, and what they make."""
