"""The resource types: one file a type; a new one is a file and a row in ``registry``."""
