"""Requests at the scope of a subscription or tenant: locks, rights, quota, Resource Graph."""
