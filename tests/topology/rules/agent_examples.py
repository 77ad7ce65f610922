"""Examples of the rules on the way out of agents, and of NAT gateways."""

from typing import Any

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.pair import replication as of_pair
from sparehub.topology.rules.pair.subject import Pair
from sparehub.topology.rules.region import agent_egress
from sparehub.topology.rules.rule import Rule
from tests.configurations import OURS
from tests.topology.rules.replication_examples import both, replicates, same
from tests.topology.rules.rule_inputs import Change, Example, hub, primary
from tests.topology.rules.rule_inputs import both as changes

GATEWAY = OURS + "/resourceGroups/rg/providers/Microsoft.Network/natGateways/{}"
SUBNET = "region.spokes.{}.subnets.app.natGatewayId"


def out_by_nat(half: dict[str, Any]) -> None:
    """Let agents out by NAT gateways, in one half of Site Recovery."""
    half["agentEgress"] = "natGateway"


def nat_gateways(**names: str) -> Change:
    """Give the subnet of each spoke a NAT gateway."""

    def change(region: dict[str, Any]) -> None:
        for spoke, name in names.items():
            region["spokes"][spoke]["subnets"]["app"]["natGatewayId"] = GATEWAY.format(name)

    return change


def own_table(region: dict[str, Any]) -> None:
    for spoke in region["spokes"].values():
        spoke["subnets"]["app"]["routeTable"] = "none"


def starts_late(region: dict[str, Any]) -> None:
    machine = OURS + "/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/nva"
    hub(region)["nva"].update(standby="startAtFailover", id=machine)


BY_NAT = replicates(out_by_nat)
ONE: tuple[tuple[Rule[Stack], Example], ...] = (
    (
        agent_egress.subnets_with_the_agents_routes_have_a_nat_gateway,
        Example(
            primary(changes(BY_NAT, nat_gateways(spoke1="one"))),
            SUBNET.format("spoke2"),
            "missing: with agentEgress natGateway the subnet's table leads sign-in",
            primary(changes(BY_NAT, nat_gateways(spoke1="one", spoke2="two"))),
        ),
    ),
    (
        agent_egress.the_nva_of_replicated_machines_runs,
        Example(
            primary(changes(replicates(same), starts_late)),
            "region.hub.nva.standby",
            "agents that run here have no way out until a failover of the network",
            primary(changes(BY_NAT, starts_late)),
        ),
    ),
    (
        agent_egress.the_nva_of_replicated_machines_runs,
        Example(
            primary(changes(replicates(same), starts_late)),
            "region.hub.nva.standby",
            "cannot be re-protected: write running",
            primary(starts_late),
        ),
    ),
    (
        agent_egress.a_nat_gateway_carries_something,
        Example(
            primary(nat_gateways(spoke1="one")),
            SUBNET.format("spoke1"),
            "carries nothing: the default route of this subnet leads to the NVA",
            primary(changes(nat_gateways(spoke1="one"), own_table)),
        ),
    ),
    (
        agent_egress.a_nat_gateway_serves_one_network,
        Example(
            primary(nat_gateways(spoke1="one", spoke2="ONE")),
            SUBNET.format("spoke2"),
            "is also that of region.spokes.spoke1: name one for each network",
            primary(nat_gateways(spoke1="one", spoke2="two")),
        ),
    ),
)
TWO: tuple[tuple[Rule[Pair], Example], ...] = (
    (
        of_pair.agents_leave_both_regions_by_one_kind,
        Example(
            both(same, out_by_nat),
            "region.siteRecovery.agentEgress",
            "natGateway, and region.replicate.agentEgress of primary is nva: write the same",
            both(out_by_nat, out_by_nat),
        ),
    ),
)
EXAMPLES: tuple[tuple[Rule[Any], Example], ...] = (*ONE, *TWO)
