"""When a write starts and finishes in simulated time, and which other writes it must wait for.

At speeds 1 and 100 a write that meets a pending operation is refused: 409, or 429 with the seconds
after which to retry. At ``instant`` nothing is pending but what waits for a person.
"""

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

_PERSON = 60
"""Seconds after which to retry where a person has to act first."""


@dataclass
class Timeline:
    """The simulated time of one request; its inline children take no time of their own."""

    transaction: Transaction
    clock: Clock
    configured: float | None
    """When the client's process was configured, in simulated seconds; None if unknown."""
    span: Span | None = None
    operation: str = ""
    will_fail: bool = False
    """Whether an injected fault lets the operation fail."""
    failure: JsonObject | None = None
    """The error that the operation ends with, if it fails."""
    reading: Reading | None = None
    """The clock's reading, once it has been read."""

    @property
    def now(self) -> float:
        """The simulated time."""
        return self._read().seconds

    @property
    def instant(self) -> bool:
        """Whether durations are accounted and not waited for: then nothing is ever pending."""
        return self._read().speed is Speed.INSTANT

    def _read(self) -> Reading:
        """Return the clock's reading: the same for the whole request, until that moves it."""
        if self.reading is None:
            self.reading = self.clock.read(self.transaction)
        return self.reading

    def refuse_if_locked(self, key: str, resource_type: ResourceType, verb: str) -> None:
        """Refuse a write while another one holds the write lock ``key`` (VN-19)."""
        if self.span is not None:
            return
        last = self.transaction.write_lock(key)
        waits = last is not None and math.isinf(last.until)
        if self.instant and not waits:
            return
        if last and last.until > self.now:
            same = last.verb == verb
            refusal = resource_type.busy_refusal if same else refusals.ANOTHER_OPERATION
            holder = self.transaction.get(key)
            raise refusal(
                operation=last.operation,
                verb=last.verb,
                thing=holder.id.text if holder else key,
                seconds=_PERSON if waits else math.ceil(last.until - self.now),
            )

    def refuse_if_not_ready(
        self, used: Resource, identity: ResourceId, refusal: ErrorTemplate
    ) -> None:
        """Refuse to use a resource that is being written or in the state Failed (VN-20)."""
        if used.deleted_at is not None:
            text = used.id.text
            raise refusal(
                reference=text, id=identity.text, verb="DeleteOperation", state="Deleting"
            )
        if self.span is None and not self.instant:
            last = self.transaction.write_lock(used.key)
            if max(used.finishes_at, last.until if last else 0.0) > self.now:
                verb, text = last.verb if last else "PutOperation", used.id.text
                raise refusal(reference=text, id=identity.text, verb=verb, state="Updating")
        if used.failure is not None:
            verb = REGISTRY[used.id.type.lower()].verb
            raise refusals.NOT_PROVISIONED(
                reference=used.id.text, id=identity.text, verb=verb, state="Failed"
            )

    def earliest_start(self, key: str, after: Iterable[float]) -> float:
        """Return when a write under the write lock ``key`` could start, in simulated seconds."""
        last = self.transaction.write_lock(key)
        begin = self.now if self.configured is None or not self.instant else self.configured
        free = last.until if last and not math.isinf(last.until) else 0.0
        return max([begin, *after, free])

    def begin(
        self, identity: ResourceId, key: str, verb: str, seconds: float, after: Iterable[float]
    ) -> Span:
        """Account the request's operation, once; return when it starts and finishes."""
        if self.span is None:
            start = self.earliest_start(key, after) if self.instant else self.now
            revision = self.transaction.revision(identity.key) + 1
            varied = seconds * variation(self.transaction, identity.key, revision)
            self.span = Span(start, start + (self.clock.takes(varied) if varied else 0.0))
            self.clock.advance(self.transaction, self.span.end)
            self.reading = None
            self.operation = guid("operation", identity.key, revision)
            self.transaction.lock_writes(key, WriteLock(self.span.end, self.operation, verb))
        return self.span
