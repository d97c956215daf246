"""A prior over pieces: a style, and blocks of latents that a denoiser makes out of noise."""
