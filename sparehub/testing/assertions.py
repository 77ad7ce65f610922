"""Assertions about a resource graph, in the words of networking."""

from fnmatch import fnmatchcase

from sparehub.testing.graph import Graph, Resource, changes

_TABLE = "azure-native:network:RouteTable"
_ROUTE = "azure-native:network:Route"
_APPLIANCE = "VirtualAppliance"


def assert_route(graph: Graph, table: str, prefix: str, next_hop: str) -> None:
    """Fail unless a route table sends a prefix to a next hop.

    Args:
        graph: The graph of ``preview``.
        table: Name of the route table, in Azure or in Pulumi.
        prefix: Destination of the route, such as ``0.0.0.0/0``.
        next_hop: Address of a virtual appliance, or a type of next hop such as ``None``,
            ``Internet``, ``VnetLocal`` or ``VirtualNetworkGateway``.
    """
    tables = [
        resource
        for resource in graph.of_type(_TABLE).values()
        if table in (resource.name, resource.inputs.get("routeTableName"))
    ]
    if not tables:
        names = ", ".join(graph.of_type(_TABLE)) or "none"
        raise AssertionError(f"there is no route table {table!r}; there are: {names}")
    routes = {
        str(route.get("addressPrefix")): _next_hop(route)
        for resource in tables
        for route in (*resource.inputs.get("routes", ()), *_own_routes(graph, resource))
    }
    if routes.get(prefix) != next_hop:
        actual = routes.get(prefix, "nothing")
        raise AssertionError(
            f"{table} sends {prefix} to {actual}, not to {next_hop}; its routes: {routes}"
        )


def _own_routes(graph: Graph, table: Resource) -> list[dict[str, object]]:
    """Return the routes that are resources of their own."""
    name = table.outputs.get("name")
    return [
        dict(route.inputs)
        for route in graph.of_type(_ROUTE).values()
        if route.inputs.get("routeTableName") == name
    ]


def _next_hop(route: dict[str, object]) -> str:
    kind = str(route.get("nextHopType"))
    return str(route.get("nextHopIpAddress")) if kind == _APPLIANCE else kind


def assert_depends_on(graph: Graph, name: str, *others: str) -> None:
    """Fail unless a resource is created after others, over any number of edges."""
    if name not in graph:
        raise AssertionError(f"there is no resource {name!r}; there are: {', '.join(graph)}")
    if missing := sorted(set(others) - graph.before(name)):
        direct = ", ".join(graph[name].depends_on) or "nothing"
        raise AssertionError(
            f"{name} does not wait for {', '.join(missing)}; it depends directly on {direct}"
        )


def assert_no_write_but(before: Graph, after: Graph, *patterns: str) -> None:
    """Fail if a deployment writes any resource whose logical name matches no pattern.

    Args:
        before: The graph that is deployed.
        after: The graph that would be deployed.
        patterns: Logical names, with ``*`` for any characters.
    """
    written = changes(before, after)
    others = {
        kind: sorted(
            name
            for name in getattr(written, kind)
            if not any(fnmatchcase(name, pattern) for pattern in patterns)
        )
        for kind in ("created", "updated", "deleted")
    }
    if any(others.values()):
        listed = "; ".join(f"{kind}: {', '.join(names)}" for kind, names in others.items() if names)
        raise AssertionError(f"the deployment would write more than {patterns}: {listed}")
