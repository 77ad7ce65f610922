"""The simulated clock: what time it is.

At ``instant`` durations are accounted, not waited for: the clock shows the latest end of anything
accounted. At ``1`` and ``100`` it goes on with the wall clock, so many times as fast.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from sparehub.simulator.arm.storage.deterministic_ids import fraction
from sparehub.simulator.arm.storage.transaction import Transaction

SEED = "clock.seed"
"""Setting: the seed of the variation of durations; empty for none."""
_SPREAD = 1.25
"""Durations vary from this part to this multiple of what was measured, which is the median."""


class Speed(StrEnum):
    """How fast simulated time passes."""

    REAL = "1"
    FAST = "100"
    INSTANT = "instant"


@dataclass(frozen=True)
class Reading:
    """What the clock shows."""

    seconds: float
    speed: Speed


@dataclass(frozen=True)
class Span:
    """When an operation starts and ends, in simulated seconds."""

    start: float
    end: float


class Clock:
    """The clock of one store; it keeps its state there."""

    def __init__(self, wall: Callable[[], float] = time.time) -> None:
        self._wall = wall

    def read(self, transaction: Transaction) -> Reading:
        """Return the simulated time and speed."""
        speed = Speed(transaction.setting("clock.speed", Speed.INSTANT))
        seconds = float(transaction.setting("clock.seconds", "0"))
        if speed is not Speed.INSTANT:
            since = float(transaction.setting("clock.wall", "0"))
            seconds += (self._wall() - since) * float(speed)
        return Reading(seconds, speed)

    def takes(self, seconds: float) -> float:
        """Return how long an operation takes whose type says ``seconds``."""
        return seconds

    def set_speed(self, transaction: Transaction, speed: Speed) -> None:
        """Go on at another speed; at ``instant`` whatever is under way is done at once."""
        seconds = self.read(transaction).seconds
        if speed is Speed.INSTANT:
            seconds = max(seconds, transaction.latest_finish())
        self._write(transaction, seconds, speed)

    def _write(self, transaction: Transaction, seconds: float, speed: Speed) -> None:
        transaction.set("clock.speed", speed)
        transaction.set("clock.seconds", repr(seconds))
        if speed is not Speed.INSTANT:
            transaction.set("clock.wall", repr(self._wall()))

    def advance(self, transaction: Transaction, end: float) -> None:
        """At ``instant`` move the clock to the end of an operation, if that is later."""
        reading = self.read(transaction)
        if reading.speed is Speed.INSTANT and end > reading.seconds:
            transaction.set("clock.seconds", repr(end))


def variation(transaction: Transaction, *parts: object) -> float:
    """Return by what a duration is multiplied: 1, or what the seed and ``parts`` make of it."""
    seed = transaction.setting(SEED, "")
    return _SPREAD ** (2 * fraction(seed, *parts) - 1) if seed else 1.0
