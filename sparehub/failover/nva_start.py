"""Starts the NVA of the region that takes over; what runs already is left alone."""

from typing import Any

from sparehub.failover.job import Job
from sparehub.failover.next_hop import Look, look_at
from topology.durations import MACHINE_START
from topology.errors import SparehubError

_POLL = 5.0
"""Seconds of Azure's clock between two looks at machines that start."""


class NvaError(SparehubError):
    """The NVA could not be started, or does not forward."""


def start_nva(job: Job) -> dict[str, Any]:
    """Start every machine of it that is off, and see that it forwards; return which were.

    :raises NvaError: where Azure refuses, or it does not forward when its machines should run.
    """
    stack = job.plan.target
    hub = job.stacks.snapshot(stack).ids.get("region/hub/network", "")
    look = look_at(job.azure, job.target.nva, hub)
    started = look.stopped
    for machine in started:
        # https://learn.microsoft.com/rest/api/compute/virtual-machines/start
        answer = job.azure.act(f"{machine}/start")
        if not answer.accepted:
            name = machine.rpartition("/")[2]
            raise NvaError(f"{name} of the NVA of {stack} cannot be started: {answer.problem}")
    waited = 0.0
    while started and waited < MACHINE_START.worst:
        look = look_at(job.azure, job.target.nva, hub)
        if not look.stopped:
            break
        job.azure.wait(_POLL)
        waited += _POLL
    _hold(stack, look)
    return {"started": started}


def _hold(stack: str, look: Look) -> None:
    """Refuse a next hop that does not forward, or of which that cannot be read."""
    off = [f"{each.rpartition('/')[2]} does not run" for each in look.stopped]
    if wrong := [*look.dead, *off, *look.unread]:
        raise NvaError(f"the NVA of {stack} does not forward: {'; '.join(wrong)}")
