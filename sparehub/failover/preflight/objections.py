"""What is found against an operation before it begins: as values, so that each may be weighed.

What was read as wrong is one thing, what could not be read another: an operation that leaves a
region which may be lost is never refused for the second.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

from pydantic import SecretStr

from sparehub.azure.answers import Azure
from sparehub.failover.adapters.protocols import Stacks
from sparehub.failover.adapters.stack_snapshot import Snapshot, Unreadable
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.machines.vault_session import VaultSession
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import PreflightError, SparehubError
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.plan import Mode, Plan


class Refuses(Enum):
    """Which operations an objection refuses; to any other it is said."""

    EVERY = auto()
    PLANNED = auto()
    NONE = auto()


@dataclass(frozen=True, kw_only=True)
class Objection:
    """One thing that is found against an operation."""

    text: str
    hint: str = ""
    """Where to look, or what to do."""
    listed: tuple[str, ...] = ()
    refuses: Refuses = Refuses.EVERY
    word: str = "warning: "
    """What stands before it where it is said; nothing where it only informs."""
    stack: str = ""
    """Which stack it is about; empty where that is the pair."""
    error: type[SparehubError] = PreflightError
    """What it is raised as, which decides the exit code."""

    def refuse(self) -> SparehubError:
        """Return it as the reason why nothing was done."""
        done = "; nothing was done" if self.hint or self.listed else ""
        return self.error(self._whole(done))

    def warning(self) -> str:
        """Return it as something that is said."""
        return f"{self.word}{self._whole('')}"

    def _whole(self, done: str) -> str:
        hint = f" ({self.hint})" if self.hint else ""
        colon = ":" if self.listed else ""
        return "\n".join([f"{self.text}{done}{hint}{colon}", *self.listed])


@dataclass(frozen=True, kw_only=True)
class PreflightContext:
    """Everything that a question may look at: the plan, both stacks, the journal, Azure."""

    plan: Plan
    pair: Mapping[str, Stack]
    states: Mapping[str, Snapshot | Unreadable]
    journal_state: JournalState
    stacks: Stacks
    azure: Azure
    machines: VaultSession | None = None
    """The vault of the machines that the plan moves; None where it moves none."""
    unproven: str = ""
    """Why a plan is accepted that breaks something; empty where nobody accepted that."""
    given: Mapping[str, SecretStr] = field(default_factory=dict)
    """Authorization keys that were given by hand, by connection."""
    runs_hooks: bool = True
    """Whether hooks are run: on the local Azure they are simulated."""
    directory: Path = Path()
    """The project, in which a hook's command is looked for."""

    @property
    def unplanned(self) -> bool:
        """Whether the region that is left may be lost."""
        return self.plan.mode is Mode.UNPLANNED

    def live(self, stack: str) -> Region:
        """Return the region of a stack as it is while it is live."""
        return region_at(self.pair[stack], Activation.ACTIVE)

    @property
    def snapshots(self) -> dict[str, Snapshot]:
        """The states that could be read, by stack."""
        return {name: each for name, each in self.states.items() if isinstance(each, Snapshot)}

    @property
    def activations(self) -> dict[str, str]:
        """What each stack was deployed at, or what its file says if its state is unreadable."""
        return {
            name: each.activation
            if isinstance(each, Snapshot)
            else self.pair[name].config.activation.value
            for name, each in self.states.items()
        }

    def refuses(self, objection: Objection) -> bool:
        """Return whether an objection refuses this operation."""
        if objection.refuses is Refuses.PLANNED:
            return not self.unplanned
        return objection.refuses is Refuses.EVERY
