"""The commands that run an operation: failover, drill, replication, and their options."""
