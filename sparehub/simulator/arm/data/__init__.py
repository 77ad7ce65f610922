"""Data: regions, peering locations and connectivity providers."""
