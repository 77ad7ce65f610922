"""The configuration and the import file of a network that stands already.

What the configuration cannot say is listed with its resource, and so is every resource that has no
place in a region: nothing is dropped without a word.
"""

import re
from collections.abc import Container, Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.topology.adoption.configuration import owned, stack_values
from sparehub.topology.adoption.imports import import_file, roles_of
from sparehub.topology.adoption.site_recovery import AdoptedRecovery, adopt_site_recovery
from sparehub.topology.adoption.unsupported_properties import unsupported_properties
from sparehub.topology.comparison.parity import unequal
from sparehub.topology.comparison.region_attributes import attributes_of
from sparehub.topology.config.resource_ids import id_problem
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.errors import ConfigurationError, UnreadableError
from sparehub.topology.model.build import build
from sparehub.topology.model.logical_names import ROLES
from sparehub.topology.model.resources import Region
from sparehub.topology.rules.stack_file.parse import parse_stack
from sparehub.topology.state.parts import location_of
from sparehub.topology.state.region import Reading, read_region
from sparehub.topology.state.resources import (
    CIRCUIT,
    CONNECTION,
    RESOURCE_GROUP,
    ROUTE,
    ArmResource,
)

_CONNECTIONS = "region.expressRoute.connections"
_KEY = "([^/]+)"
_PATHS = {  # by role; the first that fits
    ROLES.hub.network: "region.hub",
    ROLES.hub.subnet("(.+)"): r"region.hub.subnets.\1",
    ROLES.hub_peering(_KEY): r"region.hub.peerings.\1",
    ROLES.spoke_network(_KEY): r"region.spokes.\1",
    ROLES.hub_to_spoke(_KEY): r"region.spokes.\1.hubToSpoke",
    ROLES.spoke_to_hub(_KEY): r"region.spokes.\1.spokeToHub",
    ROLES.spoke(_KEY).subnet("(.+)"): r"region.spokes.\1.subnets.\2",
    ROLES.route_table("(.+)"): r"region.routeTables.\1",
    ROLES.gateway: "region.expressRoute.gateway",
    ROLES.connection(_KEY): rf"{_CONNECTIONS}.\1",
    ROLES.circuit(_KEY): rf"{_CONNECTIONS}.\1.circuit",
    ROLES.private_peering(_KEY): rf"{_CONNECTIONS}.\1.circuit.privatePeering",
}
_WHY = {
    "microsoft.network/networksecuritygroups": "stays outside; a subnet refers to it by its id",
    "microsoft.network/virtualnetworks": "is not peered with the hub, or not in its resource group",
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": (
        "leads to a network that is not among the spokes, and to which the NVA has no route"
    ),
    "microsoft.network/virtualnetworkgateways": "is not the hub's ExpressRoute gateway",
    "microsoft.network/connections": "is not a connection of the hub's ExpressRoute gateway",
    "microsoft.network/routetables": "no subnet of the hub or of a spoke uses it",
    "microsoft.network/expressroutecircuits/authorizations": "an export does not contain its key",
}


@dataclass(frozen=True, order=True)
class NotUnderstood:
    """Something that stands and that the configuration does not say, or says otherwise."""

    id: str
    reason: str


@dataclass(frozen=True, kw_only=True)
class Adopted:
    """What there is to write, and what to read before anything is imported."""

    values: Mapping[str, Any]
    """The keys of the stack file."""
    other: Mapping[str, Any]
    """Keys of ``region`` for the other region's file: its half of Site Recovery."""
    imports: Mapping[str, Any]
    """The file for ``pulumi import -f``."""
    not_understood: tuple[NotUnderstood, ...]
    problems: tuple[str, ...]
    """What `check` will refuse of the configuration; the network stands with it all the same."""


def adopt(resources: Iterable[ArmResource]) -> Adopted:
    """Return the configuration that describes a hub with its spokes, and what it leaves out.

    Raises:
        UnreadableError: where there is no hub, no circuit, or nothing that leads to an NVA.
    """
    everything = list(resources)
    hub = read_region(everything).roles.hub
    if hub is None:
        message = "no virtual network has an ExpressRoute gateway or a GatewaySubnet: no hub here"
        raise UnreadableError(message)
    # One region is one resource group: Pulumi would replace resources elsewhere.
    circuits = set(_circuits(read_region(everything)))
    reading = read_region([each for each in everything if _beside(hub, each, circuits)])
    _refuse_other_networks(reading)
    recovery = adopt_site_recovery(everything, reading)
    values = stack_values(reading)
    values["sparehub:region"] |= recovery.own
    config, problems = _parsed(values)
    built = build(config) if config else None
    found = [
        *_without_role(everything, reading, recovery),
        *(NotUnderstood(*each) for each in recovery.listed),
        *_assumed(reading),
        *(NotUnderstood(*each) for each in unsupported_properties(reading)),
        *(_changed(reading, built) if built else ()),
        *_misnamed(reading, built or reading.region),
    ]
    return Adopted(
        values=values,
        other=recovery.other,
        imports=import_file(reading, built or reading.region, recovery.imports),
        not_understood=tuple(sorted(set(found))),
        problems=problems,
    )


def _misnamed(reading: Reading, built: Region) -> Iterator[NotUnderstood]:
    """Yield what is not imported, since its id is none."""
    for _, identity in roles_of(reading, built):
        if problem := id_problem(identity):
            yield NotUnderstood(identity, f"it is not imported, since its id is none: {problem}")


def _circuits(reading: Reading) -> Iterator[str]:
    """Yield the keys of the circuits that are the region's.

    Those that it is connected to, wherever their records lie (ER-06); of a region without a
    connection, those in the file to which no other gateway is connected.
    """
    roles = reading.roles
    for key in roles.connections:
        yield roles.by_role[ROLES.connection(key)].reference("peer").lower()
    if not roles.connections:
        used = {each.reference("peer").lower() for each in roles.all if each.type == CONNECTION}
        yield from (each.key for each in roles.all if each.type == CIRCUIT and each.key not in used)


def _beside(hub: ArmResource, resource: ArmResource, circuits: Container[str]) -> bool:
    if resource.key in circuits or resource.parent in circuits:
        return True
    if resource.type.startswith(CIRCUIT):
        return False
    return resource.type == RESOURCE_GROUP or (
        resource.subscription.lower(),
        resource.group.lower(),
    ) == (hub.subscription.lower(), hub.group.lower())


def _refuse_other_networks(reading: Reading) -> None:
    if reading.roles.nva is None:
        message = (
            "no route table of a spoke leads to an NVA: a region of Sparehub sends everything "
            "through one"
        )
        raise UnreadableError(message)
    if not reading.region.circuits:
        message = (
            "there is neither a circuit nor a connection to one: export the circuit's resource "
            "group, too, and put both lists of resources into one file"
        )
        raise UnreadableError(message)


def _parsed(values: Mapping[str, Any]) -> tuple[StackConfig | None, tuple[str, ...]]:
    try:
        config = parse_stack(values)
        build(config)
    except ConfigurationError as error:
        return None, tuple(str(problem) for problem in error.problems)
    return config, ()


def _without_role(
    everything: Iterable[ArmResource], reading: Reading, recovery: AdoptedRecovery
) -> Iterator[NotUnderstood]:
    roles = reading.roles
    for each in everything:
        if each.key in recovery.understood:
            continue
        parent = roles.by_id.get(each.parent)
        if roles.role_of(each) or (each.type == ROUTE and parent and roles.role_of(parent)):
            continue
        yield NotUnderstood(each.id, _WHY.get(each.type, "does not belong to a region of Sparehub"))


def _assumed(reading: Reading) -> Iterator[NotUnderstood]:
    """Yield what an export does not say and the configuration has to."""
    hub = reading.roles.hub
    if hub is None:
        return
    yield from _groups(reading, hub)
    yield from _unconnected(reading)
    reason = "what on-premises advertises is unknown to Azure: fill in onPremises.addressPrefixes"
    yield NotUnderstood(hub.id, reason)
    for key in reading.roles.connections:
        connection = reading.roles.by_role[ROLES.connection(key)]
        circuit = connection.refers_to("peer")
        here = circuit and circuit.is_id and circuit.shares_subscription(hub.identity)
        if not here:
            reason = (
                "its circuit is in another subscription: set circuit.authorizationKey, a secret"
            )
            yield NotUnderstood(connection.id, reason)
        if circuit is None or circuit.key not in reading.roles.by_id:
            reason = (
                "its circuit is not in the file: peering location, tier and bandwidth in the "
                "configuration are guesses"
            )
            yield NotUnderstood(str(circuit or connection.id), reason)


def _unconnected(reading: Reading) -> Iterator[NotUnderstood]:
    """Yield the circuits that nothing but the file says to be this region's."""
    for circuit in reading.region.circuits:
        resource = reading.roles[ROLES.circuit(circuit.key)]
        if resource is None or circuit.key in reading.roles.connections:
            continue
        reason = "no connection leads to it: if it is not this region's, leave it out of the file"
        yield NotUnderstood(resource.id, reason)


def _groups(reading: Reading, hub: ArmResource) -> Iterator[NotUnderstood]:
    """Yield the resource groups whose location is unknown or differs from their resources'."""
    roles = reading.roles
    owners = {ROLES.group: hub}
    for circuit in reading.region.circuits:
        resource = roles[ROLES.circuit(circuit.key)]
        if resource and owned(reading, circuit.key):
            owners[ROLES.circuit_group(circuit.key)] = resource
    for role, owner in owners.items():
        group = roles[role]
        identity = group.id if group else str(owner.identity.group)
        location = location_of(owner)
        what = "Pulumi would replace the group with all that is in it"
        if group is None:
            reason = (
                f"its location is unknown; if it is not {location}, {what}: look at the preview"
            )
            yield NotUnderstood(identity, reason)
        elif location_of(group) != location:
            yield NotUnderstood(identity, f"it is in {location_of(group)}, not {location}: {what}")


def _changed(reading: Reading, built: Region) -> Iterator[NotUnderstood]:
    """Yield what the configuration builds otherwise than it stands: the first `up` changes it."""
    outside = (
        "region.onPremises",
        *(f"{_CONNECTIONS}.{c.key}" for c in reading.region.circuits if not owned(reading, c.key)),
    )
    for stands, wanted in unequal(attributes_of(reading.region), attributes_of(built)):
        fact = stands or wanted
        if fact is None or fact.key.startswith(outside):
            continue
        before = "nothing" if stands is None else _shown(stands.value)
        after = "nothing" if wanted is None else _shown(wanted.value)
        reason = f"{fact.path}: {before} stands, the configuration builds {after}"
        yield NotUnderstood(_id_of(reading, fact.path), reason)


def _shown(value: object) -> str:
    if isinstance(value, list):
        return ", ".join(map(str, value)) or "none"
    return {None: "none", True: "true", False: "false"}.get(value, str(value))  # type: ignore[call-overload, no-any-return] # hashable: no list any more


def _id_of(reading: Reading, path: str) -> str:
    """Return the id of the resource that a fact is about; the hub's where it has none."""
    roles = reading.roles
    hub = roles.hub.id if roles.hub else ""
    best = ("", hub)
    for role, resource in roles.by_role.items():
        prefix = _path_of(role)
        if path == prefix or path.startswith(f"{prefix}."):
            best = max(best, (prefix, resource.id), key=lambda each: len(each[0]))
    return best[1]


def _path_of(role: str) -> str:
    """Return the path under which the configuration speaks of a role's resource."""
    for pattern, path in _PATHS.items():
        if found := re.fullmatch(pattern, role):
            return found.expand(path)
    return role
