"""An NVA that is off until a failover starts it."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from unittest.mock import Mock

import pytest

from sparehub.azure.answers import Answer
from sparehub.failover.journal.journal import Journal
from sparehub.failover.steps.nva_start import NvaError, start_nva
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import HalfwayError
from sparehub.topology.planning.failover import plan, region_at
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.resources import PAIR, stack_in
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, resume
from tests.failover.preflight.test_questions import MACHINE, change_nva

FAILOVER = PlanKind.FAILOVER
NIC = f"{MACHINE.partition('/providers/')[0]}/providers/Microsoft.Network/networkInterfaces/fw1"


@dataclass
class Appliance:
    """A machine with the secondary's next hop, beside a world."""

    world: World
    power: str = "deallocated"
    refuses: bool = False
    stays: bool = False
    falls_silent: bool = False
    """Whether its power state cannot be read once an operation has begun."""
    cores: int = 4
    """How many its region has; three are used."""
    asked: list[str] = field(default_factory=list)
    """What was asked of it, each with what had been written in the regions by then."""

    def __post_init__(self) -> None:
        change_nva(self.world, "secondary", f"id: {MACHINE}, standby: startAtFailover")
        self.world.build()
        self.world.hooks = Hooks(request=self.request)

    def request(self, method: str, path: str) -> Answer | None:
        """Answer what is asked of the machine and of its region's quota; None for anything else."""
        del method
        if self.falls_silent and path.endswith("/instanceView") and self._has_begun():
            return Answer(status=503, body={})
        if path.endswith("/start"):
            self.asked.append(f"{path.rpartition('/')[2]} after {len(self.world.writes)} writes")
            if self.refuses:
                return Answer(status=409, body={"error": {"message": "no capacity"}})
            self.power = self.power if self.stays else "running"
            return Answer(status=200, body={})
        shown: dict[str, dict[str, Any]] = {
            MACHINE: {"properties": {"networkProfile": {"networkInterfaces": [{"id": NIC}]}}},
            f"{MACHINE}/instanceView": {"statuses": [{"code": f"PowerState/{self.power}"}]},
            NIC: {
                "properties": {
                    "enableIPForwarding": True,
                    "virtualMachine": {"id": MACHINE},
                    "ipConfigurations": [{"properties": {"privateIPAddress": "10.10.10.10"}}],
                }
            },
        }
        if path in shown:
            return Answer(status=200, body=shown[path])
        if path.endswith("/usages"):
            cores = {"name": {"value": "cores"}, "currentValue": 3, "limit": self.cores}
            return Answer(status=200, body={"value": [cores]})
        return None

    def _has_begun(self) -> bool:
        return any(self.world.directory.rglob("journal.jsonl"))


def outcomes(world: World) -> dict[str, dict[str, Any]]:
    """Return what the journal says of each step that is done."""
    (journal,) = world.directory.rglob("home/**/journal.jsonl")
    records = Journal([journal.parent], "sparehub", print).records
    return {str(each.data.pop("step")): each.data for each in records if each.event == "outcome"}


@pytest.mark.parametrize("mode", Mode)
def test_an_nva_that_is_off_is_started_before_the_region_is_connected(
    start: Start, capsys: pytest.CaptureFixture[str], mode: Mode
) -> None:
    """Planned, before the source is disconnected; preflight says it and refuses nothing."""
    appliance = Appliance(start())

    assert begin(appliance.world, FAILOVER, mode) == 0

    before = 0 if mode is Mode.PLANNED else 1
    assert appliance.asked == [f"start after {before} writes"]
    assert outcomes(appliance.world)["start-nva-secondary"] == {"started": [MACHINE]}
    assert "start-nva-secondary starts fw1" in capsys.readouterr().err
    assert len(appliance.world.advertised("secondary")) == 3


def test_one_that_runs_is_left_alone(start: Start) -> None:
    """The step is there, and does nothing."""
    appliance = Appliance(start(), power="running")

    assert begin(appliance.world, FAILOVER) == 0

    assert appliance.asked == []
    assert outcomes(appliance.world)["start-nva-secondary"] == {"started": []}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("power", ["deallocated", "running"])
def test_cores_that_are_used_up_are_said_of_a_machine_that_is_off(
    start: Start, capsys: pytest.CaptureFixture[str], mode: Mode, power: str
) -> None:
    """How many a machine needs is unknown before it starts; one that runs needs no more."""
    appliance = Appliance(start(), power=power, cores=3)

    assert begin(appliance.world, FAILOVER, mode) == 0

    text = "warning: 3 of 3 cores are used in southeastasia, and secondary needs 1 more at least"
    assert (text in " ".join(capsys.readouterr().err.split())) is (power == "deallocated")


def test_one_that_cannot_be_started_halts_before_anything_is_disconnected(start: Start) -> None:
    """`resume` tries again, and goes on."""
    appliance = Appliance(start(), refuses=True)
    said = "does not forward: fw1 cannot be started: no capacity"
    with pytest.raises(HalfwayError, match=f"stopped in start-nva-secondary: .* {said}"):
        begin(appliance.world, FAILOVER)
    assert appliance.world.writes == []

    appliance.refuses = False
    assert resume(appliance.world) == 0
    assert len(appliance.world.advertised("secondary")) == 3
    assert appliance.world.conflicts == []


def test_one_that_starts_and_does_not_run_halts(start: Start) -> None:
    """Within the worst time that a start is held to take, on Azure's clock."""
    appliance = Appliance(start(), stays=True)
    said = "the NVA of secondary does not forward: fw1 does not run"

    with pytest.raises(HalfwayError, match=said) as caught:
        begin(appliance.world, FAILOVER)

    assert caught.value.exit_code == 5
    assert sum(appliance.world.waited) == 600
    assert appliance.world.writes == []


@pytest.mark.parametrize("mode", Mode)
def test_what_cannot_be_read_of_it_halts_a_planned_failover_alone(
    start: Start, capsys: pytest.CaptureFixture[str], mode: Mode
) -> None:
    """The fence of an unplanned one is set by then: it says it, and connects the region."""
    appliance = Appliance(start(), power="running", falls_silent=True)
    unread = f"{MACHINE}/instanceView: no answer (503)"

    if mode is Mode.PLANNED:
        with pytest.raises(HalfwayError, match=re.escape(f"does not forward: {unread}")):
            begin(appliance.world, FAILOVER, mode)
        assert appliance.world.writes == []
        return
    assert begin(appliance.world, FAILOVER, mode) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert f"the NVA of secondary: its next hop cannot be read: {unread}" in said
    assert len(appliance.world.advertised("secondary")) == 3


@dataclass
class Balancer:
    """A load balancer with two machines, whose guests answer its probe after some looks."""

    boots: int = 0
    """How many looks at its health show nobody, once a machine runs."""
    refused: tuple[str, ...] = ()
    unread: str = ""
    """The machine whose power cannot be read."""
    running: set[str] = field(default_factory=set)
    asked: list[str] = field(default_factory=list)
    waited: list[float] = field(default_factory=list)

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        del body
        if path.endswith("/health"):
            self.boots -= 1
            up = len(self.running) if self.boots < 0 else 0
            return Answer(status=200, body={"up": up, "down": 2 - up})
        name = path.split("/")[-2]
        self.asked.append(name)
        if name in self.refused:
            error = {"code": "AllocationFailed", "message": f"no room for {name}"}
            return Answer(status=409, body={"error": error})
        self.running.add(name)
        return Answer(status=200, body={})

    def send(self, method: str, path: str, *_rest: Any) -> Answer:
        del method
        name = path.removesuffix("/instanceView").rpartition("/")[2]
        if path.endswith("/instanceView"):
            if name == self.unread:
                return Answer(status=503, body={})
            power = "running" if name in self.running else "deallocated"
            return Answer(status=200, body={"statuses": [{"code": f"PowerState/{power}"}]})
        if path == LB:
            return Answer(status=200, body={"properties": BALANCED})
        machine = {"id": f"{MACHINE[:-1]}{name[-1]}"}
        properties = {"enableIPForwarding": True, "virtualMachine": machine}
        return Answer(status=200, body={"properties": properties})

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)


LB = f"{NIC.partition('/networkInterfaces/')[0]}/loadBalancers/lb"
BALANCED = {
    "frontendIPConfigurations": [
        {"id": f"{LB}/front", "properties": {"privateIPAddress": "10.10.10.10"}}
    ],
    "loadBalancingRules": [
        {
            "name": "all",
            "properties": {
                "protocol": "All",
                "frontendPort": 0,
                "backendPort": 0,
                "frontendIPConfiguration": {"id": f"{LB}/front"},
                "backendAddressPool": {"id": f"{LB}/pool"},
            },
        }
    ],
    "backendAddressPools": [
        {
            "id": f"{LB}/pool",
            "properties": {
                "backendIPConfigurations": [
                    {"id": f"{NIC[:-1]}{each}/ipConfigurations/a"} for each in (1, 2)
                ]
            },
        }
    ],
}


def start_behind(
    start: Start, azure: Balancer, mode: Mode = Mode.PLANNED
) -> tuple[list[str], list[str]]:
    """Start what is off behind a load balancer; return which was started, and what was said."""
    world = start()
    change_nva(world, "secondary", f"id: {LB}, standby: startAtFailover")
    pair = {name: stack_in(world.directory, name) for name in PAIR}
    notes: list[str] = []
    context = Mock(
        spec=StepContext,
        session=Mock(spec=["azure", "stacks"], azure=azure, stacks=world),
        plan=plan(pair["primary"], pair["secondary"], FAILOVER, mode),
        target=region_at(pair["secondary"], Activation.ACTIVE),
    )
    context.note = notes.append
    started = start_nva(context)["started"]
    return [machine.rpartition("/")[2] for machine in started], notes


def test_guests_that_boot_are_waited_for(start: Start) -> None:
    """Its machines run, and nobody answers the probe yet: that is accepted while they start."""
    azure = Balancer(boots=3)
    assert start_behind(start, azure) == (["fw1", "fw2"], [])
    assert azure.waited == [5.0] * 3

    silent = Balancer(boots=1000)
    with pytest.raises(NvaError, match="no backend of the load balancer lb answers its probe"):
        start_behind(start, silent)
    assert sum(silent.waited) == 600


@pytest.mark.parametrize("mode", Mode)
def test_one_machine_that_cannot_be_started_keeps_no_other_off(start: Start, mode: Mode) -> None:
    """It is said, with what Azure says; only where none runs in the end it halts."""
    azure = Balancer(refused=("fw1",))
    assert start_behind(start, azure, mode) == (
        ["fw2"],
        ["warning: the NVA of secondary: fw1 cannot be started: no room for fw1"],
    )
    assert (azure.asked, azure.waited) == (["fw1", "fw2"], [])

    none = Balancer(refused=("fw1", "fw2"))
    said = "fw1 cannot be started: no room for fw1; fw2 cannot be started: no room for fw2"
    with pytest.raises(NvaError, match=f"secondary does not forward: {said}"):
        start_behind(start, none, mode)
    assert (none.asked, none.waited) == (["fw1", "fw2"], [])


def test_a_machine_that_cannot_be_read_is_said_of_an_unplanned_failover(start: Start) -> None:
    """The other one is started; a planned failover halts."""
    view = f"{MACHINE[:-1]}2/instanceView: no answer (503)"
    azure = Balancer(unread="fw2")
    assert start_behind(start, azure, Mode.UNPLANNED) == (
        ["fw1"],
        [f"warning: the NVA of secondary: its next hop cannot be read: {view}"],
    )
    with pytest.raises(NvaError, match=re.escape(f"does not forward: {view}")):
        start_behind(start, Balancer(unread="fw2"))
