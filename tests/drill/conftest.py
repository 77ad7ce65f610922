"""A pair with two replicated machines and the test networks of a drill, without an engine."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.drill.machines import DrillMachines
from sparehub.failover.journal.drill_record import DrillRecord
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal
from sparehub.simulator import control
from tests.failover.machines.reprotection.conftest import FailedOver
from tests.replicated_pair import ReplicatedPair, pair_of
from tests.site_recovery_files import protected, recovery

SCRIPT = "./dc.sh"
QUESTION = "Do users sign in?"


def files() -> tuple[dict[str, Any], dict[str, Any]]:
    """Return both files, with a validation of each group, and an address of each test."""
    primary, secondary = protected(), recovery()
    machines = primary["sparehub:region"]["replicate"]["machines"]
    machines["app1"]["networkInterfaces"]["app1-nic"]["testIPAddress"] = "10.2.0.10"
    groups = secondary["sparehub:region"]["siteRecovery"]["recoveryPlan"]["groups"]
    groups["1"]["validation"] = {"script": SCRIPT}
    groups["2"] = {"validation": {"manual": QUESTION}}
    return primary, secondary


class DrillEstate:
    """The estate, whose journal is on the disk as that of a command is."""

    def __init__(self, directory: Path, pair: ReplicatedPair) -> None:
        self.estate = pair
        self.directory = directory
        self._sessions = FailedOver(pair, directory)

    def replicate(self) -> "DrillEstate":
        self._sessions.replicate()
        return self

    def make_networks(self) -> "DrillEstate":
        """Make what `drill start` makes first, and record that a drill has begun."""
        self.put_networks()
        self.machines().session.journal.append(JournalEvent.DRILL_INTENDED, step="start")
        return self

    def put_networks(self) -> None:
        """Make the test networks."""
        for machine in self.estate.away.machines:
            self.estate.test_network(machine.test_network)

    def machines(self) -> DrillMachines:
        """Return what one run of a command works with."""
        session = self._sessions.session()
        found = DrillMachines.of(session, "secondary")
        assert found
        return found

    def dying(self, record: int, *, written: bool) -> DrillMachines:
        """Return a run that dies at a record, counted from 0: once it is written, or before."""
        machines = self.machines()
        journal, left = machines.session.journal, [record]
        append = journal.append

        def appending(event: JournalEvent, operation: str = "", **data: Any) -> None:
            left[0] -= 1
            if left[0] < 0 and not written:
                raise Died
            append(event, operation, **data)
            if left[0] < 0:
                raise Died

        object.__setattr__(journal, "append", appending)
        return machines

    @property
    def record(self) -> DrillRecord:
        """What the journal says of the drill that is under way."""
        found = self.machines().drill
        assert found
        return found

    def journal(self) -> Journal:
        return self.machines().session.journal

    def posted_commands(self) -> list[str]:
        """Return the machines on which Azure has accepted a script."""
        return [
            line.path.split("/")[-2]
            for line in control.read_log(self.estate.directory)
            if line.path.endswith("/runCommand") and line.status < 300
        ]

    def posted(self, action: str) -> list[str]:
        """Return the items of an action that Azure has accepted, from the log of writes."""
        return [
            line.path.split("/replicationProtectedItems/")[1].partition("/")[0]
            for line in control.read_log(self.estate.directory)
            if line.path.endswith(f"/{action}") and line.status < 300
        ]


class Died(BaseException):
    """The run was killed."""


@pytest.fixture
def make(tmp_path: Path) -> Callable[..., DrillEstate]:
    """Return what makes a pair of two files whose machines are replicated."""

    def of(primary: dict[str, Any], secondary: dict[str, Any]) -> DrillEstate:
        pair = ReplicatedPair(tmp_path, pair_of(primary, secondary)).deploy()
        (tmp_path / "dc.sh").write_text("systemctl is-active samba\n")
        return DrillEstate(tmp_path, pair).replicate()

    return of


@pytest.fixture
def drill(make: Callable[..., DrillEstate]) -> DrillEstate:
    """Return a pair whose machines are replicated, with test networks."""
    return make(*files()).make_networks()
