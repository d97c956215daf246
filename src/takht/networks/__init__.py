"""Networks, one a file: params.yaml names the file. See docs/extending.md."""
