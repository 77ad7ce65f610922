"""The values that a stack file is made of, each with the rule of Azure it is held to.

An error's pydantic ``type`` is the id of the rule, so that a message can name it; where Azure
has no rule, pydantic's own type stays.
"""

import re
from ipaddress import (
    AddressValueError,
    IPv4Address,
    IPv4Network,
    IPv6Address,
    IPv6Network,
    ip_network,
)
from typing import Annotated

from pydantic import BeforeValidator, StringConstraints
from pydantic_core import PydanticCustomError


def _problem(rule: str, text: str) -> PydanticCustomError:
    # Braces are pydantic's placeholders; a value that holds some is shown as it is.
    return PydanticCustomError(rule, "{text}", {"text": text})


def read_prefix(value: object) -> IPv4Network | IPv6Network | None:
    """Return what a prefix means, written rightly or not; None where it means nothing."""
    try:
        return ip_network(value, strict=False) if "/" in str(value) else None  # type: ignore[arg-type] # anything else than text is a ValueError, too
    except (ValueError, TypeError):
        return None


def address_prefix(value: object) -> IPv4Network:
    """Return an address prefix; VN-04 (CIDR notation), VN-05 (host bits zero), SR-21 (IPv4).

    :raises PydanticCustomError: with the id of the rule that is broken.
    """
    if isinstance(value, IPv4Network):
        return value
    network = read_prefix(value)
    if network is None:
        text = f"{value!r} is not an address prefix in CIDR notation, such as 10.0.0.0/24"
        raise _problem("VN-04", text)
    if not isinstance(network, IPv4Network):
        raise _problem("SR-21", f"{value} is IPv6, which Site Recovery does not replicate")
    if str(network) != value:
        raise _problem("VN-05", f"{value} has host bits set: write {network}")
    return network


def _is_ipv6(text: str) -> bool:
    try:
        IPv6Address(text)
    except AddressValueError:
        return False
    return True


def _address(value: object) -> IPv4Address:
    if isinstance(value, IPv4Address):
        return value
    try:
        return IPv4Address(value if isinstance(value, str) else "")
    except AddressValueError:
        if isinstance(value, str) and _is_ipv6(value):
            message = f"{value} is IPv6, which Site Recovery does not replicate"
            raise _problem("SR-21", message) from None
        raise _problem("CONFIG", f"{value!r} is not an IPv4 address, such as 10.10.10.10") from None


parse_address = BeforeValidator(_address)


def _network_id(value: object, kind: str, word: str) -> str:
    form = "/subscriptions/<subscription>/resourceGroups/<group>/providers/Microsoft.Network"
    pattern = (
        rf"/subscriptions/[^/]+/resourceGroups/[^/]+/providers/Microsoft\.Network/{kind}/[^/]+"
    )
    if isinstance(value, str) and re.fullmatch(pattern, value, re.IGNORECASE):
        if gap := re.search(r"<[^>]*>", value):  # no name in Azure holds angle brackets
            raise _problem("CONFIG", f"put the real value in the place of {gap[0]} in {value!r}")
        return value
    raise _problem("CONFIG", f"{value!r} is not the id of a {word}: {form}/{kind}/<name>")


def _circuit_id(value: object) -> str:
    return _network_id(value, "expressRouteCircuits", "circuit")


def _next_hop_id(value: object) -> str:
    form = "/subscriptions/<subscription>/resourceGroups/<group>/providers"
    kinds = (
        r"Microsoft\.Compute/virtualMachines",
        r"Microsoft\.Network/(?:loadBalancers|azureFirewalls)",
    )
    group = r"/subscriptions/[0-9A-Fa-f-]+/resourceGroups/[\w().-]+"
    pattern = rf"{group}/providers/(?:{'|'.join(kinds)})/[\w.-]+"
    if isinstance(value, str) and re.fullmatch(pattern, value, re.IGNORECASE | re.ASCII):
        return value
    text = (
        f"{str(value)[:200]!r} is not the id of a virtual machine, an internal load balancer or an "
        f"Azure Firewall, such as {form}/Microsoft.Compute/virtualMachines/<name>"
    )
    raise _problem("CONFIG", text)


def _security_group_id(value: object) -> str:
    return _network_id(value, "networkSecurityGroups", "network security group")


def plain_location(value: object) -> str:
    """Return a location as Azure's own answers spell it: ``East Asia`` is ``eastasia``."""
    return str(value).replace(" ", "").lower()


def _location(value: object) -> str:
    location = plain_location(value) if isinstance(value, str) else ""
    if re.fullmatch(r"[a-z][a-z0-9]+", location):
        return location
    raise _problem("CONFIG", f"{value!r} is not the name of an Azure region, such as eastasia")


AddressPrefix = Annotated[IPv4Network, BeforeValidator(address_prefix)]
CircuitId = Annotated[str, BeforeValidator(_circuit_id)]
NextHopId = Annotated[str, BeforeValidator(_next_hop_id)]
NetworkSecurityGroupId = Annotated[str, BeforeValidator(_security_group_id)]
Location = Annotated[str, BeforeValidator(_location)]
Text = Annotated[str, StringConstraints(strict=True, min_length=1)]

# What may stand in a physical name: starts alphanumeric, ends alphanumeric or `_`, and no longer
# than the shortest name it becomes part of leaves room for (virtual networks: 64).
# https://learn.microsoft.com/azure/azure-resource-manager/management/resource-name-rules
Key = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$")
]
NetworkName = Annotated[
    str,
    StringConstraints(strict=True, pattern=r"^[A-Za-z0-9]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$"),
]
ResourceGroupName = Annotated[
    str, StringConstraints(strict=True, pattern=r"^[A-Za-z0-9_.()-]*[A-Za-z0-9_()-]$")
]


def generation(value: object) -> int:
    """Return a generation: a whole number from 1 on, also as the text that Pulumi hands over.

    :raises PydanticCustomError: where it is anything else.
    """
    if isinstance(value, str) and re.fullmatch(r"[1-9][0-9]{0,8}", value):
        return int(value)
    if isinstance(value, int) and not isinstance(value, bool) and 1 <= value < _MOST_GENERATIONS:
        return value
    raise _problem(
        "CONFIG", f"{str(value)[:40]!r} is no generation: write a whole number from 1 on"
    )


_MOST_GENERATIONS = 1_000_000_000
Generation = Annotated[int, BeforeValidator(generation)]
"""Which switch of the live region a file belongs to."""
