"""The generation of both stack files: checked before any write, and raised by a switch."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal
from sparehub.stacks.stack_file_edit import GENERATION, set_values
from sparehub.topology.errors import GenerationError, PreflightError
from sparehub.topology.model.pair import Stack
from sparehub.topology.state.generation import (
    UP_TO_DATE,
    differing,
    recorded_generation,
    refuse_older,
    said_by,
)


def next_generation(pair: Mapping[str, Stack], snapshots: Mapping[str, Snapshot]) -> int:
    """Return the generation of the next switch: above all that are written or recorded."""
    return 1 + max(*said_by(pair).values(), _recorded(snapshots))


def refuse_older_files(pair: Mapping[str, Stack], snapshots: Mapping[str, Snapshot]) -> None:
    """Refuse stack files of a generation below the one that either stack recorded.

    Raises:
        GenerationError: with both numbers.
    """
    records = {name: snapshot.switch for name, snapshot in snapshots.items()}
    for name, generation in said_by(pair).items():
        refuse_older(name, generation, records)


def refuse_differing_files(pair: Mapping[str, Stack]) -> None:
    """Refuse two files of different switches, where no operation of the journal explains that.

    Raises:
        PreflightError: with both numbers.
    """
    if generations := differing(pair):
        message = (
            f"the stack files are of different switches ({generations}), which no operation in the "
            f"journal explains; nothing was done. First {UP_TO_DATE}"
        )
        raise PreflightError(message)


def refuse_overtaken(
    journal: Journal,
    operation: str,
    generation: int,
    snapshots: Mapping[str, Snapshot],
    fences: Iterable[str] = (),
) -> None:
    """Refuse to go on with an operation after a later switch; close it in the journal.

    Raises:
        GenerationError: where a stack records a higher generation than the operation's.
    """
    recorded = _recorded(snapshots)
    if recorded <= generation:
        return
    journal.append(JournalEvent.SUPERSEDED, operation, generation=recorded)
    fenced = ", ".join(fences)
    remaining = f" Its fences may still be set: {fenced}." if fenced else ""
    message = (
        f"{operation} is of generation {generation}, and generation {recorded} is recorded: the "
        "live region was switched again since, by another run. Nothing was done, and the operation "
        f"is closed here as superseded.{remaining} `sparehub status` shows the present state"
    )
    raise GenerationError(message)


def _recorded(snapshots: Mapping[str, Snapshot]) -> int:
    return recorded_generation(snapshot.switch for snapshot in snapshots.values())


@dataclass
class FileGenerations:
    """The generation of both stack files during one operation."""

    directory: Path
    pair: Mapping[str, Stack]
    generation: int
    """The generation of the operation."""
    before: Mapping[str, int]
    """The generation of each file before the operation."""
    guard: Callable[[], object]
    """Raises LeaseError where somebody else has taken over."""
    _counted_up: bool = field(default=False, init=False)

    def count_up(self) -> None:
        """Write the operation's generation into both files: right before its first write.

        Raises:
            LeaseError: where somebody else has taken over.
            PreflightError: where a file cannot be written.
        """
        if self._counted_up:
            return
        self.guard()
        for name in self.pair:
            set_values(self.directory, name, {GENERATION: self.generation})
        self._counted_up = True

    def restore(self) -> None:
        """Restore the generation of both files after an operation that changed nothing."""
        if any(number != self.before.get(name) for name, number in said_by(self.pair).items()):
            self._counted_up = True  # by an earlier run, which died
        if not self._counted_up:
            return
        self.guard()
        for name in self.pair:
            set_values(self.directory, name, {GENERATION: self.before.get(name) or None})
        self._counted_up = False
