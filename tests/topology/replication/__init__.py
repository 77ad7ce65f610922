"""The pure half of replication."""
