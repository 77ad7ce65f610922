"""The interlock: deployments that are refused because of what is deployed already.

Five decisions, taken before the first resource, by what the stacks recorded at their last
deployment: a region does not go live while its pair advertises its addresses; a deployed gateway is
not replaced; a deployed circuit is not moved; a deployed spoke is not created again under another
key; an active region keeps at least one of its connections.
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
    """Refuse a region that would advertise while its pair must not (:func:`conflict`).

    Raises:
        InterlockError: with the prefixes and what to do.
    """
    own = Advertisement.of(region)
    live_conflict = conflict(own, paired.advertisement)
    if live_conflict is None:
        return
    prefixes = ", ".join(str(prefix) for prefix in live_conflict.prefixes)
    where = (
        f" on the circuit {live_conflict.circuit}, which both use" if live_conflict.circuit else ""
    )
    differ = ""
    if live_conflict.reason is Reason.PREFERENCES_DIFFER:
        differ = (
            f". onPremises.prefers is {own.prefers.value!r} here and {paired.prefers.value!r} in "
            f"the outputs of {config.paired_stack!r}: values that differ count as none (ER-23); "
            "write the same value in both files"
        )
    by = f" by {', '.join(paired.connections)}" if paired.connections else ""
    stack = config.paired_stack
    message = (
        f"interlock: stack {stack!r} ({paired.location}) is live{by} and advertises {prefixes} to "
        f"on-premises{where}; {region.location} would advertise the same{differ}. Nothing was "
        f"created. First put {stack!r} on standby: {_standby(config)} and `pulumi up --stack "
        f"{stack}`. If that region is lost, give the reason: "
        '`pulumi config set overrideInterlock "<reason>"` and run again.'
    )
    raise InterlockError(message)


def _standby(config: StackConfig) -> str:
    """Return the command that puts the pair on standby."""
    if config.generation:
        return "`sparehub switch` with the stack that is to be active"
    return f"`pulumi config set activation standby --stack {config.paired_stack}`"


def warn_of_shared_circuit(region: Region, paired: Deployed) -> str | None:
    """Return a warning where the other region uses a circuit that this stack owns."""
    owned = (circuit_id(circuit) for circuit in region.circuits if isinstance(circuit, Circuit))
    shared = shared_circuits(owned, paired.circuit_ids)
    if not shared:
        return None
    return (
        f"both regions use the circuit {shared[0]}, which this stack owns, so that destroying this "
        "stack deletes it: move it to a project of its own and refer to it by id in both files"
    )


def refuse_gateway_replacement(region: Region, deployed: Deployed) -> None:
    """Refuse a change that would replace the deployed gateway.

    Azure takes 15 to 45 minutes for a gateway and refuses to change a SKU outside its family
    (GWY-02, GWY-10). During that time on-premises has no route to the region.
    https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways

    Raises:
        ReplacementRefusedError: with the values that would change.
    """
    if deployed.gateway_id is None or region.gateway is None:
        return
    group, name = deployed.gateway_id.resource_group, deployed.gateway_id.name
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
            f"the gateway {name} would be deleted and created again, because its "
            f"{' and its '.join(changes)} would change: on-premises would have no route to "
            f"{deployed.location} for an hour or more (GWY-02). Nothing was changed. Put the old "
            "value back, or move the traffic to the other region first and destroy this stack."
        )
        raise ReplacementRefusedError(message)


def note_gateway_upgrade(region: Region, deployed: Deployed) -> str | None:
    """Return a note where the deployed gateway is upgraded to ErGwScale (GWY-02)."""
    sku = region.gateway.sku if region.gateway else ""
    if SCALABLE not in (sku, deployed.gateway_sku) or sku == deployed.gateway_sku:
        return None
    if deployed.gateway_id is None:
        return None
    name, hours = deployed.gateway_id.name, GATEWAY_UPGRADE.worst // 3600
    return (
        f"the gateway {name} becomes {sku} in place: Azure takes up to {hours} hours, and routes "
        "stay up (GWY-02)"
    )


def refuse_moved_circuits(region: Region, deployed: Deployed) -> None:
    """Refuse another location for a deployed circuit or its resource group.

    Azure refuses to move either (`InvalidResourceLocation`, `InvalidResourceGroupLocation`), so
    Pulumi would delete the circuit and order another, which its provider has to provision again
    (ER-08, ER-39).

    Raises:
        ReplacementRefusedError: with both locations and what can be done.
    """
    for circuit in region.circuits:
        if not isinstance(circuit, Circuit):
            continue
        role = f"circuit/{circuit.key}"
        locations = [
            deployed.circuit_locations.get(f"{role}/{part}") for part in ("circuit", "group")
        ]
        if any(location and location != circuit.location for location in locations):
            raise ReplacementRefusedError(_moved(circuit, *locations))


def _moved(circuit: Circuit, location: str | None, group: str | None) -> str:
    path = f"region.expressRoute.connections.{circuit.key}.circuit"
    if location and group and location != group:
        return (
            f"{path}: {circuit.name} is in {location} and its resource group "
            f"{circuit.resource_group} in {group}; a stack creates both in one location, and Azure "
            "moves neither. Nothing was changed. Refer to the circuit by its `id`, as to one that "
            "is owned elsewhere."
        )
    deployed_in = location or group
    return (
        f"{path}.location: {circuit.name} would be deleted and ordered again in "
        f"{circuit.location}: it is in {deployed_in}, and Azure moves neither a circuit nor its "
        f"resource group. Nothing was changed. Write `location: {deployed_in}` to keep it; where "
        "that is a region of the pair, `sparehub check` reports the risk (ER-06). To have one in "
        f"{circuit.location}, add a second circuit under another key, and remove {circuit.key!r} "
        "once the second carries the traffic and the provider has deprovisioned the first."
    )


def refuse_renamed_spokes(region: Region, deployed: Deployed) -> None:
    """Refuse a new spoke with the addresses of a deployed spoke that is to be deleted.

    Pulumi creates the new one first, and Azure refuses to peer both at the same time (PE-04).

    Raises:
        ReplacementRefusedError: with both keys.
    """
    kept = {spoke.key for spoke in region.spokes}
    gone = {key: prefixes for key, prefixes in deployed.spokes.items() if key not in kept}
    for spoke in region.spokes:
        if spoke.key in deployed.spokes:
            continue
        for key, prefixes in gone.items():
            if overlapping(spoke.virtual_network.address_space, prefixes):
                message = (
                    f"region.spokes.{spoke.key}: has the addresses of the deployed spoke {key!r}, "
                    f"which is to be deleted; Azure refuses to peer both (PE-04). Nothing was "
                    f"changed. Keep the key {key!r} and give the spoke a `name:`, or remove "
                    f"{key!r} in one `pulumi up` and add {spoke.key!r} in the next."
                )
                raise ReplacementRefusedError(message)


def refuse_lost_connections(region: Region, deployed: Deployed) -> None:
    """Refuse an active region without any of its deployed connections.

    Only a switch disconnects a region. A connection under another name is a new one, and a circuit
    that is no longer provisioned has none (ER-09).

    Raises:
        DisconnectionRefusedError: with the connections and what to do.
    """
    kept = {connection.name for connection in region.connections}
    connections = deployed.connections
    if region.activation is not Activation.ACTIVE or not connections or kept & {*connections}:
        return
    message = (
        f"{region.location} is active and would lose {', '.join(connections)}: on-premises would "
        "have no route to it. Nothing was changed. Restore that connection and its circuit in the "
        "file. To put the region on standby, use `sparehub failover`, or `pulumi config set "
        "activation standby`; to move it to another circuit, add that connection first, deploy, "
        "and then remove the old one."
    )
    raise DisconnectionRefusedError(message)
