"""The embedded corpus: takht music composed and rendered from a seed, by invented composers."""
