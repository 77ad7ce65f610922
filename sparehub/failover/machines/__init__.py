"""Machines of Site Recovery: replication, failover, commit, re-protection, journalled."""
