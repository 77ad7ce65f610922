"""The test networks of a drill."""

from collections.abc import Mapping

from pulumi import ComponentResource, Output, ResourceOptions
from pulumi_azure_native import network, resources

from sparehub.topology.model.logical_names import DrillNames
from sparehub.topology.model.resources import Drill, SecurityRule

from .route_tables import RouteTables, RouteTablesArgs
from .spoke import Spoke
from .virtual_network import VirtualNetworkArgs


class DrillNetworks(ComponentResource):
    """A resource group with a virtual network for each spoke, from which nothing leaves.

    Site Recovery's test failover brings machines up in them
    (https://learn.microsoft.com/azure/site-recovery/site-recovery-test-failover-to-azure). Nothing
    outside the group is written and nothing in it is peered: production is left alone.
    """

    virtual_network_ids: Mapping[str, Output[str]]
    """The id of each network by the key of its spoke."""

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
        for each in drill.networks:
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
        self.virtual_network_ids = {key: each.virtual_network_id for key, each in networks.items()}
        self.register_outputs({"virtual_network_ids": self.virtual_network_ids})


def _rule(rule: SecurityRule) -> network.SecurityRuleArgs:
    # Azure takes `*` in the singular alone, and several prefixes in the plural.
    from_any = rule.source_address_prefixes == ("*",)
    to_any = rule.destination_address_prefixes == ("*",)
    return network.SecurityRuleArgs(
        name=rule.name,
        priority=rule.priority,
        direction=rule.direction,
        access=rule.access,
        protocol="*",
        source_port_range="*",
        destination_port_range="*",
        source_address_prefix="*" if from_any else None,
        source_address_prefixes=None if from_any else list(rule.source_address_prefixes),
        destination_address_prefix="*" if to_any else None,
        destination_address_prefixes=None if to_any else list(rule.destination_address_prefixes),
    )
