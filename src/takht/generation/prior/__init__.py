"""What latents follow one another."""
