"""Somebody else is on the lost region's circuit: named and not cut, unless that is accepted."""

from pathlib import Path

import pytest

from sparehub.failover import finish_fence, operations
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.steps.unreachable_region import WithdrawnError
from sparehub.output import Output
from sparehub.topology.errors import HalfwayError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, journal_state_of, worlds_in

THEIRS = "/subscriptions/00000000-0000-0000-0000-000000000009/x/connections/theirs"
CUT = Accepted(cut="they agreed")
TICKET = Accepted(ticket="CHG-1")


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    return worlds_in(tmp_path, monkeypatch)


def crowded(start: Start) -> World:
    """Return a world whose primary is lost, and whose circuit carries somebody else, too."""
    world = start()
    world.lost.add("primary")
    world.bystanders[THEIRS] = circuit_of(world)
    return world


def circuit_of(world: World) -> str:
    return str(world.cloud["primary"]["region/circuit/hong-kong/circuit"]["id"])


def test_the_failover_stops_and_names_whom_it_would_cut(start: Start) -> None:
    """Exit code 6, nothing changed, and the three ways to go on; without them the fence is set."""
    world = crowded(start)
    with pytest.raises(WithdrawnError) as caught:
        begin(world, PlanKind.FAILOVER, Mode.UNPLANNED)
    said = str(caught.value)
    assert caught.value.exit_code == 6
    assert f"would also cut:\n  connection {THEIRS}" in said
    for way in ("--fenced-on-premises TICKET", "--accept-cut REASON", "--accept-unfenced REASON"):
        assert way in said
    assert (world.writes, journal_state_of(world)) == ([], JournalState())

    world.bystanders.clear()
    assert begin(world, PlanKind.FAILOVER, Mode.UNPLANNED) == 0
    assert world.disabled == {circuit_of(world)}


def test_a_cut_that_is_accepted_is_written_down_with_whom_it_cut(start: Start) -> None:
    """And given back by `finish-fence`."""
    world = crowded(start)
    assert begin(world, PlanKind.FAILOVER, Mode.UNPLANNED, CUT) == 0
    (item,) = journal_state_of(world).open_items
    assert (item.unfenced, item.accepted.cut, item.fences[0].cuts) == (
        *(False, "they agreed"),
        (f"connection {THEIRS}",),
    )
    assert world.disabled == {circuit_of(world)}
    world.lost.clear()
    assert finish_fence.finish_fence(world.directory, Output(), yes=True) == 0
    assert world.disabled == set()


def test_filters_on_premises_are_a_fence(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody is cut and the region counts as fenced; `finish-fence` says what to take away."""
    world = crowded(start)
    assert begin(world, PlanKind.FAILOVER, Mode.UNPLANNED, TICKET) == 0
    (item,) = journal_state_of(world).open_items
    assert (item.unfenced, item.accepted.ticket, item.fences) == (False, "CHG-1", ())
    assert world.disabled == set()
    file = (world.directory / "Pulumi.secondary.yaml").read_text()
    assert "filtered on-premises, CHG-1" in file
    world.lost.clear()
    assert finish_fence.finish_fence(world.directory, Output(), yes=True) == 0
    notes = " ".join(capsys.readouterr().err.split())
    assert "the on-premises filters of CHG-1 (10.10.10.0/24, 10.1.0.0/24, 10.2.0.0/24)" in notes


def test_a_halted_failover_goes_on_once_the_filters_are_in_place(start: Start) -> None:
    """It answered at first, and stopped while it was disconnected: `resume` takes the ticket."""
    world = crowded(start)
    world.lost.clear()
    lose = Hooks(before_deployment=lambda: world.lost.add("primary"))
    with (
        world.injecting(lose),
        pytest.raises(HalfwayError, match="stopped answering while it was disconnected"),
    ):
        begin(world, PlanKind.FAILOVER, Mode.UNPLANNED)
    assert world.disabled == set()
    with pytest.raises(HalfwayError, match="sparehub resume --accept-cut"):
        operations.resume(world.directory, Output(), yes=True, accepted=NOTHING)
    assert operations.resume(world.directory, Output(), yes=True, accepted=TICKET) == 0
    assert world.disabled == set()


def test_a_fence_that_was_chosen_before_is_chosen_anew(start: Start) -> None:
    """The run died before it was set; meanwhile somebody else is on the circuit."""
    world = crowded(start)
    world.bystanders.clear()

    def request(method: str, path: str) -> None:
        del path
        if method == "PUT":
            raise Died

    with world.injecting(Hooks(request=request)), pytest.raises(Died):
        begin(world, PlanKind.FAILOVER, Mode.UNPLANNED)
    world.bystanders[THEIRS] = circuit_of(world)
    with pytest.raises(WithdrawnError, match=f"would also cut:\n  connection {THEIRS}"):
        operations.resume(world.directory, Output(), yes=True, accepted=NOTHING)
    assert world.disabled == set()


def test_a_cut_accepted_at_first_still_counts_when_it_is_resumed() -> None:
    """The journal holds it; what is said later is added."""
    first, later = Accepted(cut="a"), Accepted(ticket="b")
    assert later.after(first) == Accepted(cut="a", ticket="b")
    assert NOTHING.after(first) == first
    assert Accepted.of({"reason": "r", "mode": "unplanned"}) == Accepted(reason="r")
