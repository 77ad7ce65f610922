"""The command: the only place that prints, exits, reads files or drives Pulumi."""
