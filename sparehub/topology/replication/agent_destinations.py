"""What the agents of a pair's machines need to reach, in both regions (SR-68)."""

from collections.abc import Mapping

from sparehub.topology.azure.agent_services import AgentService, agent_services
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import replicates

_A_PAIR = 2


def agent_destinations(pair: Mapping[str, Stack]) -> Mapping[str, tuple[AgentService, ...]]:
    """Return what agents reach from each region, by stack; empty where nothing is replicated.

    In both regions: machines that have been failed over replicate back. With ``agentEgress: nva``
    the NVA has to let it out, except for what takes a service endpoint.

    Args:
        pair: both stacks by name.

    """
    if len(pair) != _A_PAIR or not replicates(pair):
        return {}
    first, second = pair.values()
    recoveries = (stack.config.region.site_recovery for stack in pair.values())
    updates = any(each.agent_updates for each in recoveries if each)
    return {
        here.name: tuple(
            agent_services(here.region.location, there.region.location, updates=updates)
        )
        for here, there in ((first, second), (second, first))
    }
