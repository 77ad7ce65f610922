"""The test networks of a drill."""

from collections.abc import Iterator, Mapping

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import network, resources

from sparehub.topology.azure.reserved_subnets import BASTION_SUBNET
from sparehub.topology.model.logical_names import DRILL_BASTION, DrillNames
from sparehub.topology.model.resources import Drill, DrillPeering, Peering, SecurityRule

from .peering import peering_half
from .route_tables import RouteTables, RouteTablesArgs
from .spoke import Spoke
from .virtual_network import VirtualNetworkArgs


class DrillNetworks(ComponentResource):
    """A resource group with a virtual network for each spoke, from which nothing leaves.

    Site Recovery's test failover brings machines up in them
    (https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure). Nothing
    outside the group is written, and they are peered with each other at most: production is left
    alone.
    """

    virtual_network_ids: Mapping[str, Output[str]]
    """The id of each network by the key of its spoke."""
    bastion_subnet_id: Output[str] | None
    """The id of the subnet for the testers' Bastion host, where the drill has one."""

    def __init__(self, name: str, args: Drill, opts: ResourceOptions | None = None) -> None:
        super().__init__("sparehub:network:DrillNetworks", name, {}, opts)
        drill = args
        names = DrillNames(name)
        child = ResourceOptions(parent=self)
        group = resources.ResourceGroup(
            names.group,
            resource_group_name=drill.resource_group,
            location=drill.location,
            tags=drill.tags,
            opts=child,
        )
        tables = RouteTables(
            names.route_tables_component,
            RouteTablesArgs(
                resource_group_name=group.name,
                location=drill.location,
                route_tables=[drill.route_table],
                tags=drill.tags,
            ),
            child,
        )
        networks: dict[str, Spoke] = {}
        for each in drill.all_networks:
            security_group = network.NetworkSecurityGroup(
                names.security_group(each.key),
                network_security_group_name=each.network_security_group.name,
                resource_group_name=group.name,
                location=drill.location,
                security_rules=[_rule(rule) for rule in each.network_security_group.rules],
                tags=drill.tags,
                opts=child,
            )
            networks[each.key] = Spoke(
                names.network(each.key).component,
                VirtualNetworkArgs(
                    resource_group_name=group.name,
                    location=drill.location,
                    virtual_network=each.virtual_network,
                    route_table_ids=tables.route_table_ids,
                    network_security_group_id=security_group.id,
                    tags=drill.tags,
                ),
                child,
            )
        self._peer(names, drill, group.name, networks)
        self.virtual_network_ids = {
            each.key: networks[each.key].virtual_network_id for each in drill.networks
        }
        bastion = networks.get(DRILL_BASTION)
        self.bastion_subnet_id = bastion.subnet_ids[BASTION_SUBNET] if bastion else None
        self.register_outputs({"virtual_network_ids": self.virtual_network_ids})

    def _peer(
        self,
        names: DrillNames,
        drill: Drill,
        resource_group_name: Input[str],
        networks: Mapping[str, Spoke],
    ) -> None:
        """Register both halves of every peering.

        Azure takes one write on a network at a time (VN-19), and no peering while a subnet of
        either one is being written (VN-20).
        """
        spaces = {each.key: each.virtual_network.address_space for each in drill.all_networks}
        last: dict[str, Resource] = {key: each.last_write for key, each in networks.items()}
        for peering in drill.peerings:
            for key, other, half in _halves(peering):
                written = peering_half(
                    names.peering(key, other),
                    half,
                    resource_group_name,
                    virtual_network_name=networks[key].virtual_network_name,
                    remote_id=networks[other].virtual_network_id,
                    remote_address_space=spaces[other],
                    opts=ResourceOptions(parent=self, depends_on=[last[key], last[other]]),
                )
                last[key] = last[other] = written


def _halves(peering: DrillPeering) -> Iterator[tuple[str, str, Peering]]:
    yield peering.first, peering.second, peering.first_to_second
    yield peering.second, peering.first, peering.second_to_first


def _rule(rule: SecurityRule) -> network.SecurityRuleArgs:
    # Azure takes `*` and a service tag in the singular alone, and several prefixes in the plural.
    source, sources = _either(rule.source_address_prefixes)
    destination, destinations = _either(rule.destination_address_prefixes)
    any_port = rule.destination_ports == ("*",)
    return network.SecurityRuleArgs(
        name=rule.name,
        priority=rule.priority,
        direction=rule.direction,
        access=rule.access,
        protocol=rule.protocol,
        source_port_range="*",
        destination_port_range="*" if any_port else None,
        destination_port_ranges=None if any_port else list(rule.destination_ports),
        source_address_prefix=source,
        source_address_prefixes=sources,
        destination_address_prefix=destination,
        destination_address_prefixes=destinations,
    )


def _either(ends: tuple[str, ...]) -> tuple[str | None, list[str] | None]:
    """Return the ends of a rule as the singular property, or else as the plural one."""
    first, *more = ends
    return (first, None) if not more and not first[0].isdigit() else (None, list(ends))
