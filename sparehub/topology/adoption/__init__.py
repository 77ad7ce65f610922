"""The configuration of a network that stands already."""
