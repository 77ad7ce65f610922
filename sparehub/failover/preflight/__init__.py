"""Checks before an operation begins: each yields objections and writes nothing."""
