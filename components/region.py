"""A whole region: what :func:`sparehub.topology.model.build.build` decided, as Pulumi resources."""

from collections.abc import Mapping

from pulumi import ComponentResource, Output, Resource, ResourceOptions
from pulumi_azure_native import resources

from sparehub.topology.config.enums import Depth
from sparehub.topology.model.logical_names import RegionNames, SiteRecoveryNames
from sparehub.topology.model.recovery.switch_scopes import own_scopes, scopes_of_source
from sparehub.topology.model.resources import Circuit, Region, VirtualNetwork

from .circuit import ExpressRouteCircuit, ExpressRouteCircuitArgs
from .connection import ExpressRouteConnection, ExpressRouteConnectionArgs
from .gateway import ExpressRouteGateway, ExpressRouteGatewayArgs
from .hub import Hub
from .peering import HubSpokePeering, HubSpokePeeringArgs, peering_half
from .route_tables import RouteTables, RouteTablesArgs
from .site_recovery import (
    CacheAccount,
    CacheAccountArgs,
    RegionRecovery,
    SwitchAutomation,
    SwitchAutomationArgs,
)
from .spoke import Spoke
from .virtual_network import VirtualNetworkArgs


class RegionNetwork(ComponentResource):
    """Hub, spokes, peerings, route tables, gateway, circuits and connections of one region.

    The model, ``args``, says what exists; this says in which order Azure accepts it. What Azure
    refuses all the same fails as the resource that met it.
    """

    hub_virtual_network_id: Output[str]
    spoke_virtual_network_ids: Mapping[str, Output[str]]
    gateway_id: Output[str] | None
    circuit_ids: Mapping[str, Output[str]]
    connection_ids: Mapping[str, Output[str]]
    cache_storage_account_id: Output[str] | None
    """Of the machines that are replicated from here."""
    vault_id: Output[str] | None
    automation_account_id: Output[str] | None
    """Of the runbooks that switch the network."""

    def __init__(self, name: str, args: Region, opts: ResourceOptions | None = None) -> None:
        super().__init__("sparehub:network:RegionNetwork", name, {}, opts)
        region = args
        self._names = RegionNames(name)
        self._region = region
        self._group = self._resource_group(
            self._names.group, region.resource_group, region.location
        )
        tables = RouteTables(
            self._names.route_tables_component,
            RouteTablesArgs(
                resource_group_name=self._group.name,
                location=region.location,
                route_tables=region.route_tables,
                tags=region.tags,
            ),
            self._child(),
        )
        hub = Hub(self._names.hub.component, self._network(region.hub, tables), self._child())
        gateway = self._gateway(hub)
        circuits = self._circuits()
        connections = self._connections(gateway, circuits)
        spokes, hub_last_write = self._spokes(hub, tables, gateway, connections)
        self._hub_peerings(hub, hub_last_write)

        self.hub_virtual_network_id = hub.virtual_network_id
        self.spoke_virtual_network_ids = {k: s.virtual_network_id for k, s in spokes.items()}
        self.gateway_id = gateway.gateway_id if gateway else None
        self.circuit_ids = {key: circuit_id for key, (circuit_id, _) in circuits.items()}
        self.connection_ids = {key: each.connection_id for key, each in connections.items()}
        self.cache_storage_account_id = self._cache_account()
        self.vault_id = self._vault()
        made = [ready for _, ready in circuits.values() if ready]
        self.automation_account_id = self._automation((self._group, *made))
        self.register_outputs(
            {
                "hub_virtual_network_id": self.hub_virtual_network_id,
                "spoke_virtual_network_ids": self.spoke_virtual_network_ids,
                "gateway_id": self.gateway_id,
                "circuit_ids": self.circuit_ids,
                "connection_ids": self.connection_ids,
                "cache_storage_account_id": self.cache_storage_account_id,
                "vault_id": self.vault_id,
                "automation_account_id": self.automation_account_id,
            }
        )

    def _child(self) -> ResourceOptions:
        return ResourceOptions(parent=self)

    def _resource_group(self, name: str, group: str, location: str) -> resources.ResourceGroup:
        return resources.ResourceGroup(
            name,
            resource_group_name=group,
            location=location,
            tags=self._region.tags,
            # Azure deletes a group with all that is in it.
            opts=ResourceOptions(parent=self, protect=True),
        )

    def _network(self, network: VirtualNetwork, tables: RouteTables) -> VirtualNetworkArgs:
        return VirtualNetworkArgs(
            resource_group_name=self._group.name,
            location=self._region.location,
            virtual_network=network,
            route_table_ids=tables.route_table_ids,
            tags=self._region.tags,
        )

    def _gateway(self, hub: Hub) -> ExpressRouteGateway | None:
        if self._region.gateway is None:
            return None
        return ExpressRouteGateway(
            self._names.gateway_component,
            ExpressRouteGatewayArgs(
                resource_group_name=self._group.name,
                location=self._region.location,
                gateway=self._region.gateway,
                gateway_subnet_id=hub.gateway_subnet_id,
                hub_last_write=hub.last_write,
                # A failover deletes it at depth `network` alone, when the region stands down.
                protect=self._region.depth is not Depth.NETWORK,
                tags=self._region.tags,
            ),
            self._child(),
        )

    def _circuits(self) -> dict[str, tuple[Output[str], Resource | None]]:
        """Return each circuit's id and what a connection to it waits for."""
        circuits: dict[str, tuple[Output[str], Resource | None]] = {}
        for circuit in self._region.circuits:
            if not isinstance(circuit, Circuit):
                circuits[circuit.key] = (Output.from_input(str(circuit.id)), None)
                continue
            # A group of its own: deleting a region's group would take the circuit with it.
            group = self._resource_group(
                self._names.circuit_group(circuit.key), circuit.resource_group, circuit.location
            )
            component = ExpressRouteCircuit(
                self._names.circuit_component(circuit.key),
                ExpressRouteCircuitArgs(
                    resource_group_name=group.name,
                    location=circuit.location,
                    circuit=circuit,
                    tags=self._region.tags,
                ),
                self._child(),
            )
            circuits[circuit.key] = (component.circuit_id, component.ready)
        return circuits

    def _connections(
        self,
        gateway: ExpressRouteGateway | None,
        circuits: Mapping[str, tuple[Output[str], Resource | None]],
    ) -> dict[str, ExpressRouteConnection]:
        connections: dict[str, ExpressRouteConnection] = {}
        if gateway is None:
            return connections
        previous: list[Resource] = []
        for connection in self._region.connections:
            circuit_id, ready = circuits[connection.key]
            made = ExpressRouteConnection(
                self._names.connection_component(connection.key),
                ExpressRouteConnectionArgs(
                    resource_group_name=self._group.name,
                    location=self._region.location,
                    connection=connection,
                    gateway_id=gateway.gateway_id,
                    circuit_id=circuit_id,
                    after=[*previous, *([ready] if ready else [])],
                    tags=self._region.tags,
                ),
                self._child(),
            )
            connections[connection.key] = made
            previous = [made]
        return connections

    def _spokes(
        self,
        hub: Hub,
        tables: RouteTables,
        gateway: ExpressRouteGateway | None,
        connections: Mapping[str, ExpressRouteConnection],
    ) -> tuple[dict[str, Spoke], Resource | None]:
        """Return the spokes, and the last write on the hub's network."""
        waits = self._region.spokes_wait_for_connections
        spokes: dict[str, Spoke] = {}
        hub_last_write = hub.last_write
        for spoke in self._region.spokes:
            made = Spoke(
                self._names.spoke(spoke.key).component,
                self._network(spoke.virtual_network, tables),
                self._child(),
            )
            peering = HubSpokePeering(
                self._names.peering_component(spoke.key),
                HubSpokePeeringArgs(
                    resource_group_name=self._group.name,
                    hub_name=hub.virtual_network_name,
                    hub_id=hub.virtual_network_id,
                    spoke_name=made.virtual_network_name,
                    spoke_id=made.virtual_network_id,
                    hub_to_spoke=spoke.hub_to_spoke,
                    spoke_to_hub=spoke.spoke_to_hub,
                    hub_address_space=self._region.hub.address_space,
                    spoke_address_space=spoke.virtual_network.address_space,
                    hub_last_write=hub_last_write,
                    spoke_last_write=made.last_write,
                    gateway=gateway,
                    connections=tuple(connections.values()) if waits else (),
                ),
                self._child(),
            )
            hub_last_write = peering.hub_to_spoke
            spokes[spoke.key] = made
        return spokes, hub_last_write

    def _hub_peerings(self, hub: Hub, hub_last_write: Resource | None) -> None:
        """Make the hub's halves of its own peerings, one after the other (VN-19)."""
        for peering in self._region.hub_peerings:
            hub_last_write = peering_half(
                self._names.hub_peering(peering.key),
                peering.half,
                self._group.name,
                virtual_network_name=hub.virtual_network_name,
                remote_id=str(peering.remote_id),
                remote_address_space=peering.address_space,
                opts=ResourceOptions(
                    parent=self, depends_on=[hub_last_write] if hub_last_write else []
                ),
            )

    def _cache_account(self) -> Output[str] | None:
        if self._region.cache_storage_account is None:
            return None
        return CacheAccount(
            self._names.cache_component,
            CacheAccountArgs(
                resource_group_name=self._group.name,
                location=self._region.location,
                account=self._region.cache_storage_account,
                tags=self._region.tags,
            ),
            self._child(),
        ).account_id

    def _vault(self) -> Output[str] | None:
        if self._region.site_recovery is None:
            return None
        return RegionRecovery(
            self._names.site_recovery_component,
            self._region.site_recovery,
            self.spoke_virtual_network_ids,
            self._child(),
        ).vault_id

    def _automation(self, after: tuple[Resource, ...]) -> Output[str] | None:
        recovery = self._region.site_recovery
        if recovery is None or recovery.automation is None:
            return None
        names = SiteRecoveryNames(self._names.site_recovery_component)
        there = scopes_of_source(self._region, recovery.source) if recovery.source else {}
        here = own_scopes(self._region)
        return SwitchAutomation(
            names.automation_component,
            SwitchAutomationArgs(
                account=recovery.automation,
                names=names,
                scopes={
                    **{f"here/{key}": scope for key, scope in here.items()},
                    **{f"there/{key}": scope for key, scope in there.items()},
                },
                after=after,
                tags=self._region.tags,
            ),
            self._child(),
        ).account_id
