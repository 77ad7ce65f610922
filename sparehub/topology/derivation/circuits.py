"""The second region's connections and circuits, from the first's.

Three ways: a circuit of its own at another peering location, like the first region's; the first
region's circuit, referenced by id (ER-14: another subscription needs an authorization, and one
authorization serves one connection); or what the second region's file says already.
"""

import re
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Network
from typing import Any

from sparehub.topology.azure.geography import region_for_records
from sparehub.topology.config.fields import plain_location
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.derivation.remap import Remap
from sparehub.topology.errors import OptionsError
from sparehub.topology.model.circuit_ids import circuit_id, connection_key
from sparehub.topology.model.resources import Circuit, CircuitReference, Region

_HERE = ("region", "expressRoute", "connections")
_LINKS = ("primaryPeerAddressPrefix", "secondaryPeerAddressPrefix")
SUBSCRIPTION = "<subscription>"  # to be filled in: no stack file can know it
_ANY_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_UNKNOWN_ID = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/<group>"
    "/providers/Microsoft.Network/expressRouteCircuits/<circuit>"
)


@dataclass(frozen=True)
class MadeConnections:
    """``expressRoute.connections`` of the second region."""

    values: Mapping[str, Any]
    notes: tuple[Note, ...] = ()
    # By the key of a connection that was made: the first region's key it was made after.
    made_after: Mapping[str, str] = field(default_factory=dict)


def fill_placeholders(connections: Mapping[str, Any]) -> dict[str, Any]:
    """Return connections whose ids have something in the place of what is to be filled in."""
    filled = dict(connections)
    for key, connection in connections.items():
        circuit = _mapping(_mapping(connection).get("circuit"))
        if isinstance(circuit.get("id"), str):
            identity = circuit["id"].replace(SUBSCRIPTION, _ANY_SUBSCRIPTION)
            identity = re.sub(r"<(\w+)>", r"\1", identity)
            filled[key] = {**connection, "circuit": {**circuit, "id": identity}}
    return filled


def derive_connections(  # noqa: PLR0913 - what the choice depends on
    region: Region,
    first: Mapping[str, Any],
    existing: Mapping[str, Any],
    *,
    remap: Remap,
    peering_location: str | None,
    same: bool,
    subscription: str | None,
    location: str,
) -> MadeConnections:
    """Return the second region's connections.

    ``region`` is the first region, ``location`` the second's, ``first`` and ``existing`` what
    stands under ``expressRoute.connections`` of either file. Those that are there already are kept
    where they are what is asked for, or where nothing is.

    Raises:
        OptionsError: where both ways are asked for, or none and nothing is there.
    """
    if same and peering_location is not None:
        message = "--same-circuit and --peering-location: choose one"
        raise OptionsError(message)
    if not same and peering_location is None and not existing:
        message = (
            "give --peering-location for a circuit of the second region's own, or --same-circuit "
            "to use the first region's"
        )
        raise OptionsError(message)
    identities = {circuit.key: circuit_id(circuit) for circuit in region.circuits}
    if existing and _as_wanted(existing, identities.values(), peering_location, same=same):
        return MadeConnections(existing, tuple(_kept(existing)))
    gone = tuple(
        Note(NoteKind.FOLLOWED, (*_HERE, key), "made way for what was asked for")
        for key in existing
    )
    if peering_location is not None:
        made = _elsewhere(region, first, peering_location, remap, location)
    else:
        made = _same(region, first, subscription, retained=not remap.moves)
    return MadeConnections(made.values, gone + made.notes, made.made_after)


def _as_wanted(
    existing: Mapping[str, Any],
    firsts: Collection[ResourceId],
    peering_location: str | None,
    *,
    same: bool,
) -> bool:
    circuits = [_mapping(_mapping(each).get("circuit")) for each in existing.values()]
    ids = [ResourceId.of(str(each.get("id", ""))) for each in circuits]
    if same:
        return all(any(each.is_same(first) for each in ids) for first in firsts)
    return peering_location is None or any(
        str(circuit.get("peeringLocation")).lower() == peering_location.lower()
        and not any(each.is_same(first) for first in firsts)
        for circuit, each in zip(circuits, ids, strict=True)
    )


def _kept(existing: Mapping[str, Any]) -> Iterator[Note]:
    for key, connection in existing.items():
        circuit = _mapping(_mapping(connection).get("circuit"))
        place, bandwidth = circuit.get("peeringLocation"), circuit.get("bandwidthInMbps")
        message = f"as it stands: a circuit at {place}, {bandwidth} Mbps"
        yield Note(NoteKind.KEPT, (*_HERE, str(key)), message)


def _elsewhere(
    region: Region, first: Mapping[str, Any], peering_location: str, remap: Remap, location: str
) -> MadeConnections:
    """Return one connection to a circuit like that which the first region's traffic prefers."""
    model = max(first, key=lambda key: _mapping(first[key]).get("routingWeight", 0))  # ER-22
    # Under a key of the first region's, the circuit would be the very same resource.
    taken = {each.lower() for each in (*first, *(_name(c) for c in region.circuits))}
    key, number = connection_key(peering_location), 1
    while taken & {key, f"erc-{key}"}:
        number += 1
        key = f"{connection_key(peering_location)}-{number}"
    connection = {k: v for k, v in first[model].items() if k != "name"}
    circuit = {**connection["circuit"], "peeringLocation": peering_location}
    for only_one in ("name", "resourceGroup", "authorizationKey"):
        circuit.pop(only_one, None)
    notes: list[Note] = []

    def confirm(message: str, *keys: str) -> None:
        if keys[0] in circuit:
            notes.append(Note(NoteKind.CONFIRM, (*_HERE, key, "circuit", *keys), message))

    if "id" in circuit:
        circuit["id"] = _UNKNOWN_ID
        circuit.pop("location", None)  # the first circuit's
        confirm("the id of the second region's circuit", "id")
    else:
        notes += _place(circuit, (region.location, location), (*_HERE, key, "circuit", "location"))
    confirm(f"the connectivity provider at {peering_location}", "serviceProvider")
    confirm(
        "the first circuit's; the standby circuit carries all traffic after a failover, and Azure "
        "raises bandwidth as far as the port allows and never lowers it (ER-02)",
        "bandwidthInMbps",
    )
    if circuit.get("provisioned"):
        confirm("true once the provider has provisioned the circuit (ER-09)", "provisioned")
    if "privatePeering" in circuit:
        circuit["privatePeering"] = _private_peering(circuit["privatePeering"], region, remap)
        confirm("the first circuit's; the provider says which", "privatePeering", "vlanId")
        for link in _LINKS:
            confirm("a free /30; your routers hold one end of it", "privatePeering", link)
    if len(first) > 1:
        message = (
            f"made after {model!r}, one of {len(first)} connections of the first region; add the "
            "others' counterparts by hand"
        )
        notes.append(Note(NoteKind.DO, (*_HERE, key), message))
    connection["circuit"] = circuit
    return MadeConnections({key: connection}, tuple(notes), {key: model})


def _place(
    circuit: dict[str, Any], pair: tuple[str, str], place: tuple[str, ...]
) -> Iterator[Note]:
    """Put a circuit's record outside the pair, unless it lies there; yield what to confirm."""
    if plain_location(circuit.get("location", pair[1])) not in pair:
        return
    circuit.pop("location", None)
    message = "of the circuit's record: any region but the two of the pair (ER-06)"
    third = region_for_records(*pair)
    if third is None:
        yield Note(NoteKind.DO, place, message)
        return
    circuit["location"] = third
    yield Note(NoteKind.CONFIRM, place, f"{message}; a circuit that stands cannot move")


def _same(
    region: Region, first: Mapping[str, Any], subscription: str | None, *, retained: bool
) -> MadeConnections:
    """Return a connection to each of the first region's circuits, by id."""
    values: dict[str, Any] = {}
    notes: list[Note] = []
    for circuit in region.circuits:
        place = (*_HERE, circuit.key, "circuit")
        identity = circuit_id(circuit)
        if isinstance(circuit, Circuit):
            identity = identity.in_subscription(subscription or SUBSCRIPTION)
            if subscription is None:
                message = f"write the subscription of the circuit in the place of {SUBSCRIPTION}"
                notes.append(Note(NoteKind.CONFIRM, (*place, "id"), message))
        given = _mapping(first[circuit.key])
        weight = {"routingWeight": given["routingWeight"]} if "routingWeight" in given else {}
        values[circuit.key] = weight | {
            "circuit": {
                "id": str(identity),
                "peeringLocation": circuit.peering_location,
                **({"location": circuit.location} if circuit.location else {}),
                "sku": {"tier": circuit.tier},
                "bandwidthInMbps": circuit.bandwidth_in_mbps,
            }
        }
        message = (
            "where the circuit is in another subscription, an authorization of its own (ER-14): "
            "`pulumi config set --secret --path "
            f"'sparehub:{'.'.join(place)}.authorizationKey' KEY` on this stack"
        )
        notes.append(Note(NoteKind.DO, (*place, "authorizationKey"), message))
    if retained:
        message = (
            "one circuit and the same addresses: never connected at once (ER-18); disconnect the "
            "one region, then connect the other"
        )
        notes.append(Note(NoteKind.DO, _HERE, message))
    return MadeConnections(values, tuple(notes), {key: key for key in values})


def _private_peering(peering: Mapping[str, Any], region: Region, remap: Remap) -> dict[str, Any]:
    """Return a private peering with links of its own: moved, or the next that are free (ER-10)."""
    taken = {
        *region.address_prefixes,
        *(remap.prefix(prefix) for prefix in region.address_prefixes),
        *region.on_premises.address_prefixes,
        *(IPv4Network(peering[link]) for link in _LINKS),
    }
    made = dict(peering)
    for link in _LINKS:
        before = IPv4Network(peering[link])
        moved = remap.prefix(before)
        if moved == before:
            moved = _next_free(before, taken)
        taken.add(moved)
        made[link] = str(moved)
    return made


def _next_free(prefix: IPv4Network, taken: Collection[IPv4Network]) -> IPv4Network:
    """Return the first prefix of the same size behind one that meets none of those taken."""
    found = prefix
    while around := [each for each in taken if each.overlaps(found)]:
        last = max(each.broadcast_address for each in around)
        held = IPv4Network((last, prefix.prefixlen), strict=False)
        behind = int(held.broadcast_address) + 1
        if behind >= 1 << 32:
            return prefix
        found = IPv4Network((behind, prefix.prefixlen))
    return found


def _name(circuit: Circuit | CircuitReference) -> str:
    return circuit_id(circuit).name


def _mapping(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}
