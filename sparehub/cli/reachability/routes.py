"""``sparehub routes``: the effective routes of a subnet, in the form of Azure's."""

from pathlib import Path
from typing import Any

from sparehub.output import Output
from sparehub.stacks.stack_files import STACKS, read_stack, stack_file
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes.advertisements import (
    OnPremisesRoute,
    on_premises_routes,
)
from sparehub.topology.reachability.effective_routes.effective_route import EffectiveRoute
from sparehub.topology.reachability.effective_routes.forwarding import ON_PREMISES
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes, find_subnet
from sparehub.topology.reachability.states.states import configured_side

# The columns of `az network nic show-effective-route-table --output table`.
_COLUMNS = ("Source", "State", "Address Prefix", "Next Hop Type", "Next Hop IP", "Overridden by")


def routes(
    directory: Path,
    name: str,
    subnet: str,
    form: tuple[Activation | None, Depth | None],
    output: Output,
) -> None:
    """Print the effective routes of a subnet, as configured or at another activation or depth."""
    stack = read_stack(directory, name)
    activation, depth = form
    region = configured_side(stack).form(activation or stack.config.activation, depth)
    if subnet == ON_PREMISES:
        learned = on_premises_routes({name: region, **_others(directory, name)})
        documents = [_learned(route) for route in learned]
    else:
        network, network_subnet = find_subnet(region, subnet)
        documents = [_document(route) for route in RegionRoutes(region).of(network, network_subnet)]
    if output.as_json:
        output.document({"stack": name, "subnet": subnet, "routes": documents})
    else:
        output.table(_COLUMNS, [_row(document) for document in documents])


def _others(directory: Path, name: str) -> dict[str, Region]:
    """Return the other region as configured, where its file exists."""
    others = (other for other in STACKS if other != name and stack_file(directory, other).exists())
    return {other: read_stack(directory, other).region for other in others}


def _learned(route: OnPremisesRoute) -> dict[str, Any]:
    return {
        "source": "VirtualNetworkGateway",
        "state": "Active" if route.used else "Invalid",
        "addressPrefix": [str(route.address_prefix)],
        "nextHopType": "ExpressRoute",
        "nextHopIpAddress": [],
        "stack": route.stack,
        "connections": list(route.connections),
    }


def _document(route: EffectiveRoute) -> dict[str, Any]:
    """Return a route in the shape of Azure's own ``effectiveRouteTable``."""
    document: dict[str, Any] = {
        "source": route.source.value,
        "state": route.state,
        "addressPrefix": [route.tag or str(route.address_prefix)],
        "nextHopType": route.hop_type.value,
        "nextHopIpAddress": [str(route.next_hop)] if route.next_hop else [],
    }
    if route.name:
        document["name"] = route.name
    if route.connections:
        document["connections"] = list(route.connections)
    if route.overridden_by:
        document["overriddenBy"] = str(route.overridden_by)
    return document


def _row(document: dict[str, Any]) -> tuple[str, ...]:
    hops = document["nextHopIpAddress"] or document.get("connections", [])
    return (
        document["source"],
        document["state"],
        ", ".join(document["addressPrefix"]),
        document["nextHopType"],
        ", ".join(hops),
        document.get("overriddenBy", ""),
    )
