"""What the second region's file says of spokes that are always on, and of the peered hubs."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.derivation.remap import Remap
from sparehub.topology.model.resources import Region

PEERINGS = ("hub", "peerings")


def unmoved_spokes(config: StackConfig, remap: Remap) -> Iterator[str]:
    """Yield the alwaysOn spokes that the moves do not give a range of the second region's own."""
    for key, spoke in sorted(config.region.spokes.items()):
        if spoke.always_on and not all(map(remap.move_of, spoke.address_space)):
            yield key


def spoke_notes(config: StackConfig, remap: Remap) -> Iterator[Note]:
    """Yield the alwaysOn spokes that the second region does not take over."""
    for key in unmoved_spokes(config, remap):
        message = (
            "is in use in both regions: move its range with --remap, or write a spoke of the "
            "second region's own"
        )
        yield Note(NoteKind.LEFT_OUT, ("region", "spokes", key), message)


def derive_peerings(
    first: Region, config: StackConfig, primary: str, there: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Note]]:
    """Return ``hub.peerings`` of the second region, and what has to be confirmed.

    Where the first hub is peered, so is the second one: with the first, under the key that the
    second file has for it, or under the first stack's name.

    Args:
        first: the first region.
        config: what its file says.
        primary: the name of its stack.
        there: ``hub.peerings`` of the second region's file as it is.
    """
    notes: list[Note] = []
    derived: dict[str, Any] = {}
    for peering in config.region.hub.peerings.values():
        # Both hubs are most likely in one subscription; else a person says so.
        subscription = config.subscription or ResourceId.parse(peering.id).subscription
        group = f"/subscriptions/{subscription}/resourceGroups/{first.resource_group}"
        identity = f"{group}/providers/Microsoft.Network/virtualNetworks/{first.hub.name}"
        spokes = [spoke.virtual_network for spoke in first.spokes if spoke.always_on]
        routed = [str(prefix) for network in spokes for prefix in network.address_space]
        mine = next((k for k, each in there.items() if _leads_to(each, first)), primary)
        derived[mine] = {
            "id": identity,
            "addressSpace": [str(prefix) for prefix in first.hub.address_space],
            **({"addressPrefixes": routed} if routed else {}),
            **({"nextHopIpAddress": str(first.nva.ip_address)} if routed else {}),
            **({} if peering.allow_forwarded_traffic else {"allowForwardedTraffic": False}),
        }
        if not config.subscription and mine not in there:
            message = f"{subscription} is assumed to be the subscription of both hubs"
            notes.append(Note(NoteKind.CONFIRM, ("region", *PEERINGS, mine, "id"), message))
    return derived, notes


def _leads_to(peering: object, region: Region) -> bool:
    identity = peering.get("id") if isinstance(peering, Mapping) else None
    network = ResourceId.read(identity) if isinstance(identity, str) else None
    return network is not None and region.has_hub(network)
