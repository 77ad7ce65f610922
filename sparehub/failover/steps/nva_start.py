"""Starts the NVA of the region that takes over; machines that run are not touched."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.failover.queries.next_hop import NextHopStatus, read_next_hop
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.topology.azure.durations import MACHINE_START
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.plan import Mode

_POLL = 5.0
"""Seconds of Azure's clock between two polls of machines that start."""


class NvaError(SparehubError):
    """The NVA could not be started, or does not forward."""


def start_nva(context: StepContext) -> dict[str, Any]:
    """Start every machine of it that is off, and verify that it forwards.

    One machine that runs is enough; a warning names the others. A guest answers its load balancer
    probe some time after its machine runs.

    Returns:
        What the journal records: the ids of the machines that were started.

    Raises:
        NvaError: where it does not forward in the end; in a planned operation also where that
            cannot be read.
    """
    ids = context.session.stacks.snapshot(context.plan.target).ids
    hub = ids.get(REGION.hub.network, ResourceId())
    next_hop = read_next_hop(context.session.azure, context.target.nva, hub)
    refused: dict[ResourceId, str] = {}
    for machine in next_hop.stopped:
        # https://learn.microsoft.com/rest/api/compute/virtual-machines/start
        answer = context.session.azure.act(f"{machine}/start")
        if not answer.accepted:
            refused[machine] = answer.problem
    started = [machine for machine in next_hop.stopped if machine not in refused]
    waited = 0.0
    while started and waited < MACHINE_START.worst:
        next_hop = read_next_hop(context.session.azure, context.target.nva, hub)
        if not next_hop.dead and set(started) <= set(next_hop.running):
            break
        context.session.azure.wait(_POLL)
        waited += _POLL
    _refuse_not_forwarding(context, next_hop, refused)
    return {"started": [str(machine) for machine in started]}


def _refuse_not_forwarding(
    context: StepContext, next_hop: NextHopStatus, refused: Mapping[ResourceId, str]
) -> None:
    """Refuse a next hop that does not forward; warn of machines that do not run.

    A next hop that cannot be read refuses a planned operation only.
    """
    off = [*_off(next_hop, refused)]
    planned = context.plan.mode is Mode.PLANNED
    none_runs = off and not next_hop.running and not next_hop.unread
    if next_hop.dead or none_runs or (planned and next_hop.unread):
        reasons = "; ".join([*next_hop.dead, *off, *next_hop.unread])
        raise NvaError(f"the NVA of {context.plan.target} does not forward: {reasons}")
    unread = [f"its next hop cannot be read: {problem}" for problem in next_hop.unread]
    for problem in [*off, *unread]:
        context.note(f"warning: the NVA of {context.plan.target}: {problem}")


def _off(next_hop: NextHopStatus, refused: Mapping[ResourceId, str]) -> Iterator[str]:
    """Yield which machines do not run, and why."""
    for machine in next_hop.stopped:
        name, problem = machine.name, refused.get(machine)
        yield f"{name} cannot be started: {problem}" if problem else f"{name} does not run"
