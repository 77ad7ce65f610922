"""The states that a pair passes through in a failover."""
