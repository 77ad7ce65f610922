"""What a failover breaks, by the stack files: refused, said, or accepted with a reason."""

import json
from typing import Any

import pytest

from sparehub.failover.preflight import reachability
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.operators import Start, begin, change_one, change_regions, halted, intend

FAILOVER, FAILBACK = PlanKind.FAILOVER, PlanKind.FAILBACK
UNPLANNED = Mode.UNPLANNED


@pytest.mark.parametrize("what", ["broken_by", "parity"])
def test_a_computation_that_fails_stops_no_unplanned_failover(
    start: Start, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], what: str
) -> None:
    """A defect keeps its traceback where both regions are there; else it is said."""

    def defect(*_arguments: object) -> None:
        raise ArithmeticError("a defect")

    world = start()
    monkeypatch.setattr(reachability, what, defect)
    with pytest.raises(ArithmeticError):
        begin(world, FAILOVER)
    assert world.writes == []

    assert begin(world, FAILOVER, UNPLANNED) == 0
    assert "cannot be computed: ArithmeticError: a defect" in " ".join(
        capsys.readouterr().err.split()
    )


@pytest.mark.parametrize(
    "intent",
    [
        {"reach": ["standby/spoke1/app", "on-premises"]},
        {"reach": ["primary/spoke1/app", "on-premises"]},
        {"isolate": ["active/spoke1/app", "on-premises"]},
        {"isolate": ["active/spoke1/app", "on-premises"], "states": ["failed-over"]},
    ],
    ids=["never true", "of the region that is left", "wrong before", "of one state, wrong before"],
)
def test_what_the_failover_does_not_break_refuses_nothing(
    start: Start, capsys: pytest.CaptureFixture[str], intent: dict[str, Any]
) -> None:
    """What was wrong before, or lies in the region that is left: neither mode says a word."""
    for mode in Mode:
        world = start()
        intend(world, intent)
        assert begin(world, FAILOVER, mode) == 0
        assert "would not hold" not in capsys.readouterr().err


def test_a_spoke_that_bypasses_the_nva_in_both_regions_refuses_nothing(start: Start) -> None:
    """The same fault before and after; it was refused without a way past once."""

    def direct(region: dict[str, Any]) -> None:
        region["spokes"]["spoke1"]["subnets"]["app"]["routeTable"] = "none"

    for mode in Mode:
        world = start()
        change_regions(world, direct)
        assert begin(world, FAILOVER, mode) == 0


def test_what_a_failover_breaks_may_be_accepted_with_a_reason(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """The message says how; the reason is written down with the operation."""
    breaks = {"isolate": ["secondary/*", "on-premises"], "states": ["failed-over"]}
    world = start()
    intend(world, breaks)
    with pytest.raises(PreflightError, match="to go on all the same: --accept-unproven REASON"):
        begin(world, FAILOVER)
    assert world.writes == []

    assert begin(world, FAILOVER, unproven="known since May") == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "would not hold that hold now (accepted: known since May;" in said
    (journal,) = (world.directory / "home").rglob("journal.jsonl")
    records = [json.loads(line) for line in journal.read_text().splitlines()]
    (begun,) = (each for each in records if each["event"] == "begin")
    assert begun["data"]["unproven"] == "known since May"
    assert len(world.advertised("secondary")) == 3


def test_a_failback_is_compared_with_failed_over(start: Start) -> None:
    """What holds in the secondary and not in the primary is refused; its twin is not."""
    for state, refused in (("normal", True), ("lost-nva", False)):
        world = start()
        begin(world, FAILOVER)
        intent = {"isolate": ["primary/*", "on-premises"], "states": [state]}
        for stack in ("primary", "secondary"):
            change_one(world, stack, f"intents: [{json.dumps(intent)}]")
        if refused:
            with pytest.raises(PreflightError, match="after this failback 6 things would not"):
                begin(world, FAILBACK)
        else:
            assert begin(world, FAILBACK) == 0


def test_a_failback_that_answers_a_halted_failover_is_refused_for_no_proof(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Nobody is connected then: what it breaks is said."""
    world = start()
    halted(world)
    world.lost.clear()
    intent = {"isolate": ["primary/*", "on-premises"], "states": ["normal"]}
    for stack in ("primary", "secondary"):
        change_one(world, stack, f"intents: [{json.dumps(intent)}]")

    assert begin(world, FAILBACK) == 0
    assert "after this failback 6 things would not hold" in capsys.readouterr().err
