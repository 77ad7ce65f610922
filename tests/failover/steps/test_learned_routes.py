"""A region has taken over once routes of on-premises are there, not once Azure says Succeeded."""

from dataclasses import replace
from pathlib import Path

import pytest

from sparehub.azure.answers import Answer
from sparehub.failover import operations
from sparehub.failover.journal.acceptances import Accepted
from sparehub.output import Output
from sparehub.topology.azure.durations import BGP_HOLD
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, journal_state_of, resume, worlds_in


@pytest.fixture
def start(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Start:
    return worlds_in(tmp_path, monkeypatch)


def falling_silent(start: Start, *links: str) -> World:
    """Return a world whose on-premises routers fall silent once something is disconnected."""
    world = start()
    world.hooks = Hooks(after_deployment=lambda: world.silent_links.update(links))
    return world


@pytest.mark.parametrize("mode", Mode)
def test_silence_halts_the_activation(start: Start, mode: Mode) -> None:
    """After the hold time, with what was learned; `resume` goes on once the routers speak."""
    world = falling_silent(start, "both")
    with pytest.raises(HalfwayError) as caught:
        begin(world, PlanKind.FAILOVER, mode)
    assert caught.value.exit_code == 5
    said = str(caught.value)
    assert "southeastasia is connected and does not reach on-premises" in said
    for link in ("primary", "secondary"):
        assert f"the {link} link of singapore learns nothing, and not 192.168.0.0/16" in said
    assert sum(world.waited) >= BGP_HOLD.worst

    with pytest.raises(HalfwayError, match="does not reach on-premises"):
        resume(world)
    world.silent_links.clear()
    assert resume(world) == 0
    assert world.conflicts == []


def test_routes_that_come_late_are_waited_for(start: Start) -> None:
    """Within the hold time; with both links there is no warning."""
    world = falling_silent(start, "both")

    def speak() -> None:
        if len(world.waited) == 3:
            world.silent_links.clear()

    world.hooks = replace(world.hooks, after_wait=speak)
    assert begin(world, PlanKind.FAILOVER) == 0
    assert world.waited[:3] == [10, 10, 10]


@pytest.mark.parametrize(
    ("link", "said"),
    [
        ("both", "circuit singapore does not reach on-premises"),
        ("primary", "circuit singapore reaches on-premises over one link only"),
    ],
)
def test_the_circuit_of_the_standby_is_asked_before(
    start: Start, capsys: pytest.CaptureFixture[str], link: str, said: str
) -> None:
    """Silent on both links refuses a planned failover, of one it is notes."""
    world = start()
    world.silent_links.add(link)
    if link == "both":
        with pytest.raises(PreflightError, match=said) as caught:
            begin(world, PlanKind.FAILOVER)
        assert "no router answers on the primary link (its ARP table has none)" in str(caught.value)
        assert world.writes == []
    else:
        assert begin(world, PlanKind.FAILOVER) == 0
        assert f"warning: {said}" in " ".join(capsys.readouterr().err.split())


def test_whom_a_fence_would_cut_is_said_in_peace_time(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """A planned failover needs none, and goes on; it says what to do about it."""
    world = start()
    theirs = "/subscriptions/9/x/connections/theirs"
    world.bystanders[theirs] = world.cloud["primary"]["region/circuit/hong-kong/circuit"]["id"]
    assert begin(world, PlanKind.FAILOVER) == 0
    notes = " ".join(capsys.readouterr().err.split())
    assert "warning: a fence of primary would cut others" in notes
    assert f"connection {theirs}" in notes
    assert "by an authorization of its own" in notes


def test_one_link_is_a_warning(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """The region reaches on-premises, without its second way."""
    world = start()
    world.silent_links.add("secondary")
    assert begin(world, PlanKind.FAILOVER) == 0
    notes = " ".join(capsys.readouterr().err.split())
    assert "warning: on-premises is reached, but not over every link" in notes
    assert "the secondary link of singapore learns nothing" in notes


def test_a_prefix_that_is_missing_is_named(start: Start) -> None:
    """Half of what the stack file calls on-premises is not on-premises."""
    world = start()
    world.on_premises = ("192.168.0.0/17",)
    with pytest.raises(PreflightError, match="circuit singapore does not reach on-premises"):
        begin(world, PlanKind.FAILOVER)
    assert world.writes == []
    with pytest.raises(HalfwayError, match=r"learns 192\.168\.0\.0/17, and not 192\.168\.0\.0/16"):
        begin(world, PlanKind.FAILOVER, Mode.UNPLANNED)


@pytest.mark.parametrize("sent", [("0.0.0.0/0",), ("192.168.0.0/17", "192.168.128.0/17")])
def test_an_aggregate_or_all_pieces_are_enough(start: Start, sent: tuple[str, ...]) -> None:
    """Forced tunnelling sends a default route and nothing else."""
    world = start()
    world.on_premises = sent
    assert begin(world, PlanKind.FAILOVER) == 0


def test_who_knows_better_goes_on(start: Start) -> None:
    """The reason is kept in the journal; without it every `resume` waits again."""
    world = falling_silent(start, "both")
    with pytest.raises(HalfwayError):
        begin(world, PlanKind.FAILOVER)
    accepted = Accepted(unreached="routers follow at noon")
    assert operations.resume(world.directory, Output(), yes=True, accepted=accepted) == 0
    last = journal_state_of(world).last
    assert last is not None
    assert last.accepted == accepted


def test_a_circuit_that_shows_no_table_is_answered_for_by_the_gateway(start: Start) -> None:
    """Another team's circuit: the gateway's own table says what it learned."""
    world = start()

    def hide(method: str, path: str) -> Answer | None:
        del method
        refusal = {"error": {"message": "not yours"}}
        return Answer(status=403, body=refusal) if "/routeTables/" in path else None

    world.hooks = Hooks(request=hide)
    assert begin(world, PlanKind.FAILOVER, Mode.UNPLANNED) == 0
    world.on_premises = ()
    with pytest.raises(HalfwayError, match=r"the gateway .* learns nothing"):
        begin(world, PlanKind.FAILBACK, Mode.UNPLANNED)
