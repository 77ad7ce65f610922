"""Readings of Azure during an operation; none of them writes."""
