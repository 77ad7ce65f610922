"""Where the runbook that switches the network needs its role: in both regions.

The role is assigned at networks, circuits and NVAs that are started, and nowhere above: so the
identity of the Automation account can write nothing else.
"""

from collections.abc import Mapping

from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.recovery.resources import ReplicationSource
from sparehub.topology.model.resources import Nva, Region

_MACHINE = "microsoft.compute/virtualmachines"


def own_scopes(region: Region) -> Mapping[str, ResourceId]:
    """Return the scopes in a region's own model by key; without a subscription if it owns them."""
    circuits = {f"circuit/{circuit.key}": circuit_id(circuit) for circuit in region.circuits}
    return {
        "network": ResourceId(resource_group=region.resource_group),
        **circuits,
        **_nva(region.nva),
    }


def scopes_of_source(region: Region, source: ReplicationSource) -> Mapping[str, ResourceId]:
    """Return the scopes of the other region that are not among a region's own, by key.

    A circuit of both regions has one assignment: Azure refuses a second one of the same role.
    """
    ours = own_scopes(region).values()
    found = {key: ResourceId.of(text) for key, text in sorted(source.switch_scopes.items())}
    return {
        key: scope for key, scope in found.items() if not any(scope.is_same(own) for own in ours)
    }


def _nva(nva: Nva) -> Mapping[str, ResourceId]:
    """Return the machine that a failover starts; the group of those behind a load balancer."""
    if nva.id is None or nva.standby is not NvaStandby.START_AT_FAILOVER:
        return {}
    return {"nva": nva.id if nva.id.type == _MACHINE else nva.id.group}
