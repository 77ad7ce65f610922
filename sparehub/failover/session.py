"""A session: both stacks, Azure, the journal and the lease that one command works with."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, Self

from sparehub.azure.connect import azure_of
from sparehub.azure.settings import settings_of
from sparehub.failover.adapters.generations import (
    FileGenerations,
    refuse_differing_files,
    refuse_older_files,
)
from sparehub.failover.adapters.lease_guard import GuardedAzure, GuardedStacks
from sparehub.failover.adapters.progress import Progress
from sparehub.failover.adapters.protocols import states_of
from sparehub.failover.adapters.pulumi_locks import PulumiLocks, backend_directory
from sparehub.failover.adapters.pulumi_stacks import Deployments
from sparehub.failover.adapters.stack_snapshot import Snapshot, Unreadable
from sparehub.failover.journal.journal import Journal, no_lease
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.lease import Lease
from sparehub.failover.journal.lease_holder import Holder
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.stacks.program_digest import read_program
from sparehub.stacks.stack_file_edit import refuse_uneditable
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Program
from sparehub.topology.state.generation import differing, said_by


@dataclass(frozen=True, kw_only=True)
class Session:
    """One project directory with both its stacks, read once.

    ``stacks`` and ``azure`` are written only while nobody else has taken over the lease.
    """

    directory: Path
    progress: Progress
    stacks: GuardedStacks
    journal: Journal
    pair: Mapping[str, Stack]
    states: Mapping[str, Snapshot | Unreadable]
    """What each stack recorded, or why that cannot be read."""
    azure: GuardedAzure
    program: Program
    """What carries out a plan that is confirmed in this session."""
    simulated: bool = False
    """Whether ``azure`` is a local Azure."""
    _stop_requested: threading.Event = field(default_factory=threading.Event)

    @property
    def snapshots(self) -> dict[str, Snapshot]:
        """What each stack recorded.

        Raises:
            PreflightError: where a state cannot be read.
        """
        return self.snapshots_without("")

    def snapshots_without(self, optional: str) -> dict[str, Snapshot]:
        """Return what each stack recorded; without one stack where its state cannot be read.

        Raises:
            PreflightError: where the state of another stack cannot be read.
        """
        for name, state in self.states.items():
            if isinstance(state, Unreadable) and name != optional:
                raise PreflightError(state.problem)
        return self.readable

    @property
    def readable(self) -> dict[str, Snapshot]:
        """What each stack recorded whose state can be read."""
        return {name: state for name, state in self.states.items() if isinstance(state, Snapshot)}

    @property
    def subscription(self) -> str:
        """The subscription of the stacks; empty where none that can be read is deployed."""
        found = (snapshot.subscription for snapshot in self.readable.values())
        return next(filter(None, found), "")

    @property
    def journal_state(self) -> JournalState:
        """What the journal adds up to at present."""
        return JournalState.of(self.journal.records)

    @property
    def locations(self) -> dict[str, str]:
        """The Azure region of each stack."""
        return {name: stack.region.location for name, stack in self.pair.items()}

    def with_pair(self, pair: Mapping[str, Stack]) -> Self:
        """Return the session with other contents of the stack files."""
        return replace(self, pair=pair)

    def stop(self) -> bool:
        """Return whether somebody asked to stop."""
        return self._stop_requested.is_set()

    @contextmanager
    def stoppable(self) -> Iterator[None]:
        """Finish the step at a first signal, and interrupt it at a second one."""

        def on_signal(number: int, frame: Any) -> None:  # noqa: ANN401 - the interpreter's
            del number, frame
            if self._stop_requested.is_set():
                raise KeyboardInterrupt
            self._stop_requested.set()
            self.progress.note("stopping after this step; once more: at once")

        signals = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
        before = {number: signal.signal(number, on_signal) for number in signals}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)


@contextmanager
def open_session(
    directory: Path, output: Output, *, exclusive: bool = False, allow_unreadable: bool = False
) -> Iterator[Session]:
    """Read both stack files, the state of both stacks, and the journal.

    Args:
        directory: The Pulumi project.
        output: Where notes and progress are printed.
        exclusive: Take the lease first, and hold it to the end: what was read before might be out
            of date once another run has ended.
        allow_unreadable: Leave a state that cannot be read to the caller.

    Raises:
        ConfigurationError: where a stack file is wrong.
        PreflightError: where a state or the journal cannot be read, the lease not be written, or a
            stack file is not written so that it can be edited.
        LeaseError: where another run is at work, by this program's lease or by Pulumi's lock.
    """
    progress = Progress(output)
    deployments = Deployments(directory.absolute())
    with ExitStack() as resources:
        resources.callback(deployments.close)
        backend, project = deployments.backend, deployments.project()
        state = backend_directory(backend, directory)
        directories = _journal_directories(Home.of(directory, os.environ), state, project)
        guard: Callable[[], int] = no_lease
        recorded: Callable[[str], AbstractContextManager[object]] = nullcontext
        if exclusive:
            if state is None:
                scheme = backend.partition(":")[0]  # the rest may hold a secret
                progress.note(f"{scheme}: holds no lease: only this host's runs are excluded")
            epoch = Journal(directories, project, progress.note).epoch
            holder = Holder.this_process()
            lease = Lease.take(directories, progress.note, epoch=epoch, holder=holder)
            resources.enter_context(lease.kept())
            guard = lease.renew
            if state:
                locks = PulumiLocks(state, project, directories, progress.note)
                locks.clear_dead(STACKS)
                recorded = locks.recorded
        journal = Journal(directories, project, progress.note, guard)
        pair = {name: read_stack(directory, name) for name in STACKS}
        for name in STACKS if exclusive else ():
            refuse_uneditable(directory, name)
        program = read_program(directory)
        states = states_of(deployments, STACKS)
        subscriptions = (
            state.subscription for state in states.values() if isinstance(state, Snapshot)
        )
        subscription = next(filter(None, subscriptions), "")
        settings = settings_of(pair, os.environ, deployments.secret)
        azure = azure_of(settings, subscription)
        if settings.store:
            control.expect_on_premises(settings.store, _on_premises(pair))
        session = Session(
            directory=directory,
            progress=progress,
            stacks=GuardedStacks(deployments, guard, recorded),
            journal=journal,
            pair=pair,
            states=states,
            azure=GuardedAzure(azure, guard),
            program=program,
            simulated=settings.store is not None,
        )
        if not allow_unreadable:
            session.snapshots_without("")
        yield session


def _on_premises(pair: Mapping[str, Stack]) -> tuple[str, ...]:
    """Return every prefix that a stack file says is on-premises."""
    prefixes = (
        prefix for stack in pair.values() for prefix in stack.region.on_premises.address_prefixes
    )
    return tuple(dict.fromkeys(map(str, prefixes)))


def _journal_directories(home: Home, state: Path | None, project: str) -> tuple[Path, ...]:
    """Return where the two copies of journal and lease are: in the home, and beside the state."""
    if state is None:  # not on this disk: then at least outside the project
        named = os.environ.get("XDG_STATE_HOME")
        state = Path(named) if named else Path.home() / ".local" / "state"
    return (home.journal, state / ".sparehub" / project)


def files_of(session: Session, generation: int, before: Mapping[str, int]) -> FileGenerations:
    """Return the stack files of an operation, with the generation that it gives them."""
    return FileGenerations(
        directory=session.directory,
        pair=session.pair,
        generation=generation,
        before=before,
        guard=session.journal.guard,
    )


def require_current_files(session: Session) -> Session:
    """Refuse stack files of another switch; complete the edits of a run that died between two.

    Returns:
        The session, with the stack files read again where one was edited.

    Raises:
        GenerationError: where a later switch is recorded.
        PreflightError: where the two files are of different switches.
    """
    underway = session.journal_state.open
    generations = said_by(session.pair)
    highest = max(generations.values())
    if underway and len(set(generations.values())) > 1 and highest == underway.generation:
        session.progress.note(
            f"warning: {differing(session.pair)}: the {underway.kind} of "
            f"{underway.begun} died between two edits; both are set to {underway.generation}"
        )
        files_of(session, underway.generation, underway.generations).count_up()
        session = session.with_pair(
            {name: read_stack(session.directory, name) for name in session.pair}
        )
    refuse_older_files(session.pair, session.readable)
    refuse_differing_files(session.pair)
    return session
