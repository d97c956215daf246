"""Names and labels: as text, in order, in columns."""
