"""From spectrograms to latents and back: a lapped PCA."""
