"""Effective routes, and who reaches whom by which way in every state of a failover."""
