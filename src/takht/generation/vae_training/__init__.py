"""Training of the VAE."""
