"""The route tables of a region."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_azure_native import network

from sparehub.topology.model.resources import Route, RouteTable, TagRoute


@dataclass(frozen=True, kw_only=True)
class RouteTablesArgs:
    """Arguments of :class:`RouteTables`."""

    resource_group_name: Input[str]
    location: Input[str]
    route_tables: Sequence[RouteTable]
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class RouteTables(ComponentResource):
    """Route tables with their routes inline, one table for many subnets.

    Azure allows 200 tables a region and subscription (RT-17), so spokes share one:
    https://learn.microsoft.com/azure/azure-resource-manager/management/azure-subscription-service-limits.
    A subnet whose table keeps BGP routes follows them where they are longer (RT-08):
    https://learn.microsoft.com/azure/virtual-network/virtual-networks-udr-overview.
    """

    route_table_ids: Mapping[str, Output[str]]
    """The id of each table by its key."""

    def __init__(
        self, name: str, args: RouteTablesArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:network:RouteTables", name, {}, opts)
        self.route_table_ids = {
            table.key: network.RouteTable(
                f"{name}/{table.key}",
                route_table_name=table.name,
                resource_group_name=args.resource_group_name,
                location=args.location,
                disable_bgp_route_propagation=table.disable_bgp_route_propagation,
                routes=[
                    *(_route(route, str(route.address_prefix)) for route in table.routes),
                    *(_route(route, route.service_tag) for route in table.tag_routes),
                ],
                tags=args.tags,
                opts=ResourceOptions(parent=self),
            ).id
            for table in args.route_tables
        }
        self.register_outputs({"route_table_ids": self.route_table_ids})


def _route(route: Route | TagRoute, prefix: str) -> network.RouteArgs:
    address = route.next_hop_ip_address
    return network.RouteArgs(
        name=route.name,
        address_prefix=prefix,
        next_hop_type=route.next_hop_type,
        next_hop_ip_address=None if address is None else str(address),
    )
