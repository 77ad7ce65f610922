"""What Azure will hold of a region and of a pair, built from configuration."""
