"""Everything that an operation works with: stacks, Azure, journal, lease, the wish to stop."""

import os
import signal
import threading
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.failover.azure import Azure, azure_of
from sparehub.failover.deployments import Deployments
from sparehub.failover.guarded import GuardedAzure, GuardedStacks
from sparehub.failover.journal import Journal
from sparehub.failover.lease import Holder, Lease
from sparehub.failover.ledger import Ledger
from sparehub.failover.port import Stacks
from sparehub.failover.progress import Progress
from sparehub.failover.settling import backend_directory, clear_dead_locks
from sparehub.failover.snapshot import Snapshot
from sparehub.home import Home
from sparehub.output import Output
from sparehub.program_digest import read_program
from sparehub.stacks import STACKS, read_stack
from topology.pair import Stack
from topology.plan import Program


@dataclass
class Workplace:
    """One project directory with both its stacks, read once.

    ``stacks`` and ``azure`` are written to only while nobody else has taken over.
    """

    directory: Path
    progress: Progress
    stacks: Stacks
    journal: Journal
    pair: Mapping[str, Stack]
    snapshots: Mapping[str, Snapshot]
    azure: Azure
    program: Program
    """What carries out a plan that is confirmed here."""
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
    def stoppable(self) -> Iterator[None]:
        """Let a step finish when asked to stop: a first signal is a wish, a second one an order."""

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
def workplace(directory: Path, output: Output, *, alone: bool = False) -> Iterator[Workplace]:
    """Read both stack files, both stacks' state and the journal.

    Where the work is to be done ``alone`` the lease is taken first, and held to the end: what was
    read before might be old by the time somebody else has ended.

    :raises ConfigurationError: where a stack file is wrong.
    :raises PreflightError: where a state or the journal cannot be read.
    :raises LeaseError: where somebody else is at work, by our lease or by Pulumi's lock.
    """
    progress = Progress(output)
    deployments = Deployments(directory.absolute())
    with ExitStack() as kept:
        kept.callback(deployments.close)
        backend = os.environ.get("PULUMI_BACKEND_URL") or deployments.backend()
        deployments.keeps_files = not backend.startswith(("http://", "https://"))
        project = deployments.project()
        state = backend_directory(backend, directory)
        places = _places(Home.of(directory, os.environ), state, project)
        lease = None
        if alone:
            if state is None:
                scheme = backend.partition(":")[0]  # the rest may hold a secret
                progress.note(f"{scheme}: holds no lease: only this host's runs are kept out")
            epoch = Journal(places, project, progress.note).epoch
            holder = Holder.this_process()
            lease = Lease.take(places, progress.note, epoch=epoch, holder=holder)
            kept.enter_context(lease.kept())
            clear_dead_locks(deployments, state, project, STACKS, progress.note)
        journal = Journal(places, project, progress.note)
        if lease:
            journal.guard = lease.check
        pair = {name: read_stack(directory, name) for name in STACKS}
        program = read_program(directory)
        snapshots = deployments.snapshots(STACKS)
        subscription = next((s.subscription for s in snapshots.values() if s.subscription), "")
        yield Workplace(
            directory=directory,
            progress=progress,
            stacks=GuardedStacks(deployments, journal.guard),
            journal=journal,
            pair=pair,
            snapshots=snapshots,
            azure=GuardedAzure(azure_of(os.environ, subscription), journal.guard),
            program=program,
        )


def _places(home: Home, state: Path | None, project: str) -> tuple[Path, ...]:
    """Return where journal and lease lie: at home, and where the state is."""
    if state is None:  # not on this disk: then at least not in the project
        named = os.environ.get("XDG_STATE_HOME")
        state = Path(named) if named else Path.home() / ".local" / "state"
    return (home.journal, state / ".sparehub" / project)
