"""What must not happen while something else stands: decided before the first resource.

Five decisions, each on what stacks recorded when they were deployed: a region does not go live
beside a pair that advertises its addresses; a gateway that stands is not replaced; a circuit that
stands is not moved; a spoke that stands is not made a second time under another key; a region that
stays active keeps one of its connections.
"""

from sparehub.topology.azure.durations import GATEWAY_UPGRADE
from sparehub.topology.azure.gateway_skus import SCALABLE, can_become
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.errors import (
    DisconnectionRefusedError,
    InterlockError,
    ReplacementRefusedError,
)
from sparehub.topology.model.circuit_ids import circuit_id, shared_circuits
from sparehub.topology.model.live_regions import Advertisement, Reason, conflict
from sparehub.topology.model.prefixes import overlapping
from sparehub.topology.model.resources import Circuit, Region
from sparehub.topology.state.deployed import Deployed


def refuse_two_live_regions(config: StackConfig, region: Region, paired: Deployed) -> None:
    """Refuse what would make both regions advertise where they must not (:func:`conflict`).

    Raises:
        InterlockError: naming the prefixes and what to do.
    """
    ours = Advertisement.of(region)
    found = conflict(ours, paired.advertisement)
    if found is None:
        return
    prefixes = ", ".join(str(prefix) for prefix in found.prefixes)
    where = f" on the circuit {found.circuit}, which both use" if found.circuit else ""
    differ = ""
    if found.reason is Reason.PREFERENCES_DIFFER:
        differ = (
            f". onPremises.prefers is {ours.prefers.value!r} here and {paired.prefers.value!r} in "
            f"what {config.paired_stack!r} recorded: preferences that differ count as none (ER-23);"
            " say the same in both files"
        )
    by = f" by {', '.join(paired.connections)}" if paired.connections else ""
    stack = config.paired_stack
    message = (
        f"interlock: stack {stack!r} ({paired.location}) is live{by} and advertises {prefixes} to "
        f"on-premises{where}; {region.location} would advertise the same{differ}. Nothing was "
        f"created. First put {stack!r} on standby: {_standby(config)} and `pulumi up --stack "
        f"{stack}`. If that region is lost, say why: "
        '`pulumi config set overrideInterlock "<reason>"` and run again.'
    )
    raise InterlockError(message)


def _standby(config: StackConfig) -> str:
    """Return what turns the pair's switch: within one generation that would be refused."""
    if config.generation:
        return "`sparehub switch` with the stack that is to be live"
    return f"`pulumi config set activation standby --stack {config.paired_stack}`"


def warn_of_shared_circuit(region: Region, paired: Deployed) -> str | None:
    """Return what to say where a circuit of this region's stack serves the other one, too."""
    owned = (circuit_id(circuit) for circuit in region.circuits if isinstance(circuit, Circuit))
    shared = shared_circuits(owned, paired.circuit_ids)
    if not shared:
        return None
    return (
        f"both regions use the circuit {shared[0]}, which this stack owns: own it in a project of "
        "its own and reference it by id in both, or this stack cannot be destroyed without it"
    )


def refuse_gateway_replacement(region: Region, deployed: Deployed) -> None:
    """Refuse a change that would delete the gateway that stands and make another.

    Azure takes 15 to 45 minutes for each gateway and refuses to change a SKU outside its family
    (GWY-02, GWY-10): all that time on-premises has no route to the region.
    https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways

    Raises:
        ReplacementRefusedError: naming what changed.
    """
    if not deployed.gateway_id or region.gateway is None:
        return
    segments = deployed.gateway_id.split("/")
    group, name = segments[4], segments[-1]
    changes = [
        f"{what} from {before!r} to {after!r}"
        for what, before, after in (
            ("location", deployed.location, region.location),
            ("resource group", group, region.resource_group),
            ("virtual network", deployed.hub, region.hub.name),
            ("name", name, region.gateway.name),
        )
        if before.lower() != after.lower()
    ]
    if not can_become(deployed.gateway_sku, region.gateway.sku):
        changes.append(f"SKU from {deployed.gateway_sku!r} to {region.gateway.sku!r}")
    if changes:
        message = (
            f"the gateway {name} would be deleted and made again, because its "
            f"{' and its '.join(changes)} would change: on-premises would have no route to "
            f"{deployed.location} for an hour or more (GWY-02). Nothing was changed. Put the old "
            "value back, or move the traffic to the other region first and destroy this stack."
        )
        raise ReplacementRefusedError(message)


def note_gateway_upgrade(region: Region, deployed: Deployed) -> str | None:
    """Return what to say where the gateway that stands becomes an ErGwScale (GWY-02)."""
    sku = region.gateway.sku if region.gateway else ""
    if SCALABLE not in (sku, deployed.gateway_sku) or sku == deployed.gateway_sku:
        return None
    if not deployed.gateway_id:
        return None
    name, hours = deployed.gateway_id.split("/")[-1], GATEWAY_UPGRADE.worst // 3600
    return (
        f"the gateway {name} becomes {sku} in place: Azure takes up to {hours} hours for it, and "
        "routes stay up meanwhile (GWY-02)"
    )


def refuse_moved_circuits(region: Region, deployed: Deployed) -> None:
    """Refuse another location for a circuit that stands, or for its resource group.

    Azure refuses that of either (`InvalidResourceLocation`, `InvalidResourceGroupLocation`), so
    Pulumi would delete the circuit and order another, which its provider has to provision anew
    (ER-08, ER-39).

    Raises:
        ReplacementRefusedError: naming both locations and what can be done.
    """
    for circuit in region.circuits:
        if not isinstance(circuit, Circuit):
            continue
        role = f"circuit/{circuit.key}"
        places = [deployed.circuit_locations.get(f"{role}/{each}") for each in ("circuit", "group")]
        if any(place and place != circuit.location for place in places):
            raise ReplacementRefusedError(_moved(circuit, *places))


def _moved(circuit: Circuit, stands: str | None, group: str | None) -> str:
    path = f"region.expressRoute.connections.{circuit.key}.circuit"
    if stands and group and stands != group:
        return (
            f"{path}: {circuit.name} stands in {stands} and its resource group "
            f"{circuit.resource_group} in {group}; a stack makes both in one location, and Azure "
            "moves neither. Nothing was changed. Refer to the circuit by its `id`, as to one that "
            "is owned elsewhere."
        )
    here = stands or group
    return (
        f"{path}.location: {circuit.name} would be deleted and ordered anew in "
        f"{circuit.location}: it stands in {here}, and Azure moves neither a circuit nor its "
        f"resource group. Nothing was changed. Say `location: {here}` there to keep it; where that "
        "is a region of the pair, `sparehub check` says what that costs (ER-06). To have one in "
        f"{circuit.location}, add a second circuit under a key of its own, and remove "
        f"{circuit.key!r} once the second carries the traffic and the provider has deprovisioned "
        "the first."
    )


def refuse_renamed_spokes(region: Region, deployed: Deployed) -> None:
    """Refuse a spoke that takes the addresses of one that stands and is to go.

    Pulumi makes the new one first, and Azure then refuses to peer it beside the old (PE-04).

    Raises:
        ReplacementRefusedError: naming both.
    """
    kept = {spoke.key for spoke in region.spokes}
    gone = {key: prefixes for key, prefixes in deployed.spokes.items() if key not in kept}
    for spoke in region.spokes:
        if spoke.key in deployed.spokes:
            continue
        for key, prefixes in gone.items():
            if overlapping(spoke.virtual_network.address_space, prefixes):
                message = (
                    f"region.spokes.{spoke.key}: takes the addresses of the spoke {key!r}, which "
                    f"stands and is to go; Azure refuses both beside each other (PE-04). Nothing "
                    f"was changed. Keep the key {key!r} and give the spoke a `name:`, or remove "
                    f"{key!r} in one `pulumi up` and add {spoke.key!r} in the next."
                )
                raise ReplacementRefusedError(message)


def refuse_lost_connections(region: Region, deployed: Deployed) -> None:
    """Refuse an active region without any of the connections that stand.

    Only the switch disconnects a region. A connection under another name is made anew, and a
    circuit that is not provisioned any more has none (ER-09).

    Raises:
        DisconnectionRefusedError: naming the connections and what to do.
    """
    kept = {connection.name for connection in region.connections}
    standing = deployed.connections
    if region.activation is not Activation.ACTIVE or not standing or kept & {*standing}:
        return
    message = (
        f"{region.location} is active and would lose {', '.join(standing)}: on-premises would "
        "have no route to it. Nothing was changed. Put back what the file said of that connection "
        "and its circuit. To stand the region down, turn the switch (`sparehub failover`, or "
        "`pulumi config set activation standby`); to move it to another circuit, add that "
        "connection first, deploy, and remove the old one then."
    )
    raise DisconnectionRefusedError(message)
