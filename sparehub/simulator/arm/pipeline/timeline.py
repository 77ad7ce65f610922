"""When the write of one request starts and ends, and what it must not run beside."""

import math
from collections.abc import Iterable
from dataclasses import dataclass

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals.template import ErrorTemplate
from sparehub.simulator.arm.storage.clock import Clock, Reading, Span, Speed, variation
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction, WriteLock
from sparehub.simulator.arm.types.base import ResourceType
from sparehub.simulator.arm.types.registry import REGISTRY


@dataclass
class Timeline:
    """One request's place in simulated time; what comes inline with it takes no time of its own."""

    transaction: Transaction
    clock: Clock
    configured: float | None
    """When the client's process was configured; None if it does not say."""
    span: Span | None = None
    operation: str = ""
    will_fail: bool = False
    """Whether a fault lets the operation fail."""
    failure: JsonObject | None = None
    """The error that the operation ends with, if it fails."""
    reading: Reading | None = None
    """What the clock showed when it was looked at."""

    @property
    def now(self) -> float:
        """The simulated time."""
        return self._read().seconds

    @property
    def instant(self) -> bool:
        """Whether durations are accounted and not waited for: then nothing is ever under way."""
        return self._read().speed is Speed.INSTANT

    def _read(self) -> Reading:
        """Return what the clock shows: the same for the whole request, until that moves it."""
        if self.reading is None:
            self.reading = self.clock.read(self.transaction)
        return self.reading

    def refuse_if_busy(self, thing: str, kind: ResourceType, verb: str) -> None:
        """Refuse a write beside another one on the same thing (VN-19)."""
        if self.span is not None or self.instant:
            return
        last = self.transaction.busy(thing)
        if last and last.until > self.now:
            refusal = kind.busy_again if last.verb == verb else refusals.ANOTHER_OPERATION
            holder = self.transaction.get(thing)
            raise refusal(
                operation=last.operation,
                verb=last.verb,
                thing=holder.id.text if holder else thing,
                seconds=math.ceil(last.until - self.now),
            )

    def refuse_if_not_ready(
        self, named: Resource, identity: ResourceId, refusal: ErrorTemplate
    ) -> None:
        """Refuse to use a resource that is being written or in the state Failed (VN-20)."""
        if self.span is None and not self.instant:
            last = self.transaction.busy(named.key)
            if max(named.ends, last.until if last else 0.0) > self.now:
                verb, text = last.verb if last else "PutOperation", named.id.text
                raise refusal(reference=text, id=identity.text, verb=verb, state="Updating")
        if named.failure is not None:
            verb = REGISTRY[named.id.type.lower()].verb
            raise refusals.NOT_PROVISIONED(
                reference=named.id.text, id=identity.text, verb=verb, state="Failed"
            )

    def earliest(self, thing: str, after: Iterable[float]) -> float:
        """Return when a write on ``thing`` could start."""
        last = self.transaction.busy(thing)
        begin = self.now if self.configured is None or not self.instant else self.configured
        return max([begin, *after, last.until if last else 0.0])

    def begin(
        self, identity: ResourceId, thing: str, verb: str, seconds: float, after: Iterable[float]
    ) -> Span:
        """Account the request's operation, once."""
        if self.span is None:
            start = self.earliest(thing, after) if self.instant else self.now
            revision = self.transaction.revision(identity.key) + 1
            varied = seconds * variation(self.transaction, identity.key, revision)
            self.span = Span(start, start + self.clock.takes(varied))
            self.clock.advance(self.transaction, self.span.end)
            self.reading = None
            self.operation = guid("operation", identity.key, revision)
            self.transaction.occupy(thing, WriteLock(self.span.end, self.operation, verb))
        return self.span
