"""Hooks: what a stack file adds to an operation, and what a person confirms."""
