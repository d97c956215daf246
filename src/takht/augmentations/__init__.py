"""Alterations of training segments, one a file: params.yaml names the file."""
