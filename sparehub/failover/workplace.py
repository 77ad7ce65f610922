"""Everything that an operation works with: stacks, Azure, journal, lease, the wish to stop."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.check import STACKS
from sparehub.failover.azure import Azure, azure_of
from sparehub.failover.deployments import Deployments
from sparehub.failover.journal import Journal
from sparehub.failover.lease import Holder, Lease
from sparehub.failover.ledger import Ledger
from sparehub.failover.progress import Progress
from sparehub.failover.settling import backend_directory, clear_dead_locks
from sparehub.failover.snapshot import Snapshot
from sparehub.home import Home
from sparehub.output import Output
from sparehub.stacks import read_stack
from topology.pair import Stack


@dataclass
class Workplace:
    """One project directory with both its stacks, read once."""

    directory: Path
    progress: Progress
    deployments: Deployments
    backend: str
    project: str
    journal: Journal
    pair: Mapping[str, Stack]
    snapshots: Mapping[str, Snapshot]
    azure: Azure
    _places: tuple[Path, ...]
    _asked_to_stop: threading.Event = field(default_factory=threading.Event)

    @property
    def ledger(self) -> Ledger:
        """What the journal adds up to by now."""
        return Ledger.of(self.journal.records)

    @property
    def locations(self) -> dict[str, str]:
        """The Azure region of each stack."""
        return {name: stack.region.location for name, stack in self.pair.items()}

    def stop(self) -> bool:
        """Return whether somebody asked to stop."""
        return self._asked_to_stop.is_set()

    @contextmanager
    def held(self) -> Iterator[None]:
        """Be the only operator of these stacks meanwhile, and let a step finish when asked to stop.

        :raises LeaseError: where somebody else is at work, by our lease or by Pulumi's lock.
        """
        epoch = max([0, *(record.epoch for record in self.journal.records)])
        lease = Lease.take(
            self._places, self.progress.note, epoch=epoch, holder=Holder.this_process()
        )
        self.journal.guard = lease.check
        with lease.kept(), self._stopping():
            clear_dead_locks(
                self.deployments, self.backend, self.project, STACKS, self.progress.note
            )
            yield

    @contextmanager
    def _stopping(self) -> Iterator[None]:
        """Take the first signal as a wish, and a second one at its word."""

        def asked(number: int, frame: Any) -> None:  # noqa: ANN401 - the interpreter's
            del number, frame
            if self._asked_to_stop.is_set():
                raise KeyboardInterrupt
            self._asked_to_stop.set()
            self.progress.note("stopping after this step; once more: at once")

        watched = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {each: signal.signal(each, asked) for each in watched}
        try:
            yield
        finally:
            for each, handler in before.items():
                signal.signal(each, handler)


@contextmanager
def workplace(directory: Path, output: Output) -> Iterator[Workplace]:
    """Read both stack files, both stacks' state and the journal.

    :raises ConfigurationError: where a stack file is wrong.
    :raises PreflightError: where a state or the journal cannot be read.
    """
    pair = {name: read_stack(directory, name) for name in STACKS}
    progress = Progress(output)
    deployments = Deployments(directory.absolute())
    try:
        backend = os.environ.get("PULUMI_BACKEND_URL") or deployments.backend()
        project = deployments.project()
        snapshots = deployments.snapshots(STACKS)
        places = _places(Home.of(directory, os.environ), backend, project)
        subscription = next((s.subscription for s in snapshots.values() if s.subscription), "")
        yield Workplace(
            directory=directory,
            progress=progress,
            deployments=deployments,
            backend=backend,
            project=project,
            journal=Journal(places, project, progress.note),
            pair=pair,
            snapshots=snapshots,
            azure=azure_of(os.environ, subscription),
            _places=places,
        )
    finally:
        deployments.close()


def _places(home: Home, backend: str, project: str) -> tuple[Path, ...]:
    """Return where journal and lease lie: at home, and where the state is."""
    state = backend_directory(backend)
    if state is None:  # not on this disk: then at least not in the project
        named = os.environ.get("XDG_STATE_HOME")
        state = Path(named) if named else Path.home() / ".local" / "state"
    return (home.path / "journal", state / ".sparehub" / project)
