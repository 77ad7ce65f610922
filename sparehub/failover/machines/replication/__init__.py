"""Brings the items of a vault to what the files say, or ends their replication."""
