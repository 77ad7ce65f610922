"""A job of a vault: what an operation does, and how it ended (SR-29, SR-63).

https://learn.microsoft.com/rest/api/site-recovery/replication-jobs/get
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Any, Self

_WAITS = "Suspended"
_GOES_ON = ("NotStarted", "InProgress", _WAITS)
_SUCCEEDED = "Succeeded"


@dataclass(frozen=True, kw_only=True)
class Job:
    """A job as the vault shows it."""

    id: str
    """A GUID, the same as that of the operation."""
    scenario: str
    target: str
    state: str
    description: str
    errors: tuple[str, ...]
    tasks: tuple[tuple[str, str], ...]
    """Title and state of each task, a group's machines not included."""
    started: str
    ended: str
    details: Mapping[str, Any]

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what the vault answers."""
        properties = document.get("properties") or {}
        return cls(
            id=str(document.get("name") or ""),
            scenario=str(properties.get("scenarioName") or ""),
            target=str(properties.get("targetObjectName") or ""),
            state=str(properties.get("state") or ""),
            description=str(properties.get("stateDescription") or ""),
            errors=tuple(_errors(properties)),
            tasks=tuple(
                (_title(task), str(task.get("state") or ""))
                for task in properties.get("tasks") or ()
            ),
            started=str(properties.get("startTime") or ""),
            ended=str(properties.get("endTime") or ""),
            details=properties.get("customDetails") or {},
        )

    @property
    def goes_on(self) -> bool:
        """Whether it has not ended; it may wait for a person."""
        return self.state in _GOES_ON

    @property
    def waits(self) -> bool:
        """Whether it waits for a person, at a manual action of a recovery plan."""
        return self.state == _WAITS

    @property
    def current_task(self) -> str:
        """The title of the first task that is not done; empty where all are."""
        undone = (title for title, state in self.tasks if state in {"InProgress", "NotStarted"})
        return next(undone, "")

    @property
    def seconds(self) -> float | None:
        """How long it took by Azure's clock; None before it has ended."""
        if not (self.started and self.ended):
            return None
        return (azure_time(self.ended) - azure_time(self.started)).total_seconds()

    def with_error(self, error: str) -> Self:
        """Return the job with an error that its operation carries."""
        return replace(self, errors=(*self.errors, error))

    @property
    def is_clean(self) -> bool:
        """Whether it succeeded without an error: a succeeded job can carry one (SR-31)."""
        return self.state == _SUCCEEDED and not self.errors

    @property
    def problem(self) -> str:
        """How it ended, in words; for one that did not end clean."""
        return f"{self.state}: {'; '.join(self.errors) or self.description}"


def azure_time(text: str) -> datetime:
    """Return a time as Azure writes it, with up to 7 digits after the second, in UTC."""
    found = datetime.fromisoformat(text)
    return found if found.tzinfo else found.replace(tzinfo=UTC)


def _title(task: Mapping[str, Any]) -> str:
    """Return what a task does; of a manual action also what somebody has to do."""
    title = str(task.get("friendlyName") or task.get("name"))
    instructions = (task.get("customDetails") or {}).get("instructions")
    return f"{title}: {instructions}" if instructions else title


def _errors(properties: Mapping[str, Any]) -> Iterator[str]:
    for error in properties.get("errors") or ():
        service = error.get("serviceErrorDetails") or {}
        provider = error.get("providerErrorDetails") or {}
        code = service.get("code") or provider.get("errorCode") or ""
        message = service.get("message") or provider.get("errorMessage") or "no message"
        yield f"{message} ({code})" if code else str(message)
