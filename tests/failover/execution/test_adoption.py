"""`resume --adopt`: a switch that a runbook made is recorded by both stacks, or refused."""

from collections.abc import Callable
from typing import Any

import pytest

from sparehub.failover import finish_fence
from sparehub.failover.journal.acceptances import Accepted
from sparehub.failover.status import status
from sparehub.output import Output
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import recorded_inside
from tests.failover.memory_backend.resources import activation_in_file
from tests.failover.memory_backend.world import World
from tests.failover.operators import (
    Start,
    at_depth_network,
    begin,
    change_regions,
    halted,
    journal_state_of,
    resume,
    wide,
)
from tests.failover.outside_switches import (
    SOURCE_CONNECTION,
    TARGET_CONNECTION,
    adopted,
    connect,
    disconnect,
    fence,
    switched,
)


def facts(world: World) -> tuple[object, ...]:
    """Return what an adoption must not change where it is refused."""
    files = [(world.directory / f"Pulumi.{each}.yaml").read_text() for each in world.state]
    return (repr(world.state), repr(world.cloud), files, journal_state_of(world), world.writes)


def known(world: World, stack: str) -> dict[str, Any]:
    return {e["name"]: e["outputs"] for e in world.state[stack]["resources"] if e["custom"]}


def standing(world: World, stack: str) -> dict[str, Any]:
    return {name: each["outputs"] for name, each in world.cloud[stack].items()}


@pytest.mark.parametrize("change", [None, at_depth_network, wide])
def test_both_states_follow_a_finished_switch(
    start: Start, change: Callable[[dict[str, Any]], object] | None
) -> None:
    """No write to Azure; states, files, generation and journal are those of a failover."""
    world = start()
    if change:
        change_regions(world, change)
    switched(world)

    assert adopted(world) == 0

    assert world.writes == []
    for stack in ("primary", "secondary"):
        assert known(world, stack) == standing(world, stack)
        assert read_stack(world.directory, stack).config.generation == 1
    assert activation_in_file(world.directory, "secondary") == "active"
    assert activation_in_file(world.directory, "primary") == "standby"
    state = journal_state_of(world)
    assert state.last
    assert (state.last.kind, state.last.mode, state.last.adopted) == ("failover", "unplanned", True)
    assert (state.open, state.open_items, state.committed) == (None, (), False)


def test_a_failback_follows_an_adopted_failover(start: Start) -> None:
    """The pair goes on as after any failover, and the way back can be adopted as well."""
    world = start()
    switched(world)
    adopted(world)
    assert begin(world, PlanKind.FAILBACK) == 0
    assert world.advertised("primary")
    assert begin(world, PlanKind.FAILOVER) == 0

    disconnect(world, "secondary")
    connect(world, "primary")
    before = list(world.writes)
    assert adopted(world) == 0

    assert world.writes == before
    state = journal_state_of(world)
    assert state.last
    assert (state.last.kind, state.last.generation) == ("failback", 4)


def test_what_the_source_has_left_stays_for_pulumi_up(start: Start) -> None:
    """At depth `network` the runbook may leave the gateway: no adoption deletes it."""
    world = start()
    change_regions(world, at_depth_network)
    connect(world)
    del world.cloud["primary"][SOURCE_CONNECTION]

    assert adopted(world) == 0

    assert world.writes == []
    assert "region/expressroute/gateway" in known(world, "primary")
    assert activation_in_file(world.directory, "primary") == "standby"


def test_a_source_that_is_fenced_is_left_for_finish_fence(start: Start) -> None:
    """A connection that stands behind a disabled peering becomes an open item."""
    world = start()
    connect(world)
    fence(world)

    assert adopted(world) == 0

    assert world.writes == []
    (item,) = journal_state_of(world).open_items
    assert (item.stack, item.unfenced, [each.how for each in item.fences]) == (
        "primary",
        False,
        ["privatePeering"],
    )
    finish_fence.finish_fence(world.directory, Output(), yes=True)
    assert (world.advertised("primary"), world.disabled) == (set(), set())
    assert begin(world, PlanKind.FAILBACK) == 0


def test_a_lost_source_is_left_where_its_fence_is_proven(start: Start) -> None:
    """Its state is not touched; `finish-fence` completes it once it answers."""
    world = start()
    connect(world)
    fence(world)
    world.lost.add("primary")
    before = repr(world.state["primary"])

    assert adopted(world) == 0

    assert repr(world.state["primary"]) == before
    world.lost.clear()
    finish_fence.finish_fence(world.directory, Output(), yes=True)
    assert world.advertised("primary") == set()


@pytest.mark.parametrize(
    ("accepted", "code", "unfenced"),
    [(Accepted(reason="burnt down"), 7, True), (Accepted(ticket="CHG-1"), 0, False)],
)
def test_a_lost_source_without_a_fence_has_to_be_accepted(
    start: Start,
    accepted: Accepted,
    code: int,
    unfenced: bool,  # noqa: FBT001 - a parameter of the test
) -> None:
    world = start()
    change_regions(world, recorded_inside)
    connect(world)
    world.lost.add("primary")
    before = facts(world)

    with pytest.raises(SparehubError, match="nothing proves that primary does not") as refused:
        adopted(world)
    assert refused.value.exit_code == 6
    assert facts(world) == before

    assert adopted(world, accepted) == code
    (item,) = journal_state_of(world).open_items
    assert item.unfenced is unfenced


def _connected_twice(world: World) -> None:
    connect(world)


def _half_connected(world: World) -> None:
    change_regions(world, at_depth_network)
    switched(world)
    del world.cloud["secondary"][TARGET_CONNECTION]


def _half_peered(world: World) -> None:
    change_regions(world, wide)
    switched(world)
    peering = world.cloud["secondary"]["region/spoke/spoke2/peering/spoke-to-hub"]
    peering["outputs"]["useRemoteGateways"] = False


def _left_alone(world: World) -> None:
    disconnect(world)


def _other_circuit(world: World) -> None:
    switched(world)
    peer = world.cloud["secondary"][TARGET_CONNECTION]["outputs"]["peer"]
    peer["id"] = peer["id"].replace("singapore", "elsewhere")


def _still_made(world: World) -> None:
    switched(world)
    shown = world.cloud["secondary"][TARGET_CONNECTION]["outputs"]
    shown["provisioningState"] = "Updating"


def _drifted_target(world: World) -> None:
    switched(world)
    network = world.cloud["secondary"]["region/hub/network"]["outputs"]
    network["addressSpace"] = {"addressPrefixes": ["10.10.10.0/23"]}


def _drifted_source(world: World) -> None:
    switched(world)
    network = world.cloud["primary"]["region/spoke/spoke1/network"]["outputs"]
    network["addressSpace"] = {"addressPrefixes": ["10.1.0.0/23"]}


def _lost_target(world: World) -> None:
    switched(world)
    world.lost.add("secondary")


REFUSED = {
    "nothing was switched": (lambda _: None, 3, "nothing was switched outside of Sparehub"),
    "both are connected": (_connected_twice, 4, "both regions advertise"),
    "without the connection": (_half_connected, 3, "con-southeastasia-singapore is not there"),
    "one spoke is withheld": (_half_peered, 3, "spoke2/peering/spoke-to-hub is not as it is"),
    "only disconnected": (_left_alone, 3, "con-southeastasia-singapore is not there"),
    "another circuit": (_other_circuit, 3, "con-southeastasia-singapore: circuit is"),
    "still being made": (_still_made, 3, "provisioningState is Updating, not Succeeded"),
    "drift in the target": (_drifted_target, 3, "secondary: update region/hub/network"),
    "drift in the source": (_drifted_source, 3, "primary: update region/spoke/spoke1/network"),
    "the target is lost": (_lost_target, 6, "secondary .southeastasia. does not answer"),
}


@pytest.mark.parametrize(("make", "code", "message"), REFUSED.values(), ids=REFUSED)
def test_an_unfinished_switch_is_refused(
    start: Start, make: Callable[[World], object], code: int, message: str
) -> None:
    """One message names what is missing; states, files, journal and Azure stay as they are."""
    world = start()
    make(world)
    before = facts(world)

    with pytest.raises(SparehubError, match=message) as refused:
        adopted(world)

    assert refused.value.exit_code == code
    assert facts(world) == before


def test_an_unfenced_source_that_answers_cannot_be_accepted(start: Start) -> None:
    """Both regions would be live: `--accept-unfenced` is for a region that is silent."""
    world = start()
    connect(world)
    before = facts(world)

    with pytest.raises(SparehubError, match="both regions advertise") as refused:
        adopted(world, Accepted(reason="the runbook did not fence it"))

    assert (refused.value.exit_code, facts(world)) == (4, before)


def test_an_operation_under_way_is_resumed_and_not_adopted(start: Start) -> None:
    """A halted failover finds what is there already."""
    world = start()
    halted(world)
    world.lost.clear()
    connect(world)
    before = facts(world)

    with pytest.raises(SparehubError, match="`sparehub resume` goes on with it") as refused:
        adopted(world)

    assert (refused.value.exit_code, facts(world)) == (5, before)
    assert resume(world) == 0


def test_an_adopted_pair_is_not_adopted_again(start: Start) -> None:
    """The second time nothing was switched."""
    world = start()
    switched(world)
    adopted(world)
    before = facts(world)

    with pytest.raises(SparehubError, match="nothing was switched"):
        adopted(world)

    assert facts(world) == before


def test_an_unplanned_failover_completes_a_switch_that_stopped_half_way(start: Start) -> None:
    """The other way on that the refusal names."""
    world = start()
    disconnect(world)

    assert begin(world, PlanKind.FAILOVER, Mode.UNPLANNED) == 0
    assert world.advertised("secondary")


def test_status_and_failover_name_the_one_command(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Azure contradicts the states: `status` exits with 8 and `failover` with 3; then with 0."""
    world = start()
    switched(world)

    assert status(world.directory, Output()) == 8
    shown = " ".join(capsys.readouterr().out.split())
    assert "secondary is connected and primary is not" in shown
    assert shown.count("problem:") == 1
    assert "`sparehub resume --adopt`" in shown
    for mode in Mode:
        with pytest.raises(SparehubError, match="`sparehub resume --adopt`") as refused:
            begin(world, PlanKind.FAILOVER, mode)
        assert refused.value.exit_code == 3

    adopted(world)
    assert status(world.directory, Output()) == 0
