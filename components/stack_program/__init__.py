"""What the Pulumi program does around its resources: read, check, refuse, record."""
