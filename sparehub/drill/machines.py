"""The machines of a drill: which are tested, and what the tests and the clean-up record."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any, Self

from sparehub.drill.failover_tests import FailoverTests
from sparehub.drill.machine_proof import unproven
from sparehub.failover.journal.drill_record import DrillRecord
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.machines.clean_up_tests import clean_up_tests, left_tests
from sparehub.failover.machines.vault_session import VaultSession, open_vault
from sparehub.failover.machines.waiting import StillWaitingError
from sparehub.failover.session import Session
from sparehub.output import Output
from sparehub.site_recovery.vault import VaultError
from sparehub.topology.config.site_recovery import ValidationConfig
from sparehub.topology.errors import HalfwayError, SparehubError
from sparehub.topology.replication.direction import Replication, replicates
from sparehub.topology.replication.protected_item import ProtectedItem

_MINUTE = 60
_UNKNOWN = "drill"
"""What a clean-up is for where the journal has no drill: the networks were made by hand."""


class DrillFailedError(SparehubError):
    """A machine did not come up as it has to, or from too old a recovery point."""


@dataclass(frozen=True, kw_only=True)
class DrillMachines:
    """The machines that are replicated to the region of a drill."""

    session: Session
    opened: VaultSession
    direction: Replication

    @classmethod
    def of(cls, session: Session, target: str) -> Self | None:
        """Return them; None where none is replicated to a stack's region.

        Raises:
            PreflightError: where neither stack is deployed.
        """
        if not replicates(session.pair):
            return None
        opened = open_vault(session)
        if opened.away.target != target:
            return None
        return cls(session=session, opened=opened, direction=opened.away)

    @property
    def groups(self) -> tuple[int, ...]:
        """The groups of the recovery plan that have machines, in order."""
        return tuple(sorted({machine.group for machine in self.direction.machines}))

    @property
    def validations(self) -> Mapping[int, ValidationConfig]:
        """How each group is validated that has one."""
        return {
            group: found.validation
            for group in self.groups
            if (found := self.direction.groups.get(group)) and found.validation
        }

    @property
    def drill(self) -> DrillRecord | None:
        """What the journal has of the drill that is under way; None where there is none."""
        return DrillRecord.under_way(self.session.journal.records)

    def refuse_unready(self) -> None:
        """Refuse to begin while a machine cannot be tested.

        Raises:
            PreflightError: naming every machine, and why.
            VaultError: where the vault cannot be read.
        """
        self._tests().refuse_unready()

    def test(self) -> None:
        """Test the failover of every machine, and prove where each of them is.

        Raises:
            DrillFailedError: naming what is wrong; the tests stay until `drill stop`.
            HalfwayError: where it was interrupted; the same command goes on.
        """
        with going_on("start"):
            tests = self._tests()
            problems = tests.run()
            if not problems:
                problems = [*unproven(self.session.azure, self.direction, tests.items())]
            self.session.journal.append(JournalEvent.DRILL_TESTED, problems=problems)
        drill = self.drill
        for each in drill.stale if drill else ():
            age = "unknown" if each.age is None else f"{each.age / _MINUTE:.0f} min"
            problems.append(
                f"{each.machine}: the age of its recovery point is {age}, the objective is "
                f"{each.objective} min"
            )
        if problems:
            raise DrillFailedError(
                f"the drill has failed: {'; '.join(problems)}. `sparehub drill stop` cleans up "
                "and records it"
            )

    def items(self) -> dict[str, ProtectedItem]:
        """Return the item of each machine, as the vault shows it now."""
        return self._tests().items()

    @property
    def left(self) -> dict[str, ProtectedItem]:
        """The items whose test has not been cleaned up."""
        return left_tests(self.items())

    def clean_up(self) -> None:
        """Remove what tests of the machines have made; there may be none.

        Raises:
            CleanUpError: naming every machine whose test is still there.
            HalfwayError: where it was interrupted; the same command goes on.
        """
        with going_on("stop"):
            if left := self.left:
                drill = self.drill
                comments = drill.id if drill else _UNKNOWN
                record = self.session.journal.append
                clean_up_tests(self.opened.vault, left, self.opened.wait(), record, comments)

    def document(self) -> dict[str, Any]:
        """Return what the journal has of the drill, under the keys of ``--json``."""
        drill = self.drill
        return drill.document(self.groups) if drill else {}

    def _tests(self) -> FailoverTests:
        return FailoverTests(
            vault=self.opened.vault,
            direction=self.direction,
            record=self.session.journal.append,
            wait=self.opened.wait(),
            drill=self.drill,
        )


def show_machines(output: Output, machines: DrillMachines) -> None:
    """Print what each machine came up from, and how long it took."""
    drill = machines.drill
    output.table(
        ("machine", "group", "up after", "recovery point", "age"),
        [
            (
                each.machine,
                str(each.group),
                "unknown" if each.seconds is None else f"{each.seconds:.0f} s",
                each.point or "unknown",
                "unknown" if each.age is None else f"{each.age / _MINUTE:.0f} min",
            )
            for each in (drill.machines.values() if drill else ())
        ],
    )


@contextmanager
def going_on(command: str) -> Iterator[None]:
    """Say of an interruption which command goes on; a failed clean-up or test is left as it is.

    Raises:
        HalfwayError: for an interruption.
    """
    try:
        yield
    except LeaseError:
        raise
    except (StillWaitingError, VaultError, KeyboardInterrupt) as error:
        problem = str(error) or "interrupted"
        message = f"{problem}\n`sparehub drill {command}` again goes on"
        raise HalfwayError(message) from None
