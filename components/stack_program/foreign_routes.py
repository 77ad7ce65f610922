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
    """Read from Azure each table that this deployment changes; warn of routes it would remove.

    Nothing is read if no table changes, as in a failover. A table that cannot be read is warned
    of, too. Without this a route is removed silently, because Pulumi compares with its state and
    not with Azure.
    """
    before = _configured_before(recorded)
    for write in tables_to_write(region, read_state(recorded)):
        table = write.recorded
        try:
            deployed = _deployed_routes(write.resource)
        except Exception as error:  # noqa: BLE001 - any error of Azure or of the provider
            messages.warn(
                f"the route table {table.name} could not be read before it is written, so it is "
                f"unknown whether that removes routes of somebody else: {error}"
            )
            continue
        own = [state for state in (before.get(table.key, table), write.wanted) if state]
        if foreign := foreign_routes(deployed, *own):
            messages.warn(write.loss(foreign))


def _deployed_routes(table: ArmResource) -> list[DeployedRoute]:
    answer = network.get_route_table(resource_group_name=table.group, route_table_name=table.name)
    return [
        DeployedRoute(
            name=route.name or "",
            address_prefix=route.address_prefix or "",
            next_hop_type=route.next_hop_type,
            next_hop_ip_address=route.next_hop_ip_address or "",
        )
        for route in answer.routes or ()
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
