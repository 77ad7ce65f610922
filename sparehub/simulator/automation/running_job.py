"""A job that a worker runs, what its sandbox can ask, and how it ends."""

from dataclasses import dataclass, field
from typing import Protocol

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.resource_id import ResourceId

COMPLETED, FAILED, STOPPED = "Completed", "Failed", "Stopped"


@dataclass(frozen=True, kw_only=True)
class RunningJob:
    """A job that runs."""

    id: ResourceId
    language: str
    """``Python`` or ``PowerShell``; empty for a runbook that the simulator cannot run."""
    text: str
    parameters: JsonObject
    """As they were sent: each value is JSON text."""
    secret: str
    """Of its identity endpoint."""
    has_az: bool = True
    """Whether its runtime environment has the PowerShell module Az."""
    endpoint: str
    """The address of the local Azure, such as ``http://127.0.0.1:8080``."""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """How a job ends."""

    status: str
    exception: str | None = None
    records: list[tuple[str, str]] = field(default_factory=list)
    """What it wrote: the stream, such as ``Output``, and the text of each record."""


class Control(Protocol):
    """Says whether a job has to end, and how time passes for it."""

    def ended(self) -> Outcome | None:
        """Return how the job ends, if it was stopped or its time is over; else None."""

    def sleep(self, seconds: float) -> None:
        """Wait for some simulated seconds, or until the job has to end."""


class EndedError(Exception):
    """A sandbox was asked to end its job."""

    def __init__(self, outcome: Outcome) -> None:
        super().__init__(outcome.status)
        self.outcome = outcome
