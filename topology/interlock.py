"""What must not happen while something else stands: decided before the first resource.

Two decisions, each on what stacks said when they were deployed: a region does not go live beside
a pair that advertises its addresses, and a gateway that stands is not replaced.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import IPv4Network
from typing import Any, Self

from topology.circuits import circuit_id, same_circuit
from topology.config import Prefers, StackConfig
from topology.errors import InterlockError, ReplacementRefusedError
from topology.model import Circuit, Region

_AZ_SKUS = ("ErGw1AZ", "ErGw2AZ", "ErGw3AZ")
_SKUS = ("Standard", "HighPerformance", "UltraPerformance")


@dataclass(frozen=True, kw_only=True)
class Deployed:
    """What a stack's outputs say of the region as it was last built."""

    activation: str
    location: str
    hub_virtual_network_id: str
    gateway_id: str | None
    circuit_ids: tuple[str, ...]
    advertised_prefixes: tuple[IPv4Network, ...]
    gateway_sku: str | None

    @classmethod
    def from_outputs(cls, outputs: Mapping[str, Any] | None) -> Self | None:
        """Read a stack's outputs; None where the stack was never deployed or is destroyed."""
        if not outputs or "activation" not in outputs:
            return None
        region = outputs.get("region") or {}
        gateway = region.get("expressRoute", {}).get("gateway", {})
        return cls(
            activation=str(outputs["activation"]),
            location=str(outputs.get("location", "")),
            hub_virtual_network_id=str(outputs.get("hubVirtualNetworkId", "")),
            gateway_id=outputs.get("gatewayId"),
            circuit_ids=tuple((outputs.get("circuitIds") or {}).values()),
            advertised_prefixes=tuple(
                IPv4Network(prefix) for prefix in outputs.get("advertisedPrefixes") or ()
            ),
            gateway_sku=gateway.get("sku", "ErGw1AZ"),
        )

    @classmethod
    def from_region(cls, region: Region) -> Self:
        """Return what a region's stack will say once it is deployed."""
        return cls(
            activation=region.activation,
            location=region.location,
            hub_virtual_network_id="",
            gateway_id=None,
            circuit_ids=tuple(circuit_id(circuit) for circuit in region.circuits),
            advertised_prefixes=region.advertised_prefixes,
            gateway_sku=region.gateway.sku if region.gateway else None,
        )


def refuse_two_live_regions(config: StackConfig, region: Region, paired: Deployed | None) -> None:
    """Refuse what would make both regions advertise the same addresses (ER-18, ER-19, ER-23).

    Routers that prefer one region make an overlap harmless only on two circuits; on one circuit
    two virtual networks with overlapping addresses must never be linked at once.

    :raises InterlockError: unless ``sparehub:overrideInterlock`` gives a reason.
    """
    if paired is None or not region.connections or config.override_interlock:
        return
    overlap = sorted(_overlaps(region.advertised_prefixes, paired.advertised_prefixes))
    shared = sorted(_shared_circuits(region, paired))
    prefers = config.region.on_premises.prefers
    if not overlap or (prefers is not Prefers.NONE and not shared):
        return
    prefixes = ", ".join(str(prefix) for prefix in overlap)
    where = f" on the circuit {shared[0]}, which both use" if shared else ""
    stack = config.paired_stack
    raise InterlockError(
        f"interlock: stack {stack!r} ({paired.location}) is {paired.activation} and advertises "
        f"{prefixes} to on-premises{where}; {region.location} would advertise the same. Nothing "
        f"was created. First put {stack!r} on standby: "
        f"`pulumi config set activation standby --stack {stack}` and `pulumi up --stack {stack}`. "
        "If that region is lost, say why: "
        '`pulumi config set overrideInterlock "<reason>"` and run again.'
    )


def warn_of_shared_circuit(region: Region, paired: Deployed | None) -> str | None:
    """Return what to say where a circuit of this region's stack serves the other one, too."""
    owned = {circuit.name for circuit in region.circuits if isinstance(circuit, Circuit)}
    shared = sorted(owned & _shared_circuits(region, paired)) if paired else []
    if not shared:
        return None
    return (
        f"both regions use the circuit {shared[0]}, which this stack owns: own it in a project of "
        "its own and reference it by id in both, or this stack cannot be destroyed without it"
    )


def refuse_gateway_replacement(region: Region, deployed: Deployed | None) -> None:
    """Refuse a change that would delete the gateway that stands and make another.

    Azure takes 15 to 45 minutes for each gateway and refuses to change a SKU outside its family
    (GWY-02, GWY-10): all that time on-premises has no route to the region.

    :raises ReplacementRefusedError: naming what changed.
    """
    if deployed is None or deployed.gateway_id is None or region.gateway is None:
        return
    segments = deployed.gateway_id.split("/")
    group, name = segments[4], segments[-1]
    hub = deployed.hub_virtual_network_id.split("/")[-1]
    changes = [
        f"{what} from {before!r} to {after!r}"
        for what, before, after in (
            ("location", deployed.location, region.location),
            ("resource group", group, region.resource_group),
            ("virtual network", hub, region.hub.name),
            ("name", name, region.gateway.name),
        )
        if before.lower() != after.lower()
    ]
    if not _sku_can_change(deployed.gateway_sku, region.gateway.sku):
        changes.append(f"SKU from {deployed.gateway_sku!r} to {region.gateway.sku!r}")
    if changes:
        raise ReplacementRefusedError(
            f"the gateway {name} would be deleted and made again, because its "
            f"{' and its '.join(changes)} would change: on-premises would have no route to "
            f"{deployed.location} for an hour or more (GWY-02). Nothing was changed. Put the old "
            "value back, or move the traffic to the other region first and destroy this stack."
        )


def _sku_can_change(before: str | None, after: str) -> bool:
    """GWY-02: only up, and only within one family."""
    for family in (_SKUS, _AZ_SKUS):
        if before in family and after in family:
            return family.index(after) >= family.index(before)
    return before in {None, after}


def _overlaps(ours: tuple[IPv4Network, ...], theirs: tuple[IPv4Network, ...]) -> set[IPv4Network]:
    """Return our prefixes that share an address with one of theirs: one contains the other."""
    within = {prefix for prefix in ours if not _containing(prefix).isdisjoint(theirs)}
    around = {outer for prefix in theirs for outer in _containing(prefix).intersection(ours)}
    return within | around


def _containing(prefix: IPv4Network) -> set[IPv4Network]:
    return {prefix.supernet(new_prefix=length) for length in range(prefix.prefixlen + 1)}


def _shared_circuits(region: Region, paired: Deployed) -> set[str]:
    """Return the circuits of both regions: same id; an owned one by its group and name."""
    return {
        circuit.name if isinstance(circuit, Circuit) else circuit.id.split("/")[-1]
        for circuit in region.circuits
        for other in paired.circuit_ids
        if same_circuit(circuit_id(circuit), other)
    }
