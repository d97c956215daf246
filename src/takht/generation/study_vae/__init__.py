"""The original study's VAE."""
