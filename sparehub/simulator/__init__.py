"""A local Azure: what the program needs of it, refusing what Azure refuses."""
