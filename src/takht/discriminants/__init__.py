"""Linear discriminants, one a file: params.yaml names the file."""
