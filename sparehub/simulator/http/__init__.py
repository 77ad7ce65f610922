"""The local Azure over HTTP."""
