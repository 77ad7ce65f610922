"""What the steps of an operation work with: the session, the plan, and what was accepted."""

from dataclasses import dataclass
from typing import Any

from sparehub.failover.adapters.generations import FileGenerations
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal_state import JournaledOperation
from sparehub.failover.journal.open_items import OpenItem
from sparehub.failover.session import Session
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.plan import Plan
from sparehub.topology.replication.direction import replication


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """One operation: its plan, and the session that carries it out."""

    session: Session
    plan: Plan
    identity: str
    """The id of the operation, whether it has begun or not."""
    files: FileGenerations
    accepted: Accepted = NOTHING
    """What was accepted this time; the journal holds earlier acceptances."""
    unproven: str = ""
    """Why a plan is accepted that breaks something; empty where nobody accepts that."""
    declared: str = ""
    """When the disaster was declared, in UTC; empty where nobody said it."""
    network_only: bool = False
    """Whether the plan leaves machines alone that are replicated."""
    asks: bool = False
    """Whether a person at the terminal may be asked: not where ``--yes`` was given."""
    run_hooks: bool = False
    """Whether hooks are run on the local Azure, too."""

    @property
    def operation(self) -> JournaledOperation:
        """The operation that is under way."""
        underway = self.session.journal_state.open
        if underway is None:
            raise AssertionError("no operation is under way")
        return underway

    @property
    def all_accepted(self) -> Accepted:
        """What was accepted of the operation, this time or earlier."""
        return self.accepted.after(self.operation.accepted)

    @property
    def open_items(self) -> list[OpenItem]:
        """The open items of the region that is left."""
        items = self.session.journal_state.open_items
        return [item for item in items if item.stack == self.plan.source]

    @property
    def source_machines(self) -> tuple[str, ...]:
        """The ids of the machines that the plan moves, in the region that is left."""
        if not self.plan.moves_machines:
            return ()
        session = self.session
        direction = replication(session.pair, self.plan.source, session.subscription)
        return tuple(str(machine.id) for machine in direction.machines) if direction else ()

    @property
    def source(self) -> Region:
        """The region that is left, as it was while it was live."""
        return region_at(self.session.pair[self.plan.source], Activation.ACTIVE)

    @property
    def target(self) -> Region:
        """The region that takes over, once it is live."""
        return region_at(self.session.pair[self.plan.target], Activation.ACTIVE)

    def note(self, text: str) -> None:
        """Print a line for a person."""
        self.session.progress.note(text)

    def write(self, event: JournalEvent, **data: Any) -> None:  # noqa: ANN401 - JSON
        """Write one record of the operation that is under way."""
        self.session.journal.append(event, self.operation.id, **data)
