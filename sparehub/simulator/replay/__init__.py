"""Recorded exchanges with Azure, replayed against the local Azure."""
