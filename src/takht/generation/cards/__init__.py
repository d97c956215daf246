"""What models of music say about themselves."""
