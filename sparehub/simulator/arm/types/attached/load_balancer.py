"""Load balancers: an internal frontend with high-availability ports stands for an NVA."""

from typing import Any, ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.load_balancer_health import members
from sparehub.simulator.arm.types.attached.public_ip_address import PUBLIC_IP_ADDRESS, check_free
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.nested import nested
from sparehub.simulator.arm.types.network.ip_configurations import allocate_addresses, check_subnets
from sparehub.simulator.arm.types.network.virtual_network import SUBNET

LOAD_BALANCER = "Microsoft.Network/loadBalancers"
_PARTS = (
    "backendAddressPools",
    "inboundNatPools",
    "inboundNatRules",
    "loadBalancingRules",
    "outboundRules",
    "probes",
)
_PART: list[Any] = [{"name": str, "properties": dict}]


class LoadBalancer(ResourceType):
    """A load balancer; its parts are in it, not resources of their own."""

    name = LOAD_BALANCER
    accepts: ClassVar[Spec] = {
        "frontendIPConfigurations": [
            {
                "name": str,
                "zones": [str],
                "properties": {
                    "privateIPAddress": str,
                    "privateIPAddressVersion": str,
                    "privateIPAllocationMethod": str,
                    "publicIPAddress": Reference(PUBLIC_IP_ADDRESS, same_region=True),
                    "subnet": Reference(SUBNET, same_region=True),
                },
            }
        ],
        **dict.fromkeys(_PARTS, _PART),
    }
    # No measurement found: as a public IP address.
    seconds = Durations(create=11, update=11, delete=11)
    has_location = True
    has_sku = True
    verb = "PutLoadBalancerOperation"

    def check(self, write: Write) -> None:
        """Refuse parts without names, a frontend with none or two addresses, bad HA ports."""
        for part in (*_PARTS, "frontendIPConfigurations"):
            for item in write.properties.get(part, []):
                if not item.get("name"):
                    raise refusals.NESTED_NAME(id=write.id.text, collection=part)
        frontends = write.properties.get("frontendIPConfigurations", [])
        for frontend in frontends:
            properties = frontend.get("properties", {})
            if ("subnet" in properties) == ("publicIPAddress" in properties):
                raise refusals.FRONTEND_ADDRESS(id=write.id.text, name=frontend["name"])
        check_subnets(write, "frontendIPConfigurations")
        check_free(write, "frontendIPConfigurations")
        _check_ha_ports(write)

    def compute(self, write: Write) -> JsonObject:
        """Add addresses (VN-01), ids and defaults."""
        shown = {part: nested(write, part) for part in _PARTS}
        frontends = allocate_addresses(
            write, "frontendIPConfigurations", {"privateIPAddressVersion": "IPv4"}
        )
        return {"resourceGuid": guid(write.id.key), "frontendIPConfigurations": frontends} | shown

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the IP configurations of interfaces that are in a pool."""
        del provisioned
        pools = [
            pool | {"properties": pool["properties"] | _backends(transaction, pool["id"])}
            for pool in resource.properties["backendAddressPools"]
        ]
        return resource.properties | {"backendAddressPools": pools}


def _backends(transaction: Transaction, pool: str) -> JsonObject:
    configurations = [
        {"id": configuration["id"]} for _, configuration in members(transaction, {pool.lower()})
    ]
    return {"backendIPConfigurations": configurations} if configurations else {}


def _check_ha_ports(write: Write) -> None:
    """Refuse protocol All without ports 0, or on anything but an internal Standard frontend.

    https://learn.microsoft.com/azure/load-balancer/load-balancer-ha-ports-overview
    """
    internal = all(
        "subnet" in frontend.get("properties", {})
        for frontend in write.properties.get("frontendIPConfigurations", [])
    )
    standard = write.body.get("sku", {}).get("name", "Basic") == "Standard"
    for rule in write.properties.get("loadBalancingRules", []):
        properties = rule.get("properties", {})
        if properties.get("protocol") != "All":
            continue
        ports = (properties.get("frontendPort"), properties.get("backendPort"))
        if ports != (0, 0) or not internal or not standard:
            raise refusals.HA_PORTS(id=write.id.text, rule=rule["name"])
