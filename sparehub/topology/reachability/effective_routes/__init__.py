"""Effective routes of every subnet, and where they send each address."""
