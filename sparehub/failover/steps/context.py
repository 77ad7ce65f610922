"""What everything that carries out a plan works with."""

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.azure.answers import Azure
from sparehub.failover.adapters.generations import FileGenerations
from sparehub.failover.adapters.progress import Progress
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournaledOperation, JournalState
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.plan import Plan


@dataclass(frozen=True, kw_only=True)
class StepContext:
    """One plan, the stacks that it is for, and the journal that it is written down in."""

    stacks: Stacks
    azure: Azure
    directory: Path
    journal: Journal
    plan: Plan
    pair: Mapping[str, Stack]
    progress: Progress
    identity: str
    """The id of the operation, whether it has begun or not."""
    files: FileGenerations
    accepted: Accepted = NOTHING
    """What was accepted this time; earlier acceptances stand in the journal."""
    unproven: str = ""
    """Why a plan is accepted that breaks something; empty where nobody does."""

    @property
    def ledger(self) -> JournalState:
        """What the journal adds up to by now."""
        return JournalState.of(self.journal.records)

    @property
    def operation(self) -> JournaledOperation:
        """The operation that is under way."""
        underway = self.ledger.open
        if underway is None:
            raise AssertionError("no operation is under way")
        return underway

    @property
    def debts(self) -> list[dict[str, Any]]:
        """What is owed of the region that is left."""
        return [each for each in self.ledger.debts if each["stack"] == self.plan.source]

    @property
    def source(self) -> Region:
        """The region that is left, as it was while it was live."""
        return region_at(self.pair[self.plan.source], Activation.ACTIVE)

    @property
    def target(self) -> Region:
        """The region that takes over, once it is live."""
        return region_at(self.pair[self.plan.target], Activation.ACTIVE)

    def write(self, event: str, **data: Any) -> None:  # noqa: ANN401 - JSON
        """Write one record of the operation that is under way."""
        self.journal.append(event, self.operation.id, **data)
