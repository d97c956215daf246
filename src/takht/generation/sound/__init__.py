"""From spectrograms to sound."""
