"""What a journal says of operations, open items and drills, as checked data."""

import math
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import AfterValidator, ConfigDict
from pydantic.dataclasses import dataclass

from sparehub.failover.journal.acceptances import Accepted
from sparehub.failover.journal.measured import seconds_between
from sparehub.failover.journal.open_items import Fence
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.planning.plan import BandwidthIncrease, Mode, PlanKind


class EntryStatus(StrEnum):
    """The status of an operation; the value is the word on the page."""

    UNDER_WAY = "under way"  # at work now, or its process died
    HALTED = "halted"
    WITHDRAWN = "withdrawn"
    ABANDONED = "abandoned"
    FINISHED = "finished"
    COMMITTED = "committed"


def _moment(text: str) -> str:
    if datetime.fromisoformat(text).utcoffset() != timedelta():
        message = f"{text!r} is not a moment in UTC"
        raise ValueError(message)
    return text


Moment = Annotated[str, AfterValidator(_moment)]
"""When something was, as the journal says it."""
Known = Moment | Literal[""]
"""A moment; empty where there was none or it is unknown."""
CHECKED = ConfigDict(revalidate_instances="always")
"""A journal may be intact and of another version: a value of another type is a ValueError."""


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class StepRun:
    """One step as it was carried out; of several attempts, the times are those of the last."""

    step: str
    begun: Moment
    ended: Known = ""
    """When its outcome was known; empty where it is not."""
    attempts: int = 1
    problem: str = ""
    """Why it halted last, also where it was done afterwards."""
    refused: str = ""
    """Why a bandwidth was not raised, which ended the step all the same."""
    answers: bool | None = None
    """Whether the region that was asked answered."""

    @property
    def seconds(self) -> int | None:
        """Whole seconds of the last attempt, rounded up; None where it has no outcome."""
        return elapsed(self.begun, self.ended)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class OpenItemRecord:
    """A region that was left without being disconnected."""

    stack: str
    unfenced: bool
    prefixes: tuple[str, ...]
    reason: str
    fences: tuple[Fence, ...]
    since: Moment
    machines: tuple[str, ...] = ()
    """The ids of the source machines that may still run."""
    closed: Known = ""
    """When ``finish-fence`` had disconnected it; empty where it did not."""
    superseded: Known = ""
    """When it was found that a later switch ended it; empty where none did."""

    @property
    def is_open(self) -> bool:
        """Whether the region is still to be disconnected, or its machines to be stopped."""
        return not self.closed and not self.superseded

    @property
    def machine_names(self) -> str:
        """The names of the source machines, for a person."""
        return ", ".join(ResourceId.of(machine).name for machine in self.machines)

    @property
    def is_connected(self) -> bool:
        """Whether the region has still to be disconnected; else only its machines may run."""
        return self.unfenced or bool(self.fences or self.prefixes)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class OperationRecord:
    """One failover or failback, from its first record on."""

    id: str
    kind: PlanKind
    mode: Mode
    source: str
    target: str
    configuration: str
    """The hash of the stack files with which it began (see ``Plan.id``)."""
    raises: tuple[BandwidthIncrease, ...]
    """The bandwidths that its plan raises."""
    begun: Moment
    ended: Known
    status: EntryStatus
    committed: Known
    problem: str
    """Why it halted or was withdrawn; empty where neither is how it stands."""
    accepted: Accepted
    """Of the region that was left."""
    unproven: str
    """Of ``--accept-unproven``."""
    steps: tuple[StepRun, ...]
    fences: tuple[Fence, ...]
    """External fences that were begun, with any outcome."""
    open_items: tuple[OpenItemRecord, ...]
    keys: int
    """Authorization keys that it used up."""
    issued: tuple[str, ...] = ()
    """Authorizations that it issued, or was about to, on circuits that somebody else owns."""
    declared: Known = ""
    """When the disaster was declared; empty where nobody said it."""
    deleted: tuple[str, ...] = ()
    """Those of earlier operations that it deleted, or found gone."""

    @property
    def seconds(self) -> int | None:
        """Whole seconds from its beginning to its end, rounded up; None where it has none."""
        return elapsed(self.begun, self.ended)

    @property
    def done(self) -> tuple[str, ...]:
        """Ids of the steps whose outcome is known and good."""
        return tuple(run.step for run in self.steps if run.ended)


@dataclass(frozen=True, kw_only=True, config=CHECKED)
class DrillRun:
    """One drill, from the first deployment of its test networks to their removal."""

    begun: Moment
    started: Known = ""
    """When the networks were proven to be isolated."""
    ended: Known = ""
    networks: tuple[str, ...] = ()
    result: str = ""
    escapes: tuple[str, ...] = ()
    """What could have left the networks when they were removed."""
    removed: int = 0


def elapsed(begun: str, ended: str) -> int | None:
    """Return the whole seconds between two moments of the journal, rounded up."""
    if not ended:
        return None
    return math.ceil(seconds_between(begun, ended))
