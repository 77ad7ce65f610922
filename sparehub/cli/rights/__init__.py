"""Rights: the role definitions for Azure, filled in from the stack files."""
