"""The region of a stack file declared by hand, to compare ``__main__.py`` with.

A program of its own: no model, no components, nothing imported from this project. Every Azure
resource has the logical name, the inputs and the edges that ``__main__.py`` gives it, for stack
files like those of the benchmark: an active region, each spoke with one subnet called ``app``.
Three variables choose the variant:

``BENCHMARK_ALIASES=stripped``  without the aliases that azure-native sends with each resource
``BENCHMARK_SHELLS=made``       the resources grouped under components as ours are, but empty ones
``BENCHMARK_CALL=first``        the stack's own outputs are read before the first resource
"""

import os
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi import ComponentResource, CustomTimeouts, Output, Resource, ResourceOptions
from pulumi_azure_native import network, resources

LONG = CustomTimeouts(create="2h", update="2h", delete="2h")
CONNECTION_PREFIX_LIMIT = 200  # above it the spokes wait for the connections

Keys = Mapping[str, Any]


class Shell(ComponentResource):
    """A component that holds nothing but its children."""

    def __init__(self, kind: str, name: str, parent: Resource | None) -> None:
        super().__init__(f"sparehub:network:{kind}", name, {}, ResourceOptions(parent=parent))


def open_shell(kind: str, name: str, parent: Resource | None = None) -> Shell | None:
    """Return a component to put resources under, in the variant that has them."""
    made = os.environ.get("BENCHMARK_SHELLS") == "made"
    return Shell(kind, name, parent) if made else None


def close_shell(shell: Shell | None, **outputs: object) -> None:
    """Register what a component offers, in the variant that has them."""
    if shell is not None:
        shell.register_outputs(outputs)


class Region:
    """Hub, spokes, peerings, route tables, gateway, circuits and connections of one region."""

    def __init__(self, keys: Keys, location: str) -> None:
        self.keys = keys
        self.location = location
        self.shell = open_shell("RegionNetwork", "region")
        self.group = resources.ResourceGroup(
            "region/group",
            resource_group_name=f"rg-sparehub-{location}",
            location=location,
            tags={},
            opts=ResourceOptions(parent=self.shell, protect=True),
        )
        self.tables = self.declare_route_tables()
        self.hub, self.hub_subnets = self.declare_hub()
        self.gateway = self.declare_gateway()
        self.circuit_ids: dict[str, Output[str]] = {}
        self.connections: dict[str, network.VirtualNetworkGatewayConnection] = {}
        for key, connection in keys["expressRoute"]["connections"].items():
            self.declare_connection(key, connection)
        self.spoke_ids = self.declare_spokes()
        connection_ids = {key: connection.id for key, connection in self.connections.items()}
        close_shell(
            self.shell,
            hub_virtual_network_id=self.hub.id,
            spoke_virtual_network_ids=self.spoke_ids,
            gateway_id=self.gateway.id,
            circuit_ids=self.circuit_ids,
            connection_ids=connection_ids,
        )
        if self.shell is not None:
            guarding = ResourceOptions(protect=True, depends_on=[self.shell])
            ComponentResource("sparehub:network:DestroyGuard", "guard", {}, guarding)
        pulumi.export("hubVirtualNetworkId", self.hub.id)
        pulumi.export("spokeVirtualNetworkIds", self.spoke_ids)
        pulumi.export("gatewayId", self.gateway.id)
        pulumi.export("circuitIds", self.circuit_ids)
        pulumi.export("connectionIds", connection_ids)

    def declare_route_tables(self) -> dict[str, network.RouteTable]:
        """Declare one table for all spokes, one for the gateway and one for the NVA."""
        nva = self.keys["hub"]["nva"]["ipAddress"]

        def to_nva(name: str, prefix: str) -> network.RouteArgs:
            return network.RouteArgs(
                name=name,
                address_prefix=prefix,
                next_hop_type="VirtualAppliance",
                next_hop_ip_address=nva,
            )

        anywhere = "0.0.0.0/0"
        routes = {
            "spokes": [to_nva("default", anywhere)],
            "gateway": [
                to_nva(f"to-{key}-{prefix.replace('/', '-')}", prefix)
                for key, spoke in self.keys["spokes"].items()
                for prefix in spoke["addressSpace"]
            ],
            "nva": [
                network.RouteArgs(name="default", address_prefix=anywhere, next_hop_type="Internet")
            ],
        }
        shell = open_shell("RouteTables", "region/routes", self.shell)
        tables = {
            key: network.RouteTable(
                f"region/routes/{key}",
                route_table_name=f"rt-{key}-{self.location}",
                resource_group_name=self.group.name,
                location=self.location,
                disable_bgp_route_propagation=key == "spokes",
                routes=routes[key],
                tags={},
                opts=ResourceOptions(parent=shell),
            )
            for key in routes
        }
        close_shell(shell, route_table_ids={key: table.id for key, table in tables.items()})
        return tables

    def declare_hub(self) -> tuple[network.VirtualNetwork, dict[str, network.Subnet]]:
        """Declare the hub's network and its subnets, one after the other."""
        shell = open_shell("Hub", "region/hub", self.shell)
        hub = network.VirtualNetwork(
            "region/hub/network",
            virtual_network_name=f"vnet-hub-{self.location}",
            resource_group_name=self.group.name,
            location=self.location,
            address_space={"address_prefixes": self.keys["hub"]["addressSpace"]},
            dhcp_options={"dns_servers": []},
            tags={},
            opts=ResourceOptions(parent=shell, protect=True),
        )
        subnets: dict[str, network.Subnet] = {}
        last: Resource = hub
        for key, subnet in self.keys["hub"]["subnets"].items():
            table = self.tables["gateway" if key == "GatewaySubnet" else "nva"]
            last = subnets[key] = network.Subnet(
                f"region/hub/{key}",
                subnet_name=key,
                resource_group_name=self.group.name,
                virtual_network_name=hub.name,
                address_prefix=subnet["addressPrefix"],
                route_table={"id": table.id},
                service_endpoints=[],
                default_outbound_access=True,
                opts=ResourceOptions(
                    parent=shell, depends_on=[last], protect=key == "GatewaySubnet"
                ),
            )
        close_shell(
            shell,
            virtual_network_id=hub.id,
            virtual_network_name=hub.name,
            subnet_ids={key: subnet.id for key, subnet in subnets.items()},
        )
        return hub, subnets

    def declare_gateway(self) -> network.VirtualNetworkGateway:
        """Declare the gateway, once the hub's last subnet is there."""
        sku = self.keys["expressRoute"]["gateway"]["sku"]
        shell = open_shell("ExpressRouteGateway", "region/expressroute", self.shell)
        gateway = network.VirtualNetworkGateway(
            "region/expressroute/gateway",
            virtual_network_gateway_name=f"ergw-{self.location}",
            resource_group_name=self.group.name,
            location=self.location,
            gateway_type="ExpressRoute",
            sku={"name": sku, "tier": sku},
            ip_configurations=[
                {"name": "default", "subnet": {"id": self.hub_subnets["GatewaySubnet"].id}}
            ],
            tags={},
            opts=ResourceOptions(
                parent=shell,
                depends_on=[*list(self.hub_subnets.values())[-1:]],
                custom_timeouts=LONG,
                protect=True,
            ),
        )
        close_shell(shell, gateway_id=gateway.id)
        return gateway

    def declare_connection(self, key: str, connection: Keys) -> None:
        """Declare a circuit in a group of its own, and the connection to it."""
        circuit, peering = self.declare_circuit(key, connection["circuit"])
        shell = open_shell("ExpressRouteConnection", f"region/connection/{key}", self.shell)
        made = network.VirtualNetworkGatewayConnection(
            f"region/connection/{key}/connection",
            virtual_network_gateway_connection_name=f"con-{self.location}-{key}",
            resource_group_name=self.group.name,
            location=self.location,
            connection_type="ExpressRoute",
            virtual_network_gateway1={"id": self.gateway.id},
            peer={"id": circuit.id},
            routing_weight=connection["routingWeight"],
            tags={},
            opts=ResourceOptions(
                parent=shell,
                depends_on=[*list(self.connections.values())[-1:], peering],
                custom_timeouts=LONG,
                additional_secret_outputs=["authorizationKey", "sharedKey"],
            ),
        )
        close_shell(shell, connection_id=made.id)
        self.circuit_ids[key] = circuit.id
        self.connections[key] = made

    def declare_circuit(
        self, key: str, circuit: Keys
    ) -> tuple[network.ExpressRouteCircuit, network.ExpressRouteCircuitPeering]:
        """Declare a circuit and its private peering."""
        tier, family = circuit["sku"]["tier"], circuit["sku"]["family"]
        described = circuit["privatePeering"]
        location = circuit.get("location", self.location)
        group = resources.ResourceGroup(
            f"region/circuit/{key}/group",
            resource_group_name=f"rg-sparehub-erc-{key}",
            location=location,
            tags={},
            opts=ResourceOptions(parent=self.shell, protect=True),
        )
        shell = open_shell("ExpressRouteCircuit", f"region/circuit/{key}", self.shell)
        made = network.ExpressRouteCircuit(
            f"region/circuit/{key}/circuit",
            circuit_name=f"erc-{key}",
            resource_group_name=group.name,
            location=location,
            service_provider_properties={
                "service_provider_name": circuit["serviceProvider"],
                "peering_location": circuit["peeringLocation"],
                "bandwidth_in_mbps": circuit["bandwidthInMbps"],
            },
            sku={"name": f"{tier}_{family}", "tier": tier, "family": family},
            tags={},
            opts=ResourceOptions(
                parent=shell,
                protect=True,
                additional_secret_outputs=["serviceKey", "authorizations"],
            ),
        )
        peering = network.ExpressRouteCircuitPeering(
            f"region/circuit/{key}/private-peering",
            peering_name="AzurePrivatePeering",
            resource_group_name=group.name,
            circuit_name=made.name,
            peering_type="AzurePrivatePeering",
            peer_asn=described["peerASN"],
            vlan_id=described["vlanId"],
            primary_peer_address_prefix=described["primaryPeerAddressPrefix"],
            secondary_peer_address_prefix=described["secondaryPeerAddressPrefix"],
            opts=ResourceOptions(parent=shell, protect=True),
        )
        service_key: Output[str | None] = Output.secret(made.service_key)
        close_shell(shell, circuit_id=made.id, service_key=service_key)
        return made, peering

    def declare_spokes(self) -> dict[str, Output[str]]:
        """Declare every spoke and its peering; writes on the hub's network form a chain."""
        spokes = self.keys["spokes"]
        networks = (self.keys["hub"], *spokes.values())
        prefixes = sum(len(item["addressSpace"]) for item in networks)
        before = list(self.connections.values()) if prefixes > CONNECTION_PREFIX_LIMIT else []
        ids: dict[str, Output[str]] = {}
        last_hub_write: Resource = list(self.hub_subnets.values())[-1]
        for key, described in spokes.items():
            name = f"region/spoke/{key}"
            spoke, subnet = self.declare_spoke(key, described)
            shell = open_shell("HubSpokePeering", f"{name}/peering", self.shell)
            hub_to_spoke = network.VirtualNetworkPeering(
                f"{name}/peering/hub-to-spoke",
                virtual_network_peering_name=f"peer-hub-to-{key}",
                resource_group_name=self.group.name,
                virtual_network_name=self.hub.name,
                remote_virtual_network={"id": spoke.id},
                remote_address_space={"address_prefixes": described["addressSpace"]},
                sync_remote_address_space="true",
                allow_virtual_network_access=True,
                allow_forwarded_traffic=True,
                allow_gateway_transit=True,
                use_remote_gateways=False,
                opts=ResourceOptions(parent=shell, depends_on=[last_hub_write, subnet]),
            )
            spoke_to_hub = network.VirtualNetworkPeering(
                f"{name}/peering/spoke-to-hub",
                virtual_network_peering_name=f"peer-{key}-to-hub",
                resource_group_name=self.group.name,
                virtual_network_name=spoke.name,
                remote_virtual_network={"id": self.hub.id},
                remote_address_space={"address_prefixes": self.keys["hub"]["addressSpace"]},
                sync_remote_address_space="true",
                allow_virtual_network_access=True,
                allow_forwarded_traffic=True,
                allow_gateway_transit=False,
                use_remote_gateways=True,
                opts=ResourceOptions(
                    parent=shell, depends_on=[hub_to_spoke, self.gateway, *before]
                ),
            )
            close_shell(shell, hub_to_spoke_id=hub_to_spoke.id, spoke_to_hub_id=spoke_to_hub.id)
            last_hub_write = hub_to_spoke
            ids[key] = spoke.id
        return ids

    def declare_spoke(self, key: str, spoke: Keys) -> tuple[network.VirtualNetwork, network.Subnet]:
        """Declare a spoke's network and its subnet."""
        shell = open_shell("Spoke", f"region/spoke/{key}", self.shell)
        made = network.VirtualNetwork(
            f"region/spoke/{key}/network",
            virtual_network_name=f"vnet-{key}-{self.location}",
            resource_group_name=self.group.name,
            location=self.location,
            address_space={"address_prefixes": spoke["addressSpace"]},
            dhcp_options={"dns_servers": []},
            tags={},
            opts=ResourceOptions(parent=shell),
        )
        subnet = network.Subnet(
            f"region/spoke/{key}/app",
            subnet_name="app",
            resource_group_name=self.group.name,
            virtual_network_name=made.name,
            address_prefix=spoke["subnets"]["app"]["addressPrefix"],
            route_table={"id": self.tables["spokes"].id},
            service_endpoints=[{"service": "Microsoft.Storage"}],
            default_outbound_access=False,
            opts=ResourceOptions(parent=shell, depends_on=[made]),
        )
        close_shell(
            shell,
            virtual_network_id=made.id,
            virtual_network_name=made.name,
            subnet_ids={"app": subnet.id},
        )
        return made, subnet


def strip_aliases(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult:
    """Drop the aliases of a resource; the program itself gives none."""
    args.opts.aliases = None
    return pulumi.ResourceTransformationResult(args.props, args.opts)


def read_own_outputs() -> None:
    """Ask the engine for what the stack said when it was last deployed."""
    name = f"{pulumi.get_organization()}/{pulumi.get_project()}/{pulumi.get_stack()}"
    pulumi.runtime.invoke("pulumi:pulumi:readStackOutputs", {"name": name})


def main() -> None:
    """Declare the region of the stack's configuration."""
    if os.environ.get("BENCHMARK_ALIASES") == "stripped":
        pulumi.runtime.register_stack_transformation(strip_aliases)
    if os.environ.get("BENCHMARK_CALL") == "first":
        read_own_outputs()
    keys = pulumi.Config("sparehub").require_object("region")
    Region(keys, pulumi.Config("azure-native").require("location"))


if __name__ == "__main__":
    main()
