"""What a person said in the second region's file, beside what the first region's would say.

- What follows the first region is rewritten: address spaces, the prefixes of subnets, user routes
  to a prefix that the first region routes, on-premises, ``remap``. A difference of addresses that
  is meant is said by ``remap``.
- Any other value that the file holds is kept, and noted where it differs: names, tags, depth, name
  servers, gateway, flags of subnets, the NVA's address while it lies in the NVA's subnet. So are
  spokes, subnets and routes of the second region's own, as long as their addresses are free.
- What the file does not say is added.
- A value that came of the moves recorded in the file is not a decision: other moves replace it.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from ipaddress import IPv4Address, IPv4Network
from textwrap import shorten
from typing import Any

from sparehub.topology.config.fields import read_prefix
from sparehub.topology.config.secrets import without_secrets
from sparehub.topology.derivation.notes import Note, NoteKind
from sparehub.topology.errors import ConfigurationError, Problem
from sparehub.topology.model.prefixes import overlapping

_FOLLOWS = frozenset(
    {
        ("region", "remap"),
        ("region", "onPremises"),
        ("region", "hub", "addressSpace"),
        ("region", "hub", "subnets", "*", "addressPrefix"),
        ("region", "hub", "peerings", "*", "addressSpace"),
        ("region", "hub", "peerings", "*", "nextHopIpAddress"),
        ("region", "spokes", "*", "addressSpace"),
        ("region", "spokes", "*", "subnets", "*", "addressPrefix"),
    }
)
# Its keys depend on each other: kept or derived, but never half of each.
_GATEWAY = ("region", "expressRoute", "gateway")
_CONNECTIONS = ("region", "expressRoute", "connections")  # decided where they are made
# Named by a person, so that the paths below it are recognized under any name.
_NAMED = ("spokes", "subnets", "peerings")


@dataclass(frozen=True)
class _Keeper:
    notes: list[Note] = field(default_factory=list)

    def merge(self, keys: tuple[str, ...], fresh: Any, there: Any, stale: Any) -> Any:  # noqa: ANN401 - any YAML value
        """Return what is to stand at a place: what is derived, or what is there."""
        if keys == _CONNECTIONS:
            return fresh
        if _place(keys) in _FOLLOWS:
            if there not in (fresh, stale):
                message = f"now {_shown(fresh)}, it was {_shown(there)}"
                self.notes.append(Note(NoteKind.FOLLOWED, keys, message))
            return fresh
        if isinstance(fresh, Mapping) and isinstance(there, Mapping) and keys != _GATEWAY:
            return self._mappings(keys, fresh, there, stale if isinstance(stale, Mapping) else {})
        if keys[-2:-1] == ("routes",) and isinstance(fresh, list) and isinstance(there, list):
            return [*fresh, *self._own_routes(keys, fresh, there, stale)]
        if there in (fresh, stale):
            return fresh
        message = f"{_shown(there)}; from the first region it would be {_shown(fresh)}"
        self.notes.append(Note(NoteKind.KEPT, keys, message))
        return there

    def _mappings(
        self,
        keys: tuple[str, ...],
        fresh: Mapping[str, Any],
        there: Mapping[str, Any],
        stale: Mapping[str, Any],
    ) -> dict[str, Any]:
        merged = dict(fresh)
        for key, value in there.items():
            here = (*keys, key)
            if key in fresh:
                merged[key] = self.merge(here, fresh[key], value, stale.get(key))
            elif _place(here) in _FOLLOWS:
                message = f"{_shown(value)} is no longer said by the first region"
                self.notes.append(Note(NoteKind.FOLLOWED, here, message))
            elif _place(keys)[-1] in _NAMED and not _free(keys, value, fresh):
                message = "its addresses are those of what the first region has: it made way"
                self.notes.append(Note(NoteKind.FOLLOWED, here, message))
            else:
                merged[key] = value
                message = f"{_shown(value)}; the first region says nothing of it"
                self.notes.append(Note(NoteKind.KEPT, here, message))
        return merged

    def _own_routes(
        self, keys: tuple[str, ...], fresh: list[Any], there: list[Any], stale: object
    ) -> Iterator[Any]:
        routed = {route.get("addressPrefix") for route in fresh}
        known = stale if isinstance(stale, list) else []
        for route in there:
            prefix = route.get("addressPrefix") if isinstance(route, Mapping) else None
            if prefix not in routed and route not in known:
                message = f"the route to {prefix}; the first region has none"
                self.notes.append(Note(NoteKind.KEPT, keys, message))
                yield route


def merge(
    fresh: Mapping[str, Any], there: Mapping[str, Any], stale: Mapping[str, Any]
) -> tuple[dict[str, Any], list[Note]]:
    """Return the keys of the file from those derived and those there, and what was kept.

    ``stale`` is what would be derived by the moves that the file records.

    Raises:
        ConfigurationError: where the file has a text, say, where a mapping belongs.
    """
    if problems := list(_misshapen(fresh, there, "")):
        raise ConfigurationError(problems)
    keeper = _Keeper()
    values = {}
    for key in {**fresh, **there}:
        if key not in there:
            values[key] = fresh[key]
        elif key not in fresh:
            values[key] = there[key]
        else:
            place = (key.removeprefix("sparehub:"),)
            values[key] = keeper.merge(place, fresh[key], there[key], stale.get(key))
    _keep_nva(values["sparehub:region"], fresh["sparehub:region"], keeper.notes)
    return values, keeper.notes


def _misshapen(fresh: Mapping[str, Any], there: Mapping[str, Any], path: str) -> Iterator[Problem]:
    """Yield every value of another kind than the one that is derived for its place."""
    for key, value in fresh.items():
        if key not in there:
            continue
        place = f"{path}.{key}" if path else key.removeprefix("sparehub:")
        for kind, word in ((Mapping, "a mapping of keys"), (list, "a list")):
            if isinstance(value, kind) and not isinstance(there[key], kind):
                yield Problem(place, f"must be {word}")
        if isinstance(value, Mapping) and isinstance(there[key], Mapping):
            yield from _misshapen(value, there[key], place)


def _keep_nva(region: Mapping[str, Any], fresh: Mapping[str, Any], notes: list[Note]) -> None:
    """Give up an NVA's own address where the derived subnet does not hold it (RT-12)."""
    nva = region["hub"]["nva"]
    derived = fresh["hub"]["nva"]["ipAddress"]
    subnet = region["hub"]["subnets"].get(nva.get("subnet", "nva"), {})
    prefix = read_prefix(subnet.get("addressPrefix"))
    if nva["ipAddress"] == derived or not isinstance(prefix, IPv4Network):
        return
    try:
        fits = IPv4Address(nva["ipAddress"]) in prefix
    except ValueError:
        return  # refused with the rest of the file
    if not fits:
        keys = ("region", "hub", "nva", "ipAddress")
        notes[:] = [note for note in notes if note.keys != keys]
        message = f"now {derived}; {nva['ipAddress']} lies outside {prefix}"
        notes.append(Note(NoteKind.FOLLOWED, keys, message))
        nva["ipAddress"] = derived


def _place(keys: tuple[str, ...]) -> tuple[str, ...]:
    """Return a place with ``*`` for every name that a person gave."""
    place: list[str] = []
    for key in keys:
        place.append("*" if place and place[-1] in _NAMED else key)
    return tuple(place)


def _free(keys: tuple[str, ...], value: object, fresh: Mapping[str, Any]) -> bool:
    """Return whether a spoke's or a subnet's addresses overlap none of those derived beside it."""
    which = "addressSpace" if keys[-1] == "spokes" else "addressPrefix"
    taken = [prefix for each in fresh.values() for prefix in _prefixes(each, which)]
    return not overlapping(taken, _prefixes(value, which))


def _prefixes(value: object, key: str) -> list[IPv4Network]:
    listed = value.get(key) if isinstance(value, Mapping) else None
    found = [read_prefix(each) for each in (listed if isinstance(listed, list) else [listed])]
    return [each for each in found if isinstance(each, IPv4Network)]


def _shown(value: object) -> str:
    return shorten(str(without_secrets(value)), width=100, placeholder=" ...")
