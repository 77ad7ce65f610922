"""Failing over: a plan is executed on two stacks, with journal, lease and verification."""
