"""How good generated music is."""
