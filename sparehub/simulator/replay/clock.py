"""The clock of a replay: simulated time goes by the dates of the recording.

How long an operation took on the day of the recording is weather, not a rule: one virtual network
took 3 seconds and another 34. It is not compared, and read off the requests alone: a client polls
an operation until it is done, and then goes on. Where the requests do not say, the simulator's own
duration stands.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sparehub.simulator.arm.storage.clock import Clock
from sparehub.simulator.replay.recording import Exchange


@dataclass(frozen=True)
class Evidence:
    """Evidence in the requests of a recording about one operation."""

    running: float | None = None
    """When the client last had to go on waiting."""
    done: float | None = None
    """When the client went on, because it was done."""

    def end(self, own: float) -> float:
        """Return when the operation finishes, from when it would without evidence."""
        if self.done is not None:
            own = min(own, self.done)
        if self.running is not None and own <= self.running:
            own = self.running + 0.5 if self.done is None else self.done
        return own


NOTHING = Evidence()


class RecordedClock(Clock):
    """A clock that whoever replays puts forward."""

    def __init__(self) -> None:
        super().__init__(wall=lambda: self.now)
        self.now = 0.0
        self.evidence = NOTHING

    def takes(self, seconds: float) -> float:
        """Return how long an operation takes that starts now."""
        return max(0.0, self.evidence.end(self.now + seconds) - self.now)


def evidence(write: Exchange, exchanges: Sequence[Exchange]) -> Evidence:
    """Return the evidence in the requests after a write about its operation."""
    later = exchanges[write.index + 1 :]
    running, done = [write.at], []
    for path in write.operations:
        polls = [poll for poll in later if poll.path == path and poll.method == "GET"]
        running += [poll.last for poll in polls if poll.waiting]
        running += [poll.last for poll in polls[:-1]]
        done += [poll.at for poll in polls[-1:] if not poll.waiting]
    if not done and write.method == "POST":
        done = [write.at]  # nobody polled, so the answer to an action was its result
    if not done:
        # No poll to the end was recorded: the client's next request on the resource shows it.
        done = [poll.at for poll in later if poll.key == write.key and poll.at >= max(running)][:1]
    if not done:
        return Evidence(max(running) if len(running) > 1 else None)
    end = min(done)
    before = [time for time in running if time < end and time > write.at]
    return Evidence(max(before) if before else None, end)
