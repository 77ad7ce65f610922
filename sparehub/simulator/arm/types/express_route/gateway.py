"""Virtual network gateways: ExpressRoute and VPN."""

from typing import Any, ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import express_route as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.public_ip_address import (
    PUBLIC_IP_ADDRESS,
    basic_addresses,
    check_free,
)
from sparehub.simulator.arm.types.base import (
    CURRENT_API_VERSION,
    Durations,
    ResourceType,
    Write,
    is_api_version_before,
)
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.express_route.circuit import CONNECTION
from sparehub.simulator.arm.types.express_route.vpn import (
    VPN,
    bgp_settings,
    check_gateway,
    during_write,
)
from sparehub.simulator.arm.types.nested import nested
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.ip_configurations import GATEWAY_SUBNET
from sparehub.simulator.arm.types.network.peering import gateways, remote_gateway_users
from sparehub.simulator.arm.types.network.route_table import ROUTE
from sparehub.simulator.arm.types.network.virtual_network import PEERING, SUBNET, subnet_networks

GATEWAY = "Microsoft.Network/virtualNetworkGateways"
EXPRESS_ROUTE = "ExpressRoute"
_PREFIXES: Spec = {"addressPrefixes": [str]}
_SCALABLE = "ErGwScale"
SKU_FAMILIES = (
    ("Standard", "HighPerformance", "UltraPerformance"),
    ("ErGw1AZ", "ErGw2AZ", "ErGw3AZ", _SCALABLE),
)
"""SKUs of ExpressRoute gateways by family, each in ascending order (GWY-01, GWY-02)."""
UPGRADE_SECONDS, _SCALING_SECONDS = 7200.0, 1800.0
"""Seconds that a change to ErGwScale takes, and one of its units: "up to" by
https://learn.microsoft.com/azure/expressroute/scalable-gateway (2025-11-06, read on 2026-11-30)."""
MOST_SCALE_UNITS = 40
_COEXISTENCE_PREFIX = 27
_CAPACITY = 2
_CREATE = {EXPRESS_ROUTE: 882.0, VPN: 1188.0}


class Gateway(ResourceType):
    """A gateway in the GatewaySubnet of a virtual network."""

    name = GATEWAY
    accepts: ClassVar[Spec] = {
        "activeActive": bool,
        "adminState": str,
        "allowRemoteVnetTraffic": bool,
        "allowVirtualWanTraffic": bool,
        "autoScaleConfiguration": {"bounds": {"min": int, "max": int}},
        "bgpSettings": dict,
        "customRoutes": _PREFIXES,
        "enableBgp": bool,
        "enableDnsForwarding": bool,
        "enablePrivateIpAddress": bool,
        "gatewayType": str,
        "ipConfigurations": [
            {
                "name": str,
                "properties": {
                    "privateIPAllocationMethod": str,
                    "publicIPAddress": Reference(PUBLIC_IP_ADDRESS, same_region=True),
                    "subnet": Reference(SUBNET, same_region=True),
                },
            }
        ],
        "resiliencyModel": str,
        "sku": {"name": str, "tier": str},
        "vpnClientConfiguration": dict,
        "vpnGatewayGeneration": str,
        "vpnType": str,
    }
    # ExpressRoute: creation and adminState update recorded in azure-powershell (2023). VPN: median
    # of twelve recorded creations. Deletion: middle of the two recorded (382 and 1,066 s, VPN).
    seconds = Durations(create=_CREATE[EXPRESS_ROUTE], update=142, delete=724)
    has_location = True
    # Recorded: a creation that ended Failed after two hours (azure-mgmt-network 19.3.0).
    failure_template = refusals.GATEWAY_TIMED_OUT
    failure_seconds = 7207.0
    verb = "PutVirtualNetworkGatewayOperation"

    def duration(self, write: Write) -> float:
        """Return how long a PUT takes, by gateway type."""
        if not write.existing:
            return _CREATE[write.properties["gatewayType"]]
        old, new = write.existing.properties, write.properties
        if _sku(new) == _SCALABLE != _sku(old):
            return UPGRADE_SECONDS
        if _sku(new) == _SCALABLE and _bounds(old) != _bounds(new):
            return _SCALING_SECONDS
        return self.seconds.update

    def failure(self, write: Write) -> Refusal | None:
        """Return that units are wrong (GWY-17): Azure says so when the operation ends.

        Azure answers so, too, if an ErGwScale is to become another SKU, for any units
        (hashicorp/terraform-provider-azurerm, pull request 31628: three tries on Azure).
        """
        if write.properties["gatewayType"] != EXPRESS_ROUTE:
            return None
        shrinks = write.existing and _sku(write.existing.properties) == _SCALABLE
        if _sku(write.properties) != _SCALABLE:
            wrong = bool(shrinks)
        else:
            low, high = _bounds(write.properties) or (1, 1)
            fixed = low == high and low >= 1
            wrong = not (fixed or 1 < low < high) or high > MOST_SCALE_UNITS
        return refusals.GATEWAY_BOUNDS() if wrong else None

    def check(self, write: Write) -> None:
        """Refuse GWY-01 to GWY-08, and VN-10 and VN-12 of GatewaySubnet."""
        gateway_type = write.properties.get("gatewayType")
        if gateway_type not in (EXPRESS_ROUTE, VPN):
            raise refusals.GATEWAY_TYPE(id=write.id.text)
        subnet = _subnet(write)
        if write.existing:
            old = write.existing.properties
            if old["gatewayType"] != gateway_type:
                raise refusals.GATEWAY_FIXED(id=write.id.text, what="gatewayType")
            if old["ipConfigurations"][0]["properties"]["subnet"]["id"].lower() != subnet.key:
                raise refusals.GATEWAY_FIXED(id=write.id.text, what="the virtual network")
        if gateway_type == EXPRESS_ROUTE:
            _check_sku(write)
            _check_addresses(write)
        else:
            check_gateway(write)
            check_free(write, "ipConfigurations")
        if not write.existing:
            _check_network(write, subnet, gateway_type)
            _check_subnet(write, subnet)

    def compute(self, write: Write) -> JsonObject:
        """Add ids of IP configurations and Azure's defaults."""
        shown = nested(write, "ipConfigurations", {"privateIPAllocationMethod": "Dynamic"})
        defaults = {
            "activeActive": False,
            "adminState": "Enabled",
            "allowRemoteVnetTraffic": False,
            "allowVirtualWanTraffic": False,
            "disableIPSecReplayProtection": False,
            "enableBgp": False,
            "enableBgpRouteTranslationForNat": False,
            "enablePrivateIpAddress": False,
            "natRules": [],
            "resourceGuid": guid(write.id.key),
            "virtualNetworkGatewayPolicyGroups": [],
            "vpnGatewayGeneration": "None",
            "vpnType": "PolicyBased",
        }
        kept = write.existing is not None and self.failure(write) is not None
        sku = write.existing.properties["sku"] if kept and write.existing else {}
        sku = sku or {"capacity": _CAPACITY} | write.properties["sku"]
        return defaults | write.properties | {"ipConfigurations": shown, "sku": sku}

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the BGP settings of a VPN gateway, which differ while it is written (recorded)."""
        shown = dict(resource.properties)
        if shown["gatewayType"] != VPN:
            return shown
        configuration = shown["ipConfigurations"][0]["properties"]
        subnet = transaction.get(configuration["subnet"]["id"].lower())
        if not provisioned:
            return during_write(resource, subnet)
        return shown | {"bgpSettings": bgp_settings(resource, subnet)}

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete a gateway with connections (GWY-11) or peered users (PE-14)."""
        for user in transaction.referrers(resource.key, CONNECTION):
            raise refusals.GATEWAY_CONNECTED(id=resource.id.text, user=user.id.text)
        network = network_of(resource)
        if len(gateways(transaction, network)) == 1:
            for user in remote_gateway_users(transaction, network):
                raise refusals.GATEWAY_PEERED(id=resource.id.text, user=user.id.text)


def network_of(gateway: Resource) -> str:
    """Return the key of the virtual network that a gateway is in."""
    subnet: str = gateway.properties["ipConfigurations"][0]["properties"]["subnet"]["id"]
    return subnet.lower().rpartition("/subnets/")[0]


def _configurations(write: Write) -> list[dict[str, Any]]:
    configurations: list[dict[str, Any]] = write.properties.get("ipConfigurations", [])
    return configurations


def _subnet(write: Write) -> Resource:
    """Return the gateway's subnet; refuse anything but one GatewaySubnet (GWY-06, VN-09)."""
    names = [configuration.get("name") for configuration in _configurations(write)]
    subnets = [
        configuration.get("properties", {}).get("subnet")
        for configuration in _configurations(write)
    ]
    complete = bool(names) and all(names) and all(subnets)
    keys = {subnet["id"].lower() for subnet in subnets} if complete else set()
    subnet = write.transaction.get(keys.pop()) if len(keys) == 1 else None
    if subnet is None or subnet.id.name.lower() != GATEWAY_SUBNET.lower():
        raise refusals.GATEWAY_SUBNET(id=write.id.text)
    return subnet


def _check_addresses(write: Write) -> None:
    """Refuse a public address: new ExpressRoute gateways get one from Microsoft (GWY-03).

    From which API version on is in doubt. With 2023-02-01 a gateway took the customer's (recorded,
    azure-powershell, 2023). Azure/bicep-registry-modules#5742 names 2024-07-01, in August 2025;
    hashicorp/terraform-provider-azurerm#30032 and pull request 31084 name the date, August 2025,
    for every version, and so do labs of 2026. Here it is refused of today's requests.
    """
    supplied = any("publicIPAddress" in item["properties"] for item in _configurations(write))
    if not supplied or write.existing or is_api_version_before(write, CURRENT_API_VERSION):
        return
    if basic_addresses(write, "ipConfigurations"):
        raise refusals.GATEWAY_BASIC_ADDRESS(id=write.id.text)
    raise refusals.GATEWAY_PUBLIC_ADDRESS(id=write.id.text)


def _sku(properties: JsonObject) -> str:
    return str(properties.get("sku", {}).get("name", ""))


def _bounds(properties: JsonObject) -> tuple[int, int] | None:
    """Return the least and the most scale units of a gateway, if it has both."""
    bounds = properties.get("autoScaleConfiguration", {}).get("bounds", {})
    return (bounds["min"], bounds["max"]) if {"min", "max"} <= bounds.keys() else None


def _check_sku(write: Write) -> None:
    """Refuse an unknown SKU (GWY-01, GWY-08) and a change that Azure cannot make (GWY-02)."""
    sku = write.properties.get("sku", {})
    family = next((skus for skus in SKU_FAMILIES if sku.get("name") in skus), None)
    if family is None:
        known = ", ".join(name for skus in SKU_FAMILIES for name in skus)
        raise refusals.GATEWAY_SKU(id=write.id.text, problem=f"sku.name is not one of {known}")
    if sku.get("tier") != sku["name"]:
        raise refusals.GATEWAY_SKU(id=write.id.text, problem="sku.tier must be sku.name")
    if write.existing:
        old, new = write.existing.properties["sku"]["name"], sku["name"]
        if old == _SCALABLE:
            return  # accepted, and fails later
        if old not in family or family.index(new) < family.index(old):
            raise refusals.GATEWAY_SKU_CHANGE(id=write.id.text, old=old, new=new)


def _check_network(write: Write, subnet: Resource, gateway_type: str) -> None:
    """Refuse a second gateway of a type (GWY-07) and one beside remote gateways (PE-11)."""
    network = subnet.id.parent
    network_key = network.key if network else ""
    others = gateways(write.transaction, network_key)
    for other in others:
        if other.properties["gatewayType"] == gateway_type:
            raise refusals.GATEWAY_SECOND(
                id=write.id.text, network=network_key, type=gateway_type, other=other.id.text
            )
    for peering in write.transaction.children(network_key, PEERING):
        if peering.properties["useRemoteGateways"]:
            raise refusals.GATEWAY_BESIDE_REMOTE(
                id=write.id.text, network=network_key, other=peering.id.text
            )
    prefix = subnet_networks(subnet)[0]
    if others and prefix.prefixlen > _COEXISTENCE_PREFIX:
        raise refusals.GATEWAY_SUBNET_SMALL(
            id=write.id.text, prefix=prefix, needed="/27", reason="VPN beside ExpressRoute"
        )


def _check_subnet(write: Write, subnet: Resource) -> None:
    """Refuse a route table that blocks the creation of a gateway (VN-12)."""
    if "routeTable" not in subnet.properties:
        return
    table = write.transaction.get(subnet.properties["routeTable"]["id"].lower())
    if table is None:
        return
    problem = ""
    if table.properties["disableBgpRoutePropagation"]:
        problem = "the route table of GatewaySubnet disables gateway route propagation"
    for route in write.transaction.children(table.key, ROUTE):
        if route.properties["addressPrefix"] == "0.0.0.0/0":
            problem = "the route table of GatewaySubnet has a default route"
        elif _drops(route, subnet):
            problem = "the route table of GatewaySubnet drops what goes to the gateway"
    if problem:
        raise refusals.GATEWAY_SUBNET_ROUTES(id=write.id.text, problem=problem)


def _drops(route: Resource, subnet: Resource) -> bool:
    """Return whether a route takes traffic for the gateway itself to nowhere (VN-12)."""
    prefix = route.properties["addressPrefix"]
    if route.properties["nextHopType"] != "None" or prefix[:1].isalpha():
        return False
    routed = addresses.network(prefix, route.id)
    return any(addresses.contains(routed, prefix) for prefix in subnet_networks(subnet))
