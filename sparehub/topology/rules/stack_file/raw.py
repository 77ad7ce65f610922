"""The ``sparehub:region`` of a stack file before it is parsed.

File rules use this instead of the parsed model, so that one invalid value hides no other problem:
values that cannot be read are skipped here and reported by the field rules.
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
    """A prefix and its key in the file."""

    path: str
    prefix: IPv4Network

    def __str__(self) -> str:
        return f"{self.prefix} of {self.path}"


@dataclass(frozen=True)
class RawRegion:
    """The mapping of a file, with the parts that the rules use."""

    values: Mapping[str, Any]

    def part(self, *keys: str) -> Mapping[str, Any]:
        """Return the mapping under nested keys; empty where there is none."""
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
        """The mapping of the hub's GatewaySubnet."""
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
    """Return a mapping; an empty one for any other value."""
    return value if isinstance(value, Mapping) else {}


def mapping(value: Mapping[str, Any], *keys: str) -> Mapping[str, Any]:
    """Return the mapping under nested keys; empty where there is none."""
    for key in keys:
        value = as_mapping(value.get(key))
    return value


def prefixes(path: str, values: object) -> list[RawPrefix]:
    """Return the IPv4 prefixes among one value or a list of them."""
    listed = values if isinstance(values, list | tuple) else [values]
    read = map(read_prefix, listed)
    return [RawPrefix(path, prefix) for prefix in read if isinstance(prefix, IPv4Network)]


def overlaps(prefixes: Iterable[RawPrefix]) -> Iterator[tuple[RawPrefix, RawPrefix]]:
    """Yield each prefix that is within another, after that one: O(n log n).

    Two prefixes are nested or disjoint. So in sorted order a prefix has to be compared only with
    the last prefix that is within no other.
    """
    outer: RawPrefix | None = None
    for inner in sorted(prefixes, key=lambda prefix: (prefix.prefix, prefix.path)):
        if outer is not None and outer.prefix.overlaps(inner.prefix):
            yield outer, inner
        else:
            outer = inner


def _subnets(path: str, network: Mapping[str, Any]) -> dict[str, RawPrefix]:
    by_name = {}
    for name, subnet in mapping(network, "subnets").items():
        key = f"{path}.subnets.{name}.addressPrefix"
        for prefix in prefixes(key, as_mapping(subnet).get("addressPrefix")):
            by_name[str(name)] = prefix
    return by_name
