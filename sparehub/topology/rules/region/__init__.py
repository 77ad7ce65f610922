"""Rules of one region as it will be deployed."""
