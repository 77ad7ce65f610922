"""A second, slow judge of reachability, written from Azure's rules and from nothing of ours.

It reads ARM resources, walks one address at a time with :mod:`ipaddress`, and knows neither the
model nor the arrays of the verifier: what both say the same of is unlikely to be wrong in both.
"""
