"""The second region's configuration from the first's."""
