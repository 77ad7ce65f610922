"""Who reaches whom, by which path, and why."""
