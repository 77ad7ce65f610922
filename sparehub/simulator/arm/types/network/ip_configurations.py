"""IP configurations: which types have them, and the private addresses that they hold.

Azure keeps five addresses of each subnet: the first four and the last (VN-01,
https://learn.microsoft.com/azure/virtual-network/virtual-networks-faq).
"""

from collections.abc import Iterable, Mapping
from ipaddress import IPv4Address, IPv6Address, ip_address
from types import MappingProxyType
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Write
from sparehub.simulator.arm.types.nested import nested
from sparehub.simulator.arm.types.network.addresses import Network
from sparehub.simulator.arm.types.network.virtual_network import subnet_networks

COLLECTIONS: Mapping[str, str] = MappingProxyType(
    {
        "Microsoft.Network/virtualNetworkGateways": "ipConfigurations",
        "Microsoft.Network/networkInterfaces": "ipConfigurations",
        "Microsoft.Network/loadBalancers": "frontendIPConfigurations",
        "Microsoft.Network/azureFirewalls": "ipConfigurations",
    }
)
"""Where the resources of a type keep their IP configurations."""

GATEWAY_SUBNET = "GatewaySubnet"
_FIRST = 4  # addresses at the beginning of a subnet that Azure keeps
_MOST_TRIES = 65_536

Address = IPv4Address | IPv6Address


def configurations(resource: Resource) -> list[dict[str, Any]]:
    """Return the IP configurations of a stored resource."""
    collection = next(
        (
            name
            for type_name, name in COLLECTIONS.items()
            if type_name.lower() == resource.id.type.lower()
        ),
        "",
    )
    stored: list[dict[str, Any]] = resource.properties.get(collection, [])
    return stored


def configurations_using(
    transaction: Transaction, target: str, member: str
) -> list[dict[str, Any]]:
    """Return the IP configurations whose ``member`` is the resource with the key ``target``."""
    return [
        configuration
        for type_name in COLLECTIONS
        for user in transaction.referrers(target, type_name)
        for configuration in configurations(user)
        if configuration["properties"].get(member, {}).get("id", "").lower() == target
    ]


def allocate_addresses(write: Write, collection: str, defaults: JsonObject) -> list[dict[str, Any]]:
    """Return the IP configurations of a body, each in a subnet with a private address."""
    allocated = nested(write, collection, {"privateIPAllocationMethod": "Dynamic"} | defaults)
    before = {
        item["name"]: item["properties"]
        for item in (configurations(write.existing) if write.existing else [])
    }
    mine: list[str] = []
    for configuration in allocated:
        properties = configuration["properties"]
        if "subnet" in properties:
            old = before.get(configuration["name"], {})
            address = _address(write, configuration, old, mine)
            properties["privateIPAddress"] = address
            mine.append(address)
    return allocated


def _address(write: Write, configuration: dict[str, Any], old: JsonObject, mine: list[str]) -> str:
    """Return the private address that a configuration has, keeps or gets; refuse VN-01."""
    properties = configuration["properties"]
    subnet = write.transaction.get(properties["subnet"]["id"].lower())
    if subnet is None:  # references have been looked up before
        raise refusals.RESERVED_SUBNET(id=configuration["id"], subnet="")
    networks = subnet_networks(subnet)
    taken = _taken(write, subnet)
    taken |= dict.fromkeys(mine, write.id.text)
    wanted = properties.get("privateIPAddress")
    if properties["privateIPAllocationMethod"] == "Static" and wanted:
        return _static(wanted, configuration["id"], networks, taken)
    kept = old.get("privateIPAddress")
    if kept and old["subnet"]["id"].lower() == subnet.key and kept not in taken:
        return str(kept)
    for candidate in _usable(networks[0]):
        if str(candidate) not in taken:
            return str(candidate)
    raise refusals.SUBNET_FULL(subnet=subnet.id.name, prefix=networks[0])


def _taken(write: Write, subnet: Resource) -> dict[str, str]:
    """Return the addresses in use in a subnet, each with the resource that has it."""
    return {
        configuration["properties"]["privateIPAddress"]: configuration["id"]
        for configuration in configurations_using(write.transaction, subnet.key, "subnet")
        if "privateIPAddress" in configuration["properties"]
        and not configuration["id"].lower().startswith(f"{write.id.key}/")
    }


def _static(wanted: str, configuration: str, networks: list[Network], taken: dict[str, str]) -> str:
    """Return a static address; refuse one that is not available."""
    try:
        address = ip_address(wanted)
    except ValueError:
        raise refusals.PRIVATE_ADDRESS_FORMAT(address=wanted, id=configuration) from None
    network = next((prefix for prefix in networks if address in prefix), None)
    if network is None:
        prefixes = ", ".join(map(str, networks))
        raise refusals.PRIVATE_ADDRESS_OUTSIDE(address=address, prefix=prefixes)
    if is_reserved(address, network):
        raise refusals.PRIVATE_ADDRESS_RESERVED(address=address, prefix=network)
    if str(address) in taken:
        raise refusals.PRIVATE_ADDRESS_TAKEN(
            id=configuration, address=address, user=taken[str(address)].rsplit("/", 2)[0]
        )
    return str(address)


def is_reserved(address: Address, network: Network) -> bool:
    """Return whether Azure keeps an address of a subnet for itself (VN-01)."""
    number = int(address) - int(network.network_address)
    return number < _FIRST or address == network.broadcast_address


def _usable(network: Network) -> Iterable[Address]:
    """Return the first usable addresses of a subnet."""
    last = min(network.num_addresses - 1, _MOST_TRIES)
    return (network[number] for number in range(_FIRST, last))


def check_subnets(write: Write, collection: str) -> None:
    """Refuse IP configurations without a name, and ones in the GatewaySubnet (VN-09)."""
    for configuration in write.properties.get(collection, []):
        if not configuration.get("name"):
            raise refusals.NESTED_NAME(id=write.id.text, collection=collection)
        subnet = configuration.get("properties", {}).get("subnet", {}).get("id", "")
        if subnet.lower().endswith(f"/{GATEWAY_SUBNET.lower()}"):
            raise refusals.RESERVED_SUBNET(id=write.id.text, subnet=GATEWAY_SUBNET)
