"""What the results are, read from the files of the stages."""
