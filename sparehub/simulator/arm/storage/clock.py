"""The simulated clock: the time and speed of a store.

At ``instant`` durations are accounted, not waited for: the clock shows when the last accounted
operation finishes. At ``1`` and ``100`` it runs that many times as fast as the wall clock.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from enum import StrEnum

from sparehub.simulator.arm.storage.deterministic_ids import fraction
from sparehub.simulator.arm.storage.transaction import Transaction

_ORIGIN = datetime(2024, 1, 1, tzinfo=UTC)
"""The date at which the simulated clock is 0."""
SEED = "clock.seed"
"""Setting: the seed of the variation of durations; empty for none."""
_SPREAD = 1.25
"""Durations vary from the median, which was measured, divided by this to multiplied by this."""


class Speed(StrEnum):
    """How fast simulated time passes."""

    REAL = "1"
    FAST = "100"
    INSTANT = "instant"


@dataclass(frozen=True)
class Reading:
    """A reading of the clock, in simulated seconds."""

    seconds: float
    speed: Speed


@dataclass(frozen=True)
class Span:
    """When an operation starts and ends, in simulated seconds."""

    start: float
    end: float


class Clock:
    """The clock of one store, which keeps its state."""

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
        """Return the simulated seconds of an operation whose type takes ``seconds``."""
        return seconds

    def set_speed(self, transaction: Transaction, speed: Speed) -> None:
        """Continue at another speed; at ``instant`` every pending operation finishes at once."""
        seconds = self.read(transaction).seconds
        if speed is Speed.INSTANT:
            seconds = max(seconds, transaction.latest_finish())
        self._write(transaction, seconds, speed)

    def put_forward(self, transaction: Transaction, seconds: float) -> None:
        """Advance the clock by hand, at any speed."""
        reading = self.read(transaction)
        self._write(transaction, reading.seconds + seconds, reading.speed)

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
    """Return the factor of a duration: 1, or the one of the seed and ``parts``."""
    seed = transaction.setting(SEED, "")
    return _SPREAD ** (2 * fraction(seed, *parts) - 1) if seed else 1.0


def date_text(seconds: float) -> str:
    """Return a simulated instant as Azure writes dates, with 7 digits after the second."""
    date = _ORIGIN + timedelta(seconds=seconds)
    return f"{date:%Y-%m-%dT%H:%M:%S}.{date.microsecond:06d}0Z"


def http_date(seconds: float) -> str:
    """Return a simulated instant as HTTP writes dates, in whole seconds."""
    return format_datetime(_ORIGIN + timedelta(seconds=int(seconds)), usegmt=True)
