"""Names, before a route table is written, the routes in it that somebody else wrote."""

from pulumi_azure_native import network

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.resources import Region, RouteTable
from sparehub.topology.rules.stack_outputs import recorded_stack
from sparehub.topology.state.foreign_routes import DeployedRoute, foreign_routes, tables_to_write
from sparehub.topology.state.region import read_state
from sparehub.topology.state.resources import ArmResource, Resources

from . import messages


def warn_of_foreign_routes(region: Region, recorded: Resources) -> None:
    """Ask Azure for each table that this deployment changes, and warn of what would go with it.

    Nothing is asked where no table changes, as in a failover. A table that cannot be read is
    warned of, too: without it nobody knows. A route goes silently else: Pulumi compares with what
    it recorded, and not with what stands.
    """
    before = _configured_before(recorded)
    for write in tables_to_write(region, read_state(recorded)):
        table = write.recorded
        try:
            standing = _standing(write.resource)
        except Exception as error:  # noqa: BLE001 - whatever Azure or the provider says
            messages.warn(
                f"the route table {table.name} could not be read before it is written, so nobody "
                f"knows whether routes of somebody else go with that: {error}"
            )
            continue
        ours = [each for each in (before.get(table.key, table), write.wanted) if each]
        if foreign := foreign_routes(standing, *ours):
            messages.warn(write.loss(foreign))


def _standing(table: ArmResource) -> list[DeployedRoute]:
    found = network.get_route_table(resource_group_name=table.group, route_table_name=table.name)
    return [
        DeployedRoute(
            name=route.name or "",
            address_prefix=route.address_prefix or "",
            next_hop_type=route.next_hop_type,
            next_hop_ip_address=route.next_hop_ip_address or "",
        )
        for route in found.routes or ()
    ]


def _configured_before(recorded: Resources) -> dict[str, RouteTable]:
    """Return the tables that the last deployment wrote, by key.

    From its configuration, since `pulumi refresh` records what somebody else wrote as well;
    nothing where an older program wrote it.
    """
    try:
        stack = recorded_stack("", recorded, paired_stack="")
    except ConfigurationError:
        return {}
    return {table.key: table for table in stack.region.route_tables} if stack else {}
