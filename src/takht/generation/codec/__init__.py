"""From spectrograms to latents and back: lapped principal components, and a network."""
