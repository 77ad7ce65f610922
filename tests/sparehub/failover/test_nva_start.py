"""An NVA that is off until a failover starts it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pytest

from sparehub.azure.answers import Answer
from sparehub.failover.journal import Journal
from tests.sparehub.failover.test_preflight import MACHINE, change_nva
from tests.sparehub.failover.world import World
from tests.sparehub.failover.worlds import Start, begin, resume
from topology.errors import HalfwayError
from topology.plan import Kind, Mode

FAILOVER = Kind.FAILOVER
NIC = f"{MACHINE.partition('/providers/')[0]}/providers/Microsoft.Network/networkInterfaces/fw1"


@dataclass
class Appliance:
    """A machine with the secondary's next hop, beside a world."""

    world: World
    power: str = "deallocated"
    refuses: bool = False
    stays: bool = False
    asked: list[str] = field(default_factory=list)
    """What was asked of it, each with what had been written in the regions by then."""

    def __post_init__(self) -> None:
        change_nva(self.world, "secondary", f"id: {MACHINE}, standby: startAtFailover")
        self.world.build()
        self._send = self.world.send
        self.world.send = self.send  # type: ignore[method-assign]

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 60.0
    ) -> Answer:
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
            cores = {"name": {"value": "cores"}, "currentValue": 3, "limit": 4}
            return Answer(status=200, body={"value": [cores]})
        return self._send(method, path, body, timeout)


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


def test_one_that_cannot_be_started_halts_before_anything_is_disconnected(start: Start) -> None:
    """`resume` tries again, and goes on."""
    appliance = Appliance(start(), refuses=True)
    said = "stopped in start-nva-secondary: fw1 of the NVA of secondary cannot be started: no cap"
    with pytest.raises(HalfwayError, match=said):
        begin(appliance.world, FAILOVER)
    assert appliance.world.writes == []

    appliance.refuses = False
    assert resume(appliance.world) == 0
    assert len(appliance.world.advertised("secondary")) == 3
    assert appliance.world.double == []


def test_one_that_starts_and_does_not_run_halts(start: Start) -> None:
    """Within the worst time that a start is held to take, on Azure's clock."""
    appliance = Appliance(start(), stays=True)
    said = "the NVA of secondary does not forward: fw1 does not run"

    with pytest.raises(HalfwayError, match=said) as caught:
        begin(appliance.world, FAILOVER)

    assert caught.value.exit_code == 5
    assert sum(appliance.world.waited) == 600
    assert appliance.world.writes == []
