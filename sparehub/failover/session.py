"""Everything that an operation works with: stacks, Azure, journal, lease, the wish to stop."""

import os
import signal
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, ExitStack, contextmanager, nullcontext
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.azure.connect import azure_of
from sparehub.azure.settings import settings_of
from sparehub.failover.adapters.generations import (
    FileGenerations,
    refuse_differing_files,
    refuse_older_files,
)
from sparehub.failover.adapters.lease_guard import GuardedAzure, GuardedStacks
from sparehub.failover.adapters.progress import Progress
from sparehub.failover.adapters.protocols import Stacks, states_of
from sparehub.failover.adapters.pulumi_locks import PulumiLocks
from sparehub.failover.adapters.pulumi_stacks import Deployments
from sparehub.failover.adapters.stack_snapshot import Snapshot, Unreadable
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.lease import Lease
from sparehub.failover.journal.lease_holder import Holder
from sparehub.failover.steps.reconcile import backend_directory
from sparehub.home import Home
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.stacks.program_digest import read_program
from sparehub.stacks.stack_file_edit import refuse_uneditable
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.plan import Program
from sparehub.topology.state.generation import differing, said_by


@dataclass
class Session:
    """One project directory with both its stacks, read once.

    ``stacks`` and ``azure`` are written to only while nobody else has taken over.
    """

    directory: Path
    progress: Progress
    stacks: Stacks
    journal: Journal
    pair: Mapping[str, Stack]
    states: Mapping[str, Snapshot | Unreadable]
    """What each stack recorded, or why that cannot be read."""
    azure: Azure
    program: Program
    """What carries out a plan that is confirmed here."""
    _asked_to_stop: threading.Event = field(default_factory=threading.Event)

    @property
    def snapshots(self) -> dict[str, Snapshot]:
        """What each stack recorded, for whatever needs all of it.

        Raises:
            PreflightError: where a state cannot be read.
        """
        return self.readable()

    def readable(self, but: str = "") -> dict[str, Snapshot]:
        """Return what each stack recorded; of one stack nothing where it cannot be read.

        Raises:
            PreflightError: where the state of any other cannot be read.
        """
        found = {}
        for name, state in self.states.items():
            if isinstance(state, Snapshot):
                found[name] = state
            elif name != but:
                raise PreflightError(state.problem)
        return found

    @property
    def known(self) -> dict[str, Snapshot]:
        """What each stack recorded that can be read."""
        return {name: each for name, each in self.states.items() if isinstance(each, Snapshot)}

    @property
    def ledger(self) -> JournalState:
        """What the journal adds up to by now."""
        return JournalState.of(self.journal.records)

    @property
    def locations(self) -> dict[str, str]:
        """The Azure region of each stack."""
        return {name: stack.region.location for name, stack in self.pair.items()}

    def read_files(self) -> None:
        """Read both stack files again, after one was written.

        Raises:
            ConfigurationError: where one is wrong.
        """
        self.pair = {name: read_stack(self.directory, name) for name in self.pair}

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
def open_session(
    directory: Path, output: Output, *, alone: bool = False, unread: bool = False
) -> Iterator[Session]:
    """Read both stack files, both stacks' state, as far as that can be, and the journal.

    Where the work is to be done ``alone`` the lease is taken first, and held to the end: what was
    read before might be old by the time somebody else has ended. Where ``unread`` is set, a state
    that cannot be read is left to the caller.

    Raises:
        ConfigurationError: where a stack file is wrong.
        PreflightError: where a state or the journal cannot be read, the lease not written, or a
            stack file is not written so that it can be edited.
        LeaseError: where somebody else is at work, by our lease or by Pulumi's lock.
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
        recorded: Callable[[str], AbstractContextManager[object]] = nullcontext
        if alone:
            if state is None:
                scheme = backend.partition(":")[0]  # the rest may hold a secret
                progress.note(f"{scheme}: holds no lease: only this host's runs are kept out")
            epoch = Journal(places, project, progress.note).epoch
            holder = Holder.this_process()
            lease = Lease.take(places, progress.note, epoch=epoch, holder=holder)
            kept.enter_context(lease.kept())
            if state:
                locks = PulumiLocks(state, project, places, progress.note)
                locks.clear_dead(STACKS)
                recorded = locks.recorded
        journal = Journal(places, project, progress.note)
        if lease:
            journal.guard = lease.renew
        pair = {name: read_stack(directory, name) for name in STACKS}
        for name in STACKS if alone else ():
            refuse_uneditable(directory, name)
        program = read_program(directory)
        states = states_of(deployments, STACKS)
        found = (each.subscription for each in states.values() if isinstance(each, Snapshot))
        subscription = next(filter(None, found), "")
        settings = settings_of(pair, os.environ, deployments.secret)
        azure = azure_of(settings, subscription)
        if settings.store:
            control.expect_on_premises(settings.store, _on_premises(pair))
        place = Session(
            directory=directory,
            progress=progress,
            stacks=GuardedStacks(deployments, journal.guard, recorded),
            journal=journal,
            pair=pair,
            states=states,
            azure=GuardedAzure(azure, journal.guard),
            program=program,
        )
        if not unread:
            place.readable()
        yield place


def _on_premises(pair: Mapping[str, Stack]) -> tuple[str, ...]:
    """Return every prefix that a stack file says is on-premises."""
    prefixes = (
        each for stack in pair.values() for each in stack.region.on_premises.address_prefixes
    )
    return tuple(dict.fromkeys(map(str, prefixes)))


def _places(home: Home, state: Path | None, project: str) -> tuple[Path, ...]:
    """Return where journal and lease lie: at home, and where the state is."""
    if state is None:  # not on this disk: then at least not in the project
        named = os.environ.get("XDG_STATE_HOME")
        state = Path(named) if named else Path.home() / ".local" / "state"
    return (home.journal, state / ".sparehub" / project)


def files_of(place: Session, generation: int, before: Mapping[str, int]) -> FileGenerations:
    """Return the files of an operation, whose generation they will have."""
    return FileGenerations(
        directory=place.directory,
        pair=place.pair,
        generation=generation,
        before=before,
        guard=place.journal.guard,
    )


def hold_to_generation(place: Session) -> None:
    """Refuse stack files of another switch; end what a run left that died between two edits.

    Raises:
        GenerationError: where a later switch is recorded.
        PreflightError: where the two files are of different switches.
    """
    underway = place.ledger.open
    said = said_by(place.pair)
    if underway and len(set(said.values())) > 1 and max(said.values()) == underway.generation:
        place.progress.note(
            f"warning: {differing(place.pair)}: the {underway.kind} of "
            f"{underway.begun} died between two edits; both are set to {underway.generation}"
        )
        files_of(place, underway.generation, underway.generations).count_up()
        place.read_files()
    refuse_older_files(place.pair, place.known)
    refuse_differing_files(place.pair)
