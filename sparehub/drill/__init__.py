"""Drills: isolated test networks, and the whole failover rehearsed on a local Azure."""
