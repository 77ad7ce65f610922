"""The smallest body that Azure accepts for a resource of which a recording only has the name."""

from collections.abc import Callable, Mapping
from ipaddress import IPv4Network, ip_network
from zlib import crc32

from sparehub.simulator.arm.data.geography import same_geopolitical_region
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction

_NETWORK = "Microsoft.Network"
_GATEWAY_SUBNET = "GatewaySubnet"
_PLACES = (
    "Silicon Valley",
    "London",
    "Hong Kong",
    "Tokyo",
    "Sydney",
    "Sao Paulo",
    "Mumbai",
    "Seoul",
    "Dubai",
    "Johannesburg",
)
"""A peering location in each geopolitical region."""

_VAULTS = ("westcentralus", "northeurope")

Shown = Mapping[str, JsonObject]


def minimal(
    transaction: Transaction, identity: ResourceId, location: str, shown: Shown
) -> JsonObject:
    """Return a body for a resource that is named, beside what the recording shows of others."""
    make = _BODIES.get(identity.type.lower())
    properties = make(transaction, identity, shown) if make else {}
    body: JsonObject = {"location": location, "properties": properties}
    if identity.type.lower() == "microsoft.network/expressroutecircuits":
        place = next(
            (location_ for location_ in _PLACES if same_geopolitical_region(location_, location)),
            _PLACES[0],
        )
        properties["serviceProviderProperties"]["peeringLocation"] = place
        tier = {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"}
        return body | {"sku": tier}
    if identity.type.lower() == "microsoft.recoveryservices/vaults":
        # A vault is not in the region of the machines (SR-02).
        return body | {"location": next(region for region in _VAULTS if region != location)}
    if identity.type.lower().endswith("/replicationprotecteditems"):
        return _protected_item(identity, location)
    if identity.type.lower() == "microsoft.network/publicipaddresses":
        return body | {"sku": {"name": "Standard", "tier": "Regional"}}
    return body


def _virtual_network(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    """Return an address space around what is shown in it, or one that is hardly taken."""
    del transaction
    prefixes = [
        str(body.get("properties", {}).get("addressPrefix", ""))
        for key, body in shown.items()
        if key.startswith(f"{identity.key}/subnets/")
    ]
    prefixes += _addresses(list(shown.values()), f"{identity.key}/subnets/")
    spaces = {str(_network(prefix).supernet(new_prefix=8)) for prefix in prefixes if prefix}
    number = crc32(identity.key.encode())
    free = f"10.{number % 256}.0.0/16"
    return {"addressSpace": {"addressPrefixes": sorted(spaces) or [free]}}


def _addresses(value: object, beginning: str) -> list[str]:
    """Return the private addresses that are shown in subnets whose keys begin so."""
    if isinstance(value, list):
        return [address for inner in value for address in _addresses(inner, beginning)]
    if not isinstance(value, dict):
        return []
    texts = [text for inner in value.values() for text in _addresses(inner, beginning)]
    subnet, address = value.get("subnet"), value.get("privateIPAddress")
    if isinstance(subnet, dict) and str(subnet.get("id", "")).lower().startswith(beginning):
        texts += [address] if isinstance(address, str) else []
    return texts


def _network(prefix: str) -> IPv4Network:
    network = ip_network(prefix, strict=False)
    return network if isinstance(network, IPv4Network) else IPv4Network("10.0.0.0/16")


def _subnet(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    """Return the /24 of what is shown in it, or the first free one of the parent's space."""
    inside = _addresses(list(shown.values()), identity.key)
    if inside:
        return {"addressPrefix": str(_network(f"{inside[0]}/24"))}
    parent = transaction.get(identity.parent.key) if identity.parent else None
    if parent is None:
        return {}
    taken = [
        _network(child.properties["addressPrefix"])
        for child in transaction.children(parent.key)
        if "addressPrefix" in child.properties
    ]
    for space in parent.properties["addressSpace"]["addressPrefixes"]:
        whole = _network(space)
        for candidate in whole.subnets(new_prefix=max(24, whole.prefixlen)):
            if not any(candidate.overlaps(network) for network in taken):
                return {"addressPrefix": str(candidate)}
    return {}


def _peering(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del transaction, shown
    remote = f"{identity.group.text}/providers/{_NETWORK}/virtualNetworks/{identity.name}"
    return {"remoteVirtualNetwork": {"id": remote}}


def _circuit(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del transaction, identity, shown
    return {
        "serviceProviderProperties": {
            "serviceProviderName": "Equinix",
            "bandwidthInMbps": 200,
        }
    }


def _circuit_peering(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del transaction, shown
    config = {"advertisedPublicPrefixes": ["203.0.113.0/24"]}
    microsoft = identity.name == "MicrosoftPeering"
    return ({"microsoftPeeringConfig": config} if microsoft else {}) | {
        "peeringType": identity.name,
        "peerASN": 65001,
        "vlanId": 100,
        "primaryPeerAddressPrefix": "192.168.100.0/30",
        "secondaryPeerAddressPrefix": "192.168.100.4/30",
    }


def _gateway(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    """Return a gateway in the first gateway subnet of the group that has none."""
    subnet = _free_subnet(transaction, identity, gateway=True)
    express_route = any(
        identity.key in str(body).lower() and "'ExpressRoute'" in str(body)
        for body in shown.values()
    )
    configuration: JsonObject = {"name": "default", "properties": {"subnet": {"id": subnet}}}
    if express_route or not _vpn(transaction, identity):
        sku = {"name": "Standard", "tier": "Standard"}
        return {"gatewayType": "ExpressRoute", "sku": sku, "ipConfigurations": [configuration]}
    type_name = f"{_NETWORK}/publicIPAddresses"
    addresses = [address.id.text for address in transaction.children(identity.group.key, type_name)]
    made = f"{identity.group.text}/providers/{type_name}/of-{identity.name}"
    configuration["properties"]["publicIPAddress"] = {"id": (addresses or [made])[0]}
    return {
        "gatewayType": "Vpn",
        "vpnType": "RouteBased",
        "sku": {"name": "VpnGw1", "tier": "VpnGw1"},
        "ipConfigurations": [configuration],
    }


def _vpn(transaction: Transaction, identity: ResourceId) -> bool:
    """Return whether the group has what only VPN gateways need: a public or a far address."""
    types = (f"{_NETWORK}/publicIPAddresses", f"{_NETWORK}/localNetworkGateways")
    return any(transaction.children(identity.group.key, type_name) for type_name in types)


def _free_subnet(transaction: Transaction, identity: ResourceId, *, gateway: bool) -> str:
    """Return the id of a subnet of the group; of a network that is yet to be made if none."""
    networks = transaction.children(identity.group.key, f"{_NETWORK}/virtualNetworks")
    subnets = [subnet for network in networks for subnet in _subnets(transaction, network)]
    wanted = [subnet for subnet in subnets if (subnet.id.name == _GATEWAY_SUBNET) is gateway]
    free = [subnet for subnet in wanted if not transaction.referrers(subnet.key, identity.type)]
    if free:
        return free[0].id.text
    network = f"{identity.group.text}/providers/{_NETWORK}/virtualNetworks/of-{identity.name}"
    return f"{network}/subnets/{_GATEWAY_SUBNET if gateway else 'default'}"


def _subnets(transaction: Transaction, network: Resource) -> list[Resource]:
    return transaction.children(network.key, f"{_NETWORK}/virtualNetworks/subnets")


def _local_gateway(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del transaction, identity, shown
    return {
        "gatewayIpAddress": "203.0.113.1",
        "localNetworkAddressSpace": {"addressPrefixes": ["192.168.0.0/24"]},
    }


def _connection(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del shown
    gateways = transaction.children(identity.group.key, f"{_NETWORK}/virtualNetworkGateways")
    circuits = transaction.children(identity.group.key, f"{_NETWORK}/expressRouteCircuits")
    properties: JsonObject = {"connectionType": "ExpressRoute"}
    if gateways and circuits:
        properties["virtualNetworkGateway1"] = {"id": gateways[0].id.text}
        properties["peer"] = {"id": circuits[0].id.text}
    return properties


def _interface(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del shown
    subnet = _free_subnet(transaction, identity, gateway=False)
    return {"ipConfigurations": [{"name": "default", "properties": {"subnet": {"id": subnet}}}]}


def _public_address(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    del transaction, identity, shown
    return {"publicIPAllocationMethod": "Static"}


def _machine(transaction: Transaction, identity: ResourceId, shown: Shown) -> JsonObject:
    """Return a machine with the interfaces that name it, or the first of the group."""
    type_name = f"{_NETWORK}/networkInterfaces"
    naming = [
        str(body["id"])
        for key, body in shown.items()
        if f"/{type_name.lower()}/" in key and identity.key in str(body).lower()
    ]
    stored = [
        interface.id.text for interface in transaction.children(identity.group.key, type_name)
    ]
    interfaces = [{"id": interface} for interface in naming or stored[:1]]
    return {
        "hardwareProfile": {"vmSize": "Standard_D2s_v3"},
        "networkProfile": {"networkInterfaces": interfaces},
    }


def _protected_item(identity: ResourceId, location: str) -> JsonObject:
    """Return an item as a GET shows it: Protected, of a machine that is named like the item."""
    group = f"/subscriptions/{identity.subscription}/resourceGroups/of-{identity.name}"
    fabric = "/".join(identity.text.split("/")[:11])
    target = next(region for region in _VAULTS if region != location)
    return {
        "id": identity.text,
        "properties": {
            "friendlyName": identity.name,
            "policyId": f"{'/'.join(fabric.split('/')[:9])}/replicationPolicies/given",
            "recoveryContainerId": f"{fabric}/replicationProtectionContainers/given",
            "providerSpecificDetails": {
                "fabricObjectId": f"{group}/providers/Microsoft.Compute/virtualMachines/given",
                "recoveryAzureVMSize": "Standard_D2s_v3",
                "osType": "Linux",
                "recoveryAzureResourceGroupId": group,
                "multiVmGroupName": "",
                "primaryFabricLocation": location,
                "recoveryFabricLocation": target,
                "initialPrimaryFabricLocation": location,
                "initialRecoveryFabricLocation": target,
            },
        },
    }


_BODIES: Mapping[str, Callable[[Transaction, ResourceId, Shown], JsonObject]] = {
    "microsoft.compute/virtualmachines": _machine,
    "microsoft.network/connections": _connection,
    "microsoft.network/expressroutecircuits": _circuit,
    "microsoft.network/expressroutecircuits/peerings": _circuit_peering,
    "microsoft.network/localnetworkgateways": _local_gateway,
    "microsoft.network/networkinterfaces": _interface,
    "microsoft.network/publicipaddresses": _public_address,
    "microsoft.network/virtualnetworkgateways": _gateway,
    "microsoft.network/virtualnetworks": _virtual_network,
    "microsoft.network/virtualnetworks/subnets": _subnet,
    "microsoft.network/virtualnetworks/virtualnetworkpeerings": _peering,
}
