"""``drill start`` and ``stop`` with machines: what comes before what, without an engine."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest

from sparehub.drill import networks
from sparehub.drill.inhabitants import inhabitants
from sparehub.drill.machines import DrillFailedError
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.drill_record import DrillRecord
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.clean_up_tests import CleanUpError
from sparehub.failover.machines.waiting import JobWait, StillWaitingError
from sparehub.failover.session import Session
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning.drill import plan_drill
from sparehub.topology.planning.plan import Plan, PlanStep
from tests.drill.conftest import DrillEstate, files

Make = Callable[..., DrillEstate]


class Commands:
    """Both commands on an estate; the deployments of the stack are counted, not made."""

    def __init__(self, drill: DrillEstate, monkeypatch: pytest.MonkeyPatch) -> None:
        self.drill = drill
        self.deployed: list[bool | None] = []
        self.others = False
        monkeypatch.setattr(networks, "_confirmed", self._confirmed)
        monkeypatch.setattr(networks, "_deploy", self._deploy)
        monkeypatch.setattr(networks, "_prove", lambda *_: {"spoke1": "network"})
        monkeypatch.setattr(networks, "_has_drill", lambda *_: self.deployed[-1:] == [True])
        monkeypatch.setattr(networks, "escapes", lambda *_, **__: [])
        monkeypatch.setattr(networks, "recorded_networks", lambda *_: ())
        monkeypatch.setattr(
            networks, "inhabitants", lambda azure, _, *rest: inhabitants(azure, self.state(), *rest)
        )

    def state(self) -> Snapshot:
        """Return what the stack would have recorded: the subnets of the test networks."""
        urn = "urn:pulumi:secondary::p::azure-native:network:Subnet::drill"
        machines = self.drill.estate.away.machines
        return Snapshot.of(
            {
                "resources": [
                    {
                        "urn": f"{urn}/{machine.spoke}/app",
                        "type": "azure-native:network:Subnet",
                        "custom": True,
                        "id": f"{machine.test_network}/subnets/app",
                    }
                    for machine in machines
                ]
            }
        )

    @contextmanager
    def _confirmed(self, *_: Any, **__: Any) -> Iterator[tuple[Session, Plan]]:
        session = self.drill.machines().session
        object.__setattr__(session.stacks, "stacks", self)
        yield session, plan_drill(session.pair["primary"], session.pair["secondary"])

    def snapshot(self, _stack: str) -> Snapshot:
        return self.state()

    def _deploy(self, session: Session, _step: PlanStep, *, drill: bool | None) -> None:
        session.journal.append(JournalEvent.DRILL_INTENDED, step="drill")
        self.deployed.append(drill)
        if drill:
            self.drill.put_networks()

    def start(self) -> int:
        return networks.start(Path(), Output(as_json=True), plan="", yes=True)

    def stop(self, output: Output | None = None) -> int:
        shown = output or Output(as_json=True)
        return networks.stop(Path(), shown, plan="", yes=True, result="done")


@pytest.fixture
def commands(make: Make, monkeypatch: pytest.MonkeyPatch) -> Commands:
    return Commands(make(*files()), monkeypatch)


def test_a_drill_is_recorded_from_start_to_end(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    """Age, seconds and outcome; afterwards nothing of it is left."""
    assert commands.start() == 0
    started = json.loads(capsys.readouterr().out)
    assert commands.stop() == 0
    stopped = json.loads(capsys.readouterr().out)

    assert (started["isolated"], started["outcome"]) == (True, "not validated")
    assert [each["name"] for each in stopped["machines"]] == ["dc1", "app1"]
    for each in stopped["machines"]:
        assert each["seconds"] > 0
        assert each["ageInSeconds"] >= 0
        assert each["cleanUpSeconds"] > 0
    assert stopped["seconds"]["tests"] > stopped["seconds"]["cleanUp"] > 0
    assert commands.deployed == [True, None]
    last = commands.drill.journal().records[-1]
    assert (last.event, last.data["outcome"], last.data["result"]) == (
        "drill",
        "not validated",
        "done",
    )
    assert commands.drill.machines().left == {}
    assert DrillRecord.under_way(commands.drill.journal().records) is None


def test_what_is_not_ready_makes_no_network(commands: Commands) -> None:
    """A machine that is not replicated, and a script that is not there."""
    (commands.drill.directory / "dc.sh").unlink()
    with pytest.raises(PreflightError, match=r"the script \./dc\.sh of a validation cannot be"):
        commands.start()
    estate = commands.drill.estate
    estate.wait.until_done(estate.vault.delete_plan(estate.away.plan), "plan")
    item = commands.drill.machines().items()["app1"]
    estate.wait.until_done(estate.vault.disable(item.id), "end")
    with pytest.raises(PreflightError, match="app1 is not replicated: `sparehub replicate`"):
        commands.start()

    assert commands.deployed == []


def test_what_somebody_else_has_there_stops_the_removal(commands: Commands) -> None:
    """Before anything is cleaned up."""
    commands.start()
    subnet = f"{commands.drill.estate.away.machine('dc1').test_network}/subnets/app"
    group = commands.drill.estate.away.machine("dc1").test_network.group
    nic = f"{group}/providers/Microsoft.Network/networkInterfaces/theirs"
    properties = {"ipConfigurations": [{"name": "x", "properties": {"subnet": {"id": subnet}}}]}
    commands.drill.estate.arm.put(nic, {"location": "southeastasia", "properties": properties})

    with pytest.raises(PreflightError, match=r"theirs in spoke1/app: not of a test failover"):
        commands.stop()

    assert sorted(commands.drill.machines().left) == ["app1", "dc1"]
    commands.drill.estate.arm.delete(nic)
    assert commands.stop() == 0
    assert commands.deployed == [True, None]


def test_networks_stay_while_a_test_is_left(commands: Commands) -> None:
    commands.start()
    control.add_fault(commands.drill.estate.directory, FaultRequest("test-left", "southeastasia"))

    with pytest.raises(CleanUpError, match="dc1: clean-up of the test"):
        commands.stop()

    assert commands.deployed == [True]
    control.clear_faults(commands.drill.estate.directory)
    assert commands.stop() == 0


def test_a_drill_that_failed_is_recorded_as_failed(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    control.add_fault(commands.drill.estate.directory, FaultRequest("capacity", "southeastasia"))
    with pytest.raises(DrillFailedError, match="dc1: test failover: Failed"):
        commands.start()
    control.clear_faults(commands.drill.estate.directory)

    assert commands.stop() == 0

    stopped = json.loads(capsys.readouterr().out)
    assert (stopped["outcome"], stopped["machines"]) == ("failed", [])


def test_a_test_of_somebody_else_is_cleaned_up_and_is_not_a_drill(
    commands: Commands, capsys: pytest.CaptureFixture[str]
) -> None:
    """Without one there is nothing to stop."""
    with pytest.raises(PreflightError, match="there is no drill to stop; nothing was done"):
        commands.stop()
    commands.start()
    commands.deployed.clear()

    assert commands.stop(Output()) == 0

    assert capsys.readouterr().out.endswith(
        "the tests of app1, dc1 are cleaned up; there was no drill to record\n"
    )
    assert commands.deployed == []
    assert JournalEvent.DRILL_ENDED not in [
        record.event for record in commands.drill.journal().records
    ]


def test_a_run_that_is_stopped_says_which_command_goes_on(
    commands: Commands, monkeypatch: pytest.MonkeyPatch
) -> None:
    with monkeypatch.context() as patched:

        def stopped(*_: Any) -> None:
            raise StillWaitingError("stopped on request")

        patched.setattr(JobWait, "until_ended", stopped)
        with pytest.raises(HalfwayError, match="`sparehub drill start` again goes on"):
            commands.start()

    assert commands.start() == 0
    assert commands.drill.posted("testFailover") == ["dc1", "app1"]
