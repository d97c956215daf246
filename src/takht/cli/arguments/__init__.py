"""What several commands take: recordings, models, output files."""
