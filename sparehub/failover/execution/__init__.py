"""Carries out an operation: by deployments, or by adopting what somebody else has switched."""
