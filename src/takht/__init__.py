"""Arabic-music composer classification: the library behind the stages."""
