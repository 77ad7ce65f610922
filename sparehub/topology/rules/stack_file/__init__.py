"""Rules of one stack file, checked while it is parsed."""
