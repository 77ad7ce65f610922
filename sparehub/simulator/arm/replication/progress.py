"""How far a read advances the clock at ``instant``, where nothing is waited for.

A client that polls what is still under way would poll for ever if time stood still. So the read
of an item or of a runbook's job, or of a list of them, advances the clock to the next instant at
which one changes.
"""

from collections.abc import Callable, Mapping
from types import MappingProxyType

from sparehub.simulator.arm.replication.views import ELSEWHERE
from sparehub.simulator.arm.storage.resource_id import Collection, ResourceId, Target
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.automation import job as automation_jobs
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM, next_instant_of


def _job_ends(transaction: Transaction, job: Resource, now: float) -> float | None:
    """Return the instant at which a runbook's job ends, if it is ahead."""
    del transaction
    ends = job.private["ends"]
    return ends if ends is not None and ends > now else None


_CHANGES: Mapping[str, Callable[[Transaction, Resource, float], float | None]] = MappingProxyType(
    {ITEM.lower(): next_instant_of, automation_jobs.JOB.lower(): _job_ends}
)
"""By type in lower case: the next instant at which a resource changes by itself."""


def next_instant(transaction: Transaction, target: Target, now: float) -> float | None:
    """Return the instant to which a read advances the clock; None where nothing is under way."""
    if not isinstance(target, ResourceId | Collection):
        return None
    name = target.type.lower()
    name = ELSEWHERE.get(name, name).lower()
    change = _CHANGES.get(name)
    if change is None:
        return None
    if isinstance(target, ResourceId):
        one = transaction.get(target.key)
        found = [one] if one else []
    else:
        found = transaction.of_type(name, under=f"{target.scope}/")
    instants = [at for resource in found if (at := change(transaction, resource, now))]
    return min(instants, default=None)
