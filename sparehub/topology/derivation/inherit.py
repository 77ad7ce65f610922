"""What of the first region's keys serves the second, with its addresses moved."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.config.schema import StackConfig
from sparehub.topology.derivation.always_on import PEERINGS, spoke_notes, unmoved_spokes
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.derivation.remap import Remap
from sparehub.topology.derivation.site_recovery import OF_ONE_DIRECTION

# Names of the first region, or of what is made from them: nothing that a failover needs may live
# in the first region's group.
_OF_ONE_REGION = ("name", "resourceGroup")
# They name steps, commands and addresses of the region whose file has them.
_HOOKS = "hooks"
_NVA = ("hub", "nva")
# The services of one region for those of the other; it holds in both directions.
_PAIRED = "pairedResources"
# Facts that are the same seen from either region, or words that are no addresses.
_NEVER_MOVED = ("onPremises", "expressRoute", "tags")


def inherit(first: Mapping[str, Any], config: StackConfig, remap: Remap) -> dict[str, Any]:
    """Return ``sparehub:region`` of the second region, its connections still to be replaced."""
    left_out = set(_left_out(first, config))
    own = (*_OF_ONE_REGION, *OF_ONE_DIRECTION, _HOOKS, _PAIRED, "remap", "standby")
    spokes = (("spokes", key) for key in unmoved_spokes(config, remap))
    dropped = {*((key,) for key in own), *left_out, PEERINGS, *spokes}
    region = _without(first, dropped, ())
    return {
        key: value if key in _NEVER_MOVED else remap.rewritten(value)
        for key, value in region.items()
    }


def inherited_notes(first: Mapping[str, Any], config: StackConfig, remap: Remap) -> Iterator[Note]:
    """Yield what the second region must not take over; of what is alike the first place only."""
    yield from spoke_notes(config, remap)
    for key in _OF_ONE_REGION:
        if key in first:
            message = f"{first[key]!r} is the first region's own; the second gets a derived name"
            yield Note(NoteKind.LEFT_OUT, ("region", key), message)
    if _HOOKS in first:
        message = "belong to the first region's steps; write those of the second region yourself"
        yield Note(NoteKind.LEFT_OUT, ("region", _HOOKS), message)
    reasons: dict[str, list[tuple[str, ...]]] = {}
    for keys in _left_out(first, config):
        reasons.setdefault("nva" if keys[:2] == _NVA else keys[-1], []).append(keys)
    for last, places in reasons.items():
        message = {
            "name": "holds the first region's name; the second gets a derived one",
            "networkSecurityGroupId": f"a network security group of {config.location} serves no "
            "other region, and Site Recovery brings none (SR-21): name one of the second region",
            "natGatewayId": "a NAT gateway serves one network: name one of the second region",
            "nva": "is of the first region's own NVA: name the second region's machine, load "
            "balancer or firewall",
            "standby": "stays connected only at standby depth 'connection', with addresses of its "
            "own",
        }[last]
        more = f" (and {len(places) - 1} more like it)" if len(places) > 1 else ""
        yield Note(NoteKind.LEFT_OUT, ("region", *places[0]), message + more)


def _left_out(first: Mapping[str, Any], config: StackConfig) -> Iterator[tuple[str, ...]]:
    names = {config.location, config.region.name or config.location}
    for key, value in first.items():
        if key not in (*_NEVER_MOVED, *OF_ONE_DIRECTION) and isinstance(value, Mapping):
            yield from _unfit(value, (key,), names)
    yield from _unfit(first["expressRoute"].get("gateway", {}), ("expressRoute", "gateway"), names)


def _unfit(
    value: Mapping[str, Any], place: tuple[str, ...], names: set[str]
) -> Iterator[tuple[str, ...]]:
    for key, each in value.items():
        keys = (*place, key)
        if isinstance(each, Mapping):
            yield from _unfit(each, keys, names)
        elif (
            (key == "name" and any(name.lower() in str(each).lower() for name in names))
            or key in ("networkSecurityGroupId", "natGatewayId")
            or (place == _NVA and key in ("id", "standby"))
            or (key == "standby" and each == "connected")
        ):
            yield keys


def _without(
    value: Mapping[str, Any], dropped: set[tuple[str, ...]], place: tuple[str, ...]
) -> dict[str, Any]:
    """Return a copy without the places that are dropped, nor what is empty for lack of them."""
    kept: dict[str, Any] = {}
    for key, each in value.items():
        keys = (*place, key)
        if keys in dropped:
            continue
        kept[key] = _without(each, dropped, keys) if isinstance(each, Mapping) else each
        if each and kept[key] == {}:
            del kept[key]
    return kept
