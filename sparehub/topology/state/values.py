"""Addresses and prefixes as ARM writes them; what is not IPv4 is nothing here (SR-21)."""

from collections.abc import Iterable
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from typing import Any

from sparehub.topology.state.resources import ArmResource


def address_of(value: object) -> IPv4Address | None:
    """Return an IPv4 address, or nothing."""
    try:
        return IPv4Address(value) if isinstance(value, str) else None
    except AddressValueError:
        return None


def prefix_of(value: object) -> IPv4Network | None:
    """Return an IPv4 prefix, or nothing: a service tag, for example."""
    try:
        return IPv4Network(value) if isinstance(value, str) else None
    except ValueError:
        return None


def prefixes_of(values: Iterable[object] | None) -> tuple[IPv4Network, ...]:
    """Return the IPv4 prefixes of a list."""
    return tuple(p for p in map(prefix_of, values or ()) if p is not None)


def prefixes_of_network(network: ArmResource | None) -> tuple[IPv4Network, ...]:
    """Return the address space of a virtual network."""
    return prefixes_of(space_of(network.properties, "addressSpace") if network else ())


def prefixes_of_subnet(subnet: ArmResource) -> tuple[IPv4Network, ...]:
    """Return the prefixes of a subnet, which ARM writes as one or as a list of one or more."""
    listed = subnet.properties.get("addressPrefixes")
    return prefixes_of(listed or [subnet.properties.get("addressPrefix")])


def space_of(properties: Any, name: str) -> list[object]:  # noqa: ANN401 - JSON
    """Return the prefixes of a property that is an address space, as they are written."""
    return list((properties.get(name) or {}).get("addressPrefixes") or ())


def prefixes_beyond(half: ArmResource) -> tuple[IPv4Network, ...]:
    """Return the address space of the other network that a half of a peering knows."""
    known = ("remoteVirtualNetworkAddressSpace", "remoteAddressSpace")
    spaces = (prefixes_of(space_of(half.properties, name)) for name in known)
    return next(filter(None, spaces), ())
