"""Rules of two regions beside each other."""
