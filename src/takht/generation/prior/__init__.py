"""A prior over pieces: their style, and which latents follow one another."""
