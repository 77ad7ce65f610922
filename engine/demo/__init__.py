"""Demonstrations on a local Azure, with the real ``pulumi``: the network, and machines with it."""
