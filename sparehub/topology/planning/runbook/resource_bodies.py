"""Bodies of requests to Azure Resource Manager: what azure-native sends for the components.

``components`` gives Pulumi the same values. A test compares both, so that Pulumi finds nothing to
change in what a runbook has made.
https://learn.microsoft.com/rest/api/virtualnetwork/virtual-network-peerings/create-or-update
https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways/create-or-update
"""

from dataclasses import dataclass
from typing import Any

from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.circuit_ids import owned_circuit_id
from sparehub.topology.model.resources import (
    CircuitReference,
    Connection,
    Gateway,
    Region,
    Spoke,
    VirtualNetwork,
)

Body = dict[str, Any]
SYNC = {"syncRemoteAddressSpace": "true"}
"""The query of every write of a peering (PE-18)."""
_NETWORK = "Microsoft.Network"


@dataclass(frozen=True, kw_only=True)
class RegionBodies:
    """The ids and bodies of what a failover writes in a region of a subscription."""

    region: Region
    subscription: str

    @property
    def group(self) -> ResourceId:
        """The id of the region's resource group."""
        return ResourceId(subscription=self.subscription, resource_group=self.region.resource_group)

    def network(self, network: VirtualNetwork) -> ResourceId:
        """Return the id of a virtual network."""
        return self._of("virtualNetworks", network.name)

    def gateway(self, gateway: Gateway) -> ResourceId:
        """Return the id of the gateway."""
        return self._of("virtualNetworkGateways", gateway.name)

    def connection(self, connection: Connection) -> ResourceId:
        """Return the id of a connection."""
        return self._of("connections", connection.name)

    def circuit(self, key: str) -> ResourceId:
        """Return the id of the circuit of a connection."""
        circuit = next(each for each in self.region.circuits if each.key == key)
        if isinstance(circuit, CircuitReference):
            return circuit.id
        return owned_circuit_id(circuit, self.subscription)

    def spoke_to_hub(self, spoke: Spoke) -> ResourceId:
        """Return the id of the spoke's half of a peering."""
        network = self.network(spoke.virtual_network)
        return network.child("virtualNetworkPeerings", spoke.spoke_to_hub.name)

    def gateway_body(self, gateway: Gateway) -> Body:
        """Return the body of a gateway."""
        subnet = self.network(self.region.hub).child("subnets", GATEWAY_SUBNET)
        properties: Body = {
            "gatewayType": "ExpressRoute",
            "sku": {"name": gateway.sku, "tier": gateway.sku},
            "ipConfigurations": [
                {"name": "default", "properties": {"subnet": {"id": str(subnet)}}}
            ],
        }
        if gateway.max_scale_units is not None:
            bounds = {"min": gateway.min_scale_units, "max": gateway.max_scale_units}
            properties["autoScaleConfiguration"] = {"bounds": bounds}
        return self._regional(properties)

    def connection_body(self, connection: Connection, gateway: Gateway) -> Body:
        """Return the body of a connection, without its authorization key, which is a secret."""
        return self._regional(
            {
                "connectionType": "ExpressRoute",
                "virtualNetworkGateway1": {"id": str(self.gateway(gateway))},
                "peer": {"id": str(self.circuit(connection.key))},
                "routingWeight": connection.routing_weight,
            }
        )

    def peering_body(self, spoke: Spoke) -> Body:
        """Return the body of the spoke's half of its peering with the hub."""
        peering, hub = spoke.spoke_to_hub, self.region.hub
        return {
            "properties": {
                "remoteVirtualNetwork": {"id": str(self.network(hub))},
                "remoteAddressSpace": {
                    "addressPrefixes": [str(each) for each in hub.address_space]
                },
                "allowVirtualNetworkAccess": peering.allow_virtual_network_access,
                "allowForwardedTraffic": peering.allow_forwarded_traffic,
                "allowGatewayTransit": peering.allow_gateway_transit,
                "useRemoteGateways": peering.use_remote_gateways,
            }
        }

    def _regional(self, properties: Body) -> Body:
        region = self.region
        return {
            "location": region.location,
            "tags": dict(region.tags),
            "properties": properties,
        }

    def _of(self, kind: str, name: str) -> ResourceId:
        return ResourceId(
            subscription=self.subscription,
            resource_group=self.region.resource_group,
            provider=_NETWORK,
            types=(kind,),
            names=(name,),
        )
