"""A local Azure: the resource types that the program needs, with Azure's refusals."""
