"""The command line: options, exit codes and output; each command has its own module."""
