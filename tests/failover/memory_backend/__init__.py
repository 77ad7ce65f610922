"""Azure, Pulumi and both regions in memory: a world that can die at any point."""
