"""How features of a segment are made, one kind a file: params.yaml names the file."""
