"""Whether a region answers: a few readings within a bound, never a wait."""

from sparehub.azure.answers import Azure
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.steps.network_steps import PROBE_SECONDS


def responds(azure: Azure, snapshot: Snapshot) -> bool:
    """Return whether the region of a stack answers within the bound of a probe."""
    identity = (
        snapshot.deployed.gateway_id
        or snapshot.ids.get(REGION.hub.network)
        or snapshot.ids.get(REGION.group)
    )
    if not identity:
        return True  # nothing is deployed that could be probed
    return azure.send("GET", str(identity), timeout=PROBE_SECONDS).came
