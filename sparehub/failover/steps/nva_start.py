"""Starts the NVA of the region that takes over; what runs already is left alone."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.failover.queries.next_hop import NextHopStatus, read_next_hop
from sparehub.failover.steps.context import StepContext
from sparehub.topology.azure.durations import MACHINE_START
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.plan import Mode

_POLL = 5.0
"""Seconds of Azure's clock between two looks at machines that start."""


class NvaError(SparehubError):
    """The NVA could not be started, or does not forward."""


def start_nva(job: StepContext) -> dict[str, Any]:
    """Start every machine of it that is off, and see that it forwards; return which were started.

    Each is tried, whatever becomes of the others: one that runs is enough, and the rest is said.
    A guest answers its probe some time after its machine runs.

    Raises:
        NvaError: where it does not forward in the end; in a planned operation also where that
            cannot be read.
    """
    hub = job.stacks.snapshot(job.plan.target).ids.get(REGION.hub.network, "")
    look = read_next_hop(job.azure, job.target.nva, hub)
    refused: dict[str, str] = {}
    for machine in look.stopped:
        # https://learn.microsoft.com/rest/api/compute/virtual-machines/start
        answer = job.azure.act(f"{machine}/start")
        if not answer.accepted:
            refused[machine] = answer.problem
    started = [each for each in look.stopped if each not in refused]
    waited = 0.0
    while started and waited < MACHINE_START.worst:
        look = read_next_hop(job.azure, job.target.nva, hub)
        if not look.dead and set(started) <= set(look.running):
            break
        job.azure.wait(_POLL)
        waited += _POLL
    _hold(job, look, refused)
    return {"started": started}


def _hold(job: StepContext, look: NextHopStatus, refused: Mapping[str, str]) -> None:
    """Refuse a next hop that does not forward; say what of it does not run.

    What cannot be read refuses a planned operation alone.
    """
    off = [*_off(look, refused)]
    planned = job.plan.mode is Mode.PLANNED
    none_runs = off and not look.running and not look.unread
    if look.dead or none_runs or (planned and look.unread):
        said = "; ".join([*look.dead, *off, *look.unread])
        raise NvaError(f"the NVA of {job.plan.target} does not forward: {said}")
    unread = [f"what is behind it cannot be read: {each}" for each in look.unread]
    for each in [*off, *unread]:
        job.progress.note(f"warning: the NVA of {job.plan.target}: {each}")


def _off(look: NextHopStatus, refused: Mapping[str, str]) -> Iterator[str]:
    """Yield which machines do not run, and why."""
    for machine in look.stopped:
        name = machine.rpartition("/")[2]
        problem = refused.get(machine)
        yield f"{name} cannot be started: {problem}" if problem else f"{name} does not run"
