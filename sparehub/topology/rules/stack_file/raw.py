"""A stack file's ``sparehub:region`` as it was written, read as far as it can be.

Not the parsed model, so that one wrong value hides no other problem: whatever cannot be read is
passed over here and reported by the shape check.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from ipaddress import IPv4Network
from typing import Any

from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.fields import read_prefix


@dataclass(frozen=True)
class RawPrefix:
    """A prefix and where it stands."""

    path: str
    prefix: IPv4Network

    def __str__(self) -> str:
        return f"{self.prefix} of {self.path}"


@dataclass(frozen=True)
class RawRegion:
    """The mapping of a file, and what the rules want of it."""

    values: Mapping[str, Any]

    def part(self, *keys: str) -> Mapping[str, Any]:
        """Return the mapping that stands under some keys; empty where there is none."""
        return mapping(self.values, *keys)

    @cached_property
    def networks(self) -> Mapping[str, Mapping[str, Any]]:
        """The hub and every spoke, by path."""
        spokes = self.part("spokes").items()
        return {
            "region.hub": self.part("hub"),
            **{f"region.spokes.{key}": as_mapping(spoke) for key, spoke in spokes},
        }

    @cached_property
    def spaces(self) -> Mapping[str, list[RawPrefix]]:
        """The address space of each network, by the network's path."""
        return {
            path: prefixes(f"{path}.addressSpace", network.get("addressSpace"))
            for path, network in self.networks.items()
        }

    @cached_property
    def subnets(self) -> Mapping[str, Mapping[str, RawPrefix]]:
        """The prefix of each subnet by its name, by the network's path."""
        return {path: _subnets(path, network) for path, network in self.networks.items()}

    @cached_property
    def gateway_subnet(self) -> Mapping[str, Any]:
        """What the hub's GatewaySubnet says."""
        return self.part("hub", "subnets", GATEWAY_SUBNET)

    @cached_property
    def owned_circuits(self) -> Mapping[str, Mapping[str, Any]]:
        """Every circuit that the stack owns, by path."""
        return {
            f"region.expressRoute.connections.{key}.circuit": circuit
            for key, connection in self.part("expressRoute", "connections").items()
            if "id" not in (circuit := mapping(as_mapping(connection), "circuit"))
        }


def as_mapping(value: object) -> Mapping[str, Any]:
    """Return a mapping, or an empty one in place of anything else."""
    return value if isinstance(value, Mapping) else {}


def mapping(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return the mapping that stands under some keys; empty where there is none."""
    for key in keys:
        value = as_mapping(value.get(key))
    return value


def prefixes(path: str, values: object) -> list[RawPrefix]:
    """Return the IPv4 prefixes among one value or a list of them."""
    listed = values if isinstance(values, list | tuple) else [values]
    read = map(read_prefix, listed)
    return [RawPrefix(path, prefix) for prefix in read if isinstance(prefix, IPv4Network)]


def overlaps(places: Iterable[RawPrefix]) -> Iterator[tuple[RawPrefix, RawPrefix]]:
    """Yield each place that lies in one before it, with that one: sorted, not pair by pair.

    Prefixes nest or are apart, so the last that lies in no other is the only one to compare with.
    """
    outer: RawPrefix | None = None
    for place in sorted(places, key=lambda place: (place.prefix, place.path)):
        if outer is not None and outer.prefix.overlaps(place.prefix):
            yield outer, place
        else:
            outer = place


def _subnets(path: str, network: Mapping[str, Any]) -> dict[str, RawPrefix]:
    found = {}
    for name, subnet in mapping(network, "subnets").items():
        place = f"{path}.subnets.{name}.addressPrefix"
        for each in prefixes(place, as_mapping(subnet).get("addressPrefix")):
            found[str(name)] = each
    return found
