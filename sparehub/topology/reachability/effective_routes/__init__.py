"""Effective routes of every subnet, and the longest prefix match of each address."""
