"""The spectrograms that music is generated from."""
