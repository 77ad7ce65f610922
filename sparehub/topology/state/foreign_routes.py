"""Routes that somebody else wrote into the route tables of a region.

Azure takes a table with all its routes in one write, and what the write leaves out is gone
(https://github.com/ansible-collections/azure/issues/1142). Controllers write routes of their own
into the table of their subnet: AKS with kubenet
(https://learn.microsoft.com/azure/aks/configure-kubenet), SQL Managed Instance
(https://learn.microsoft.com/azure/azure-sql/managed-instance/connectivity-architecture-overview).
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Literal

from sparehub.topology.model.logical_names import ROLES
from sparehub.topology.model.resources import Region, Route, RouteTable, TagRoute
from sparehub.topology.state.region import Reading
from sparehub.topology.state.resources import ArmResource


@dataclass(frozen=True, kw_only=True)
class DeployedRoute:
    """A route as Azure words it; its prefix may be a service tag (RT-16)."""

    name: str
    address_prefix: str
    next_hop_type: str
    next_hop_ip_address: str = ""

    @classmethod
    def of(cls, route: Route | TagRoute) -> "DeployedRoute":
        """Return what Azure holds of a route of the model."""
        return cls(
            name=route.name,
            address_prefix=(
                route.service_tag if isinstance(route, TagRoute) else str(route.address_prefix)
            ),
            next_hop_type=route.next_hop_type.value,
            next_hop_ip_address=str(route.next_hop_ip_address or ""),
        )

    def __str__(self) -> str:
        hop = f"{self.next_hop_type} {self.next_hop_ip_address}".rstrip()
        return f"{self.name} ({self.address_prefix} to {hop})"


def foreign_routes(
    standing: Iterable[DeployedRoute], *ours: RouteTable
) -> tuple[DeployedRoute, ...]:
    """Return the routes that stand and are in none of the tables that we wrote, or are to write.

    One of ours that somebody led elsewhere is among them: the next write leads it back.
    """
    known = {route for table in ours for route in _routes(table)}
    return tuple(route for route in standing if route not in known)


@dataclass(frozen=True, kw_only=True)
class TableWrite:
    """What a deployment is about to do with a table that stands."""

    resource: ArmResource
    recorded: RouteTable
    wanted: RouteTable | None
    does: Literal["writes", "replaces", "deletes"]

    def loss(self, foreign: Iterable[DeployedRoute]) -> str:
        """Return what is to be said of routes that go with it."""
        routes = "".join(f"\n  {route}" for route in foreign)
        key = self.recorded.key
        return (
            f"this deployment {self.does} the route table {self.recorded.name}, and with that go "
            f"routes that this stack did not write:{routes}\n"
            "Who wrote them, such as AKS with kubenet or SQL Managed Instance, may need them: give "
            "their subnet a table of its own (`routeTable: none` here), or say them in "
            f"region.routes.{key}, each under its name by region.routeTables.{key}.routeNames"
        )


def tables_to_write(region: Region, stood: Reading) -> Iterator[TableWrite]:
    """Yield what a deployment does with each table that stands.

    One that is as it was recorded, order apart, is not written: what others put into it stays.
    """
    goal = {table.key: table for table in region.route_tables}
    tags = {key: str(value) for key, value in region.tags.items()}
    for table in stood.region.route_tables:
        resource = stood.roles.by_role[ROLES.route_table(table.key)]
        wanted = goal.get(table.key)
        if wanted is None:
            yield TableWrite(resource=resource, recorded=table, wanted=None, does="deletes")
        elif wanted.name != table.name or resource.group.lower() != region.resource_group.lower():
            yield TableWrite(resource=resource, recorded=table, wanted=wanted, does="replaces")
        elif (resource.properties.get("tags") or {}) != tags or _content(wanted) != _content(table):
            yield TableWrite(resource=resource, recorded=table, wanted=wanted, does="writes")


def _content(table: RouteTable) -> object:
    return table.disable_bgp_route_propagation, frozenset(_routes(table))


def _routes(table: RouteTable) -> Iterator[DeployedRoute]:
    yield from (DeployedRoute.of(route) for route in table.routes)
    yield from (DeployedRoute.of(route) for route in table.tag_routes)
