"""Whether a region answers: a few readings within a bound, never a wait."""

import time

from sparehub.failover.azure import Azure
from sparehub.failover.snapshot import Snapshot
from topology.failover import PROBE_SECONDS

_TRIES = (0.0, 1.0, 3.0)
"""Seconds before each try: one bad answer is no lost region."""


def answers(azure: Azure, snapshot: Snapshot) -> bool:
    """Return whether the region of a stack answers within the bound of a probe."""
    identity = (
        snapshot.deployed.gateway_id
        or snapshot.ids.get("region/hub/network")
        or snapshot.ids.get("region/group", "")
    )
    if not identity:
        return True  # nothing stands there that could be asked, or that could be in the way
    deadline = time.monotonic() + PROBE_SECONDS
    for wait in _TRIES:
        time.sleep(wait)
        left = deadline - time.monotonic()
        if left <= 0:
            break
        if azure.send("GET", identity, timeout=left).came:
            return True
    return False
