"""Raising the bandwidth of the region that takes over: a failure halts nothing."""

import json
import signal
from collections.abc import Callable
from typing import Any

import pytest

from sparehub.azure.answers import Answer
from sparehub.failover import finish_fence, operations
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.plans import read_plan
from sparehub.failover.steps.preview_guard import UnexpectedChangesError
from sparehub.output import Output
from sparehub.stacks.stack_file_edit import editing_problems
from sparehub.stacks.stack_files import StackText, read_stack
from sparehub.topology.errors import HalfwayError, OptionsError, PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.hooks import NO_HOOKS, Hooks
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, resume

FAILOVER, FAILBACK = PlanKind.FAILOVER, PlanKind.FAILBACK
RAISED = "update region/circuit/singapore/circuit"
SILENT = Answer(status=503, body={})


def bandwidths(world: World) -> tuple[int, int]:
    """Return what the secondary's circuit carries by its file, and in Azure."""
    (circuit,) = read_stack(world.directory, "secondary").region.circuits
    shown = world.cloud["secondary"]["region/circuit/singapore/circuit"]["outputs"]
    return circuit.bandwidth_in_mbps, shown["serviceProviderProperties"]["bandwidthInMbps"]


def recorded(world: World) -> int:
    """Return what the secondary's circuit carries by its stack's state."""
    (found,) = (
        each["outputs"]["serviceProviderProperties"]["bandwidthInMbps"]
        for each in world.state["secondary"]["resources"]
        if each.get("name") == "region/circuit/singapore/circuit"
    )
    return int(found)


def outcome(world: World) -> dict[str, Any]:
    """Return what the journal says of the raise, which came last."""
    (file,) = (world.directory / "home").rglob("journal.jsonl")
    *_, last, end = (json.loads(line) for line in file.read_text().splitlines())
    assert (end["event"], last["event"]) == ("finished", "outcome")
    assert last["data"].pop("step") == "raise-bandwidth-singapore"
    said: dict[str, Any] = last["data"]
    return said


def answering(world: World, answer: Callable[[], Answer | None]) -> None:
    """Let readings of the secondary's circuit be answered otherwise, where there is an answer."""

    def request(method: str, path: str) -> Answer | None:
        del method
        return answer() if path.endswith("/erc-singapore") else None

    world.hooks = Hooks(request=request)


def dying(world: World) -> None:
    """Die after the file says what is wanted, and before it is deployed."""

    def die() -> None:
        if len(world.writes) > 1:
            raise Died

    with world.injecting(Hooks(before_deployment=die)), pytest.raises(Died):
        begin(world, FAILOVER, raise_bandwidth=True)
    assert (bandwidths(world), recorded(world)) == ((1000, 200), 200)


def goes_back(world: World) -> list[str]:
    """Return what a failback and the next failover write besides what they always do."""
    world.writes.clear()
    assert begin(world, FAILBACK) == 0
    assert begin(world, FAILOVER) == 0
    return [each for each in world.writes if "/connection/" not in each]


def test_a_bandwidth_is_raised_once_the_target_is_live(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """One more write, and one number in the file; a plan without it, or with, is another one."""
    world = start()
    file = world.directory / "Pulumi.secondary.yaml"
    text = file.read_text().replace("activation: standby", "activation: active")
    plain = read_plan(world.directory, FAILOVER, Mode.PLANNED).id
    asked = operations.OperationRequest(kind=FAILOVER, plan=plain, yes=True, raise_bandwidth=True)
    with pytest.raises(PreflightError, match="is not the plan of these stack files"):
        operations.begin(world.directory, asked, Output())

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0
    assert world.writes[1:] == [
        "create region/connection/singapore/connection",
        "update region/circuit/singapore/circuit",
    ]
    said = file.read_text().replace("  sparehub:generation: 1\n", "")
    assert said == text.replace("bandwidthInMbps: 200", "bandwidthInMbps: 1000")
    assert bandwidths(world) == (1000, 1000)
    assert "warning: the circuit" not in capsys.readouterr().err
    with pytest.raises(OptionsError, match="has no circuit of its own that carries less"):
        begin(world, FAILBACK, raise_bandwidth=True)
    assert begin(world, FAILBACK) == 0


def test_a_bandwidth_that_azure_refuses_stays_and_the_failover_is_done(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """The file is put back, the journal has the reason, the exit code is that of a failover."""
    world = start()
    world.port_is_full = True
    assert begin(world, FAILOVER, raise_bandwidth=True) == 0
    assert bandwidths(world) == (200, 200)
    said = "carries 200 Mbps as before, since raising it failed: the port has no room"
    assert said in capsys.readouterr().err
    assert outcome(world) == {"refused": "the port has no room"}
    assert begin(world, FAILBACK) == 0


def test_a_bandwidth_that_died_half_way_is_resumed(start: Start) -> None:
    """With the number of the run in the file, and with no other."""
    world = start()
    dying(world)
    file = world.directory / "Pulumi.secondary.yaml"
    raised = file.read_text()
    file.write_text(raised.replace("bandwidthInMbps: 1000", "bandwidthInMbps: 500"))
    with pytest.raises(PreflightError, match="are not those with which the failover began"):
        resume(world)
    file.write_text(raised)
    assert resume(world) == 0
    assert bandwidths(world) == (1000, 1000)
    assert goes_back(world) == []


@pytest.mark.parametrize(
    ("kind", "mode"),
    [(FAILBACK, Mode.PLANNED), (FAILBACK, Mode.UNPLANNED), (FAILOVER, Mode.UNPLANNED)],
)
def test_another_operation_may_take_the_place_of_one_that_died_raising(
    start: Start, kind: PlanKind, mode: Mode
) -> None:
    """What its file says by then is deployed with the rest of the stack."""
    world = start()
    dying(world)
    with pytest.raises(HalfwayError, match="is under way"):
        begin(world, FAILOVER, raise_bandwidth=False)

    assert begin(world, kind, mode) == 0

    assert world.writes.count(RAISED) == 1
    assert (bandwidths(world), recorded(world)) == ((1000, 1000), 1000)
    assert resume(world) == 0


def test_a_circuit_that_falls_silent_after_it_was_raised_stops_nothing(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """What it carries is said to be unknown, and the file says what was deployed."""
    world = start()
    answering(world, lambda: SILENT if RAISED in world.writes else None)

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    said = "its bandwidth is unknown in Azure (no answer (503)), since raising it failed: Azure"
    assert f"warning: the circuit of singapore: {said}" in capsys.readouterr().err
    assert outcome(world)["refused"].startswith(said)
    assert (bandwidths(world), recorded(world)) == ((1000, 1000), 1000)
    world.hooks = NO_HOOKS
    assert goes_back(world) == []


def test_a_raise_whose_answers_were_all_lost_is_written_again_by_the_next_operation(
    start: Start,
) -> None:
    """Azure did it and nobody heard: the file says so, the state does not yet."""
    world = start()
    world.failing_writes = [(True, False), (True, False)]
    answering(world, lambda: None if world.failing_writes else SILENT)

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    assert (bandwidths(world), recorded(world)) == ((1000, 1000), 200)
    assert outcome(world)["unsettled"]
    world.hooks = NO_HOOKS
    assert goes_back(world) == [RAISED]
    assert (bandwidths(world), recorded(world)) == ((1000, 1000), 1000)


def test_a_region_that_is_lost_after_such_a_raise_is_disconnected_once_it_is_back(
    start: Start,
) -> None:
    """`finish-fence` may write the circuit as well."""
    world = start()
    world.failing_writes = [(True, False), (True, False)]
    begin(world, FAILOVER, raise_bandwidth=True)
    world.lost.add("secondary")
    assert begin(world, FAILBACK, Mode.UNPLANNED) == 0
    world.lost.clear()

    assert finish_fence.finish_fence(world.directory, Output(), yes=True) == 0

    assert world.writes.count(RAISED) == 1
    assert (bandwidths(world), recorded(world)) == ((1000, 1000), 1000)


def test_a_raise_that_azure_shows_is_none_that_was_refused(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Also where Pulumi heard of none of it."""
    world = start()
    world.failing_writes = [(True, False), (True, False)]

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    assert "its bandwidth is 1000 Mbps in Azure (Succeeded)" in capsys.readouterr().err
    assert outcome(world) == {"refused": "", "unsettled": True}
    assert goes_back(world) == [RAISED]


def test_a_raise_that_is_refused_after_it_was_accepted_is_taken_back_in_the_state(
    start: Start,
) -> None:
    """Pulumi then records the new number, and Azure has the old one."""
    world = start()
    world.failing_writes = [(False, True), (False, True)]

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    assert outcome(world) == {"refused": "the answer was lost"}
    assert (bandwidths(world), recorded(world)) == ((200, 200), 200)
    assert goes_back(world) == []


def test_a_raise_that_cannot_be_taken_back_now_is_taken_back_by_the_next_operation(
    start: Start,
) -> None:
    """Whose deployment may write the circuit for that."""
    world = start()
    world.failing_writes = [(False, True)] * 4

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    assert outcome(world)["unsettled"]
    assert bandwidths(world) == (200, 200)
    assert world.snapshot("secondary").failed == ("region/circuit/singapore/circuit",)
    assert goes_back(world) == [RAISED]
    assert world.snapshot("secondary").failed == ()
    assert (bandwidths(world), recorded(world)) == ((200, 200), 200)


def test_a_circuit_in_state_failed_is_not_raised_also_if_it_shows_the_number(start: Start) -> None:
    """Its file has that number nevertheless, and the failover is done."""
    world = start()
    provider = {"serviceProviderProperties": {"bandwidthInMbps": 1000}}
    failed = Answer(status=200, body={"properties": {"provisioningState": "Failed", **provider}})
    answering(world, lambda: failed if RAISED in world.writes else None)

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    assert outcome(world)["refused"].startswith("its bandwidth is 1000 Mbps in Azure (Failed)")
    assert bandwidths(world) == (1000, 1000)


def test_a_number_that_cannot_be_changed_in_its_place_stops_nothing(start: Start) -> None:
    """An anchor to which something else refers: `check` names it, and the failover goes on."""
    world = start()
    file = world.directory / "Pulumi.secondary.yaml"
    file.write_text(file.read_text().replace("InMbps: 200", "InMbps: &small 200") + "x: *small\n")
    source = StackText.read(world.directory, "secondary")
    assert [problem.path for problem in editing_problems(source)] == [file.name]

    assert begin(world, FAILOVER, raise_bandwidth=True) == 0

    assert "bandwidthInMbps cannot be changed there" in outcome(world)["refused"]
    assert bandwidths(world) == (200, 200)
    assert goes_back(world) == []


def test_a_raise_stops_for_who_asks_to_stop_and_for_who_takes_over(start: Start) -> None:
    """And is begun again by `resume`."""
    world = start()

    def stop() -> None:
        if len(world.writes) > 1:
            signal.raise_signal(signal.SIGTERM)
            world.failing_writes = [(False, False)]

    with (
        world.injecting(Hooks(before_deployment=stop)),
        pytest.raises(HalfwayError, match="stopped in raise-bandwidth-singapore"),
    ):
        begin(world, FAILOVER, raise_bandwidth=True)

    def lose_the_lease() -> None:
        raise LeaseError("somebody else has taken over")

    with (
        world.injecting(Hooks(before_deployment=lose_the_lease)),
        pytest.raises(LeaseError, match="has taken over"),
    ):
        resume(world)
    assert resume(world) == 0
    assert outcome(world) == {"refused": ""}
    assert bandwidths(world) == (1000, 1000)


def test_only_a_raise_of_unknown_end_may_be_written_by_another_operation(start: Start) -> None:
    """Till the stack is activated again; a number that somebody changed is refused as ever."""
    world = start()
    world.failing_writes = [(True, False), (True, False)]
    begin(world, FAILOVER, raise_bandwidth=True)
    assert goes_back(world) == [RAISED]
    file = world.directory / "Pulumi.secondary.yaml"
    file.write_text(file.read_text().replace("InMbps: 1000", "InMbps: 2000"))

    with pytest.raises(UnexpectedChangesError, match=f"would also {RAISED}"):
        begin(world, FAILBACK)
