"""What stands still of Site Recovery."""
