"""Pulumi and its backend, behind the protocols that an operation uses."""
