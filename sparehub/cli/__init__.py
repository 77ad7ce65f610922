"""The command line: options, exit codes and output; each command is a module."""
