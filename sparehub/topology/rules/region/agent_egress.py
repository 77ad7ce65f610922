"""How the agents of replicated machines leave one region, and NAT gateways."""

from collections.abc import Iterator

from sparehub.topology.config.enums import AgentEgress, NvaStandby
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.recovery.agent_egress import agent_egress
from sparehub.topology.model.resources import Subnet
from sparehub.topology.rules.region.inspection import goes_through_the_nva
from sparehub.topology.rules.region.networks import networks_of
from sparehub.topology.rules.rule import RuleFault, rule

_TABLE = "spokes"


@rule(
    "SR-68",
    why="A route to the internet is not enough for a subnet without default outbound access.",
)
def subnets_with_the_agents_routes_have_a_nat_gateway(stack: Stack) -> Iterator[RuleFault]:
    """All that share the spokes' table: its routes for agents bypass the NVA for each of them."""
    if agent_egress(stack.config.region) is AgentEgress.NAT_GATEWAY:
        for path, subnet in _subnets(stack):
            if subnet.route_table == _TABLE and subnet.nat_gateway_id is None:
                message = (
                    "missing: with agentEgress natGateway the subnet's table leads sign-in, Event "
                    "Hubs and Site Recovery to it; name a NAT gateway, or write routeTable: none"
                )
                yield RuleFault(f"{path}.natGatewayId", message)


@rule(
    "SR-68",
    severity="warning",
    why="Agents sign in through the NVA, and without it no machine of the region is re-protected.",
)
def the_nva_of_replicated_machines_runs(stack: Stack) -> Iterator[RuleFault]:
    """Also on standby: machines may be there before the network, such as those of a test."""
    region = stack.config.region
    through_nva = agent_egress(region) is AgentEgress.NVA
    if through_nva and region.hub.nva.standby is NvaStandby.START_AT_FAILOVER:
        message = (
            "agents that run here have no way out until a failover of the network has started the "
            "NVA, so machines that are failed over without it cannot be re-protected: write "
            "running, or agentEgress: natGateway"
        )
        yield RuleFault("region.hub.nva.standby", message)


@rule(
    "VN-28",
    severity="warning",
    why="A user's default route to an appliance wins over a NAT gateway.",
)
def a_nat_gateway_carries_something(stack: Stack) -> Iterator[RuleFault]:
    """Where the default route of its subnet leads to the NVA, the agents' routes lead to it."""
    if agent_egress(stack.config.region) is AgentEgress.NAT_GATEWAY:
        return
    for path, subnet in _subnets(stack):
        if subnet.nat_gateway_id and goes_through_the_nva(stack.region, subnet):
            message = (
                "carries nothing: the default route of this subnet leads to the NVA; remove it, or "
                "write agentEgress: natGateway where machines are replicated"
            )
            yield RuleFault(f"{path}.natGatewayId", message)


@rule("VN-29", why="A NAT gateway cannot be attached to subnets of different networks.")
def a_nat_gateway_serves_one_network(stack: Stack) -> Iterator[RuleFault]:
    """By its id; Azure ignores case."""
    first: dict[str, str] = {}
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            if subnet.nat_gateway_id:
                key = ResourceId.parse(subnet.nat_gateway_id).key
                other = first.setdefault(key, path)
                if other != path:
                    message = f"is also that of {other}: name one for each network"
                    yield RuleFault(f"{path}.subnets.{subnet.name}.natGatewayId", message)


def _subnets(stack: Stack) -> Iterator[tuple[str, Subnet]]:
    """Yield every subnet with its path."""
    for path, network in networks_of(stack):
        for subnet in network.subnets:
            yield f"{path}.subnets.{subnet.name}", subnet


AGENT_EGRESS = (
    subnets_with_the_agents_routes_have_a_nat_gateway,
    the_nva_of_replicated_machines_runs,
    a_nat_gateway_carries_something,
    a_nat_gateway_serves_one_network,
)
