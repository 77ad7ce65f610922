"""Replicated machines: what the files want, what the vault holds, and what has to be done."""
