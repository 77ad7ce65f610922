"""Dying at every point of every operation, one run each, and going on afterwards.

A point lies before, in the middle of and after each journal write, and around everything that is
done to a state or to Azure. Afterwards: D no two live overlapping advertisements at any time, L
nothing in Azure that no state knows, C the operation is done, I a second `resume` writes nothing,
J the journal is whole.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover import finish_fence, session
from sparehub.failover.adapters import pulumi_stacks
from sparehub.failover.journal.acceptances import Accepted
from sparehub.output import Output
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import recorded_inside
from tests.failover.memory_backend.resources import activation_in_file
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import World
from tests.failover.operators import (
    WIDE,
    Start,
    at_depth_network,
    begin,
    change_regions,
    halted,
    resume,
    wide,
)
from tests.failover.outside_switches import adopted, connect, fence, switched

TURNED = -2
"""In the place of a fatal point: there is none, and the way led back."""
EACH = 1 if os.environ.get("SPAREHUB_FAULTS") == "all" else 11
"""`make faults` dies at every point, `make test` at a sample of them."""


@dataclass(frozen=True)
class Flow:
    """An operation, what comes before it, and where it ends."""

    kind: PlanKind
    mode: Mode = Mode.PLANNED
    before: tuple[PlanKind, ...] = ()
    halted: bool = False
    """Whether a failover halted before it, with neither region connected."""
    lost: bool = False
    unfenced: bool = False
    crowded: bool = False
    """Whether somebody else is on the circuit of the region that is left, and is cut with it."""
    ticket: bool = False
    """Whether on-premises routers filter that region, which no world can see."""
    silent: bool = False
    """Whether on-premises routers send nothing until the operation has halted for that."""
    raises: bool = False
    full: bool = False
    """Whether the raise is refused."""
    finish: bool = False
    """Whether the operation that dies is the `finish-fence` after it."""
    large: bool = False
    """Whether the stacks are so large that a deployment records their state at its end alone."""
    change: Callable[[dict[str, Any]], object] | None = None
    """What both regions say otherwise than the shipped ones."""
    adopts: bool = False
    """Whether somebody else has switched the network, and the states follow."""
    turns: bool = False
    """Whether a failback follows upon a death, and not `resume`."""


def hooked(region: dict[str, Any]) -> None:
    """Give a region a hook at a step of either region; names differ between the files."""
    name = "-".join(region["expressRoute"]["connections"])
    step = {"before": "fence-primary"} if name == "hong-kong" else {"after": "activate-secondary"}
    region["hooks"] = [{"name": name, **step, "command": ["true"], "timeoutInSeconds": 60}]


FLOWS = {
    "planned failover": Flow(PlanKind.FAILOVER),
    "planned failover with hooks": Flow(PlanKind.FAILOVER, change=hooked),
    "unplanned, fenced at the circuit, with hooks": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, change=hooked
    ),
    "failback": Flow(PlanKind.FAILBACK, before=(PlanKind.FAILOVER,)),
    "planned, state recorded at the end": Flow(PlanKind.FAILOVER, large=True),
    "failback that gives a failover up": Flow(PlanKind.FAILBACK, halted=True),
    "failback that gives a wide failover up": Flow(PlanKind.FAILBACK, halted=True, change=wide),
    "failback that gives one up, without a gateway": Flow(
        PlanKind.FAILBACK, halted=True, change=at_depth_network
    ),
    "planned and wide": Flow(PlanKind.FAILOVER, change=wide),
    "planned, then back": Flow(PlanKind.FAILOVER, turns=True),
    "planned and wide, then back": Flow(PlanKind.FAILOVER, change=wide, turns=True, large=True),
    "unplanned and wide, the primary answers": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, change=wide, large=True
    ),
    "unplanned, the primary answers": Flow(PlanKind.FAILOVER, Mode.UNPLANNED),
    "unplanned, fenced at the circuit": Flow(PlanKind.FAILOVER, Mode.UNPLANNED, lost=True),
    "unplanned, unfenced": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, unfenced=True, change=recorded_inside
    ),
    "unplanned, others are cut with it": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, crowded=True
    ),
    "unplanned, filtered on-premises": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, crowded=True, ticket=True
    ),
    "unplanned, routers are silent at first": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, silent=True
    ),
    "planned failover, bandwidth raised": Flow(PlanKind.FAILOVER, raises=True),
    "planned failover, bandwidth refused": Flow(PlanKind.FAILOVER, raises=True, full=True),
    "a switch is adopted": Flow(PlanKind.FAILOVER, adopts=True),
    "a switch is adopted, wide": Flow(PlanKind.FAILOVER, adopts=True, change=wide, large=True),
    "a switch is adopted, without a gateway": Flow(
        PlanKind.FAILOVER, adopts=True, change=at_depth_network
    ),
    "a switch is adopted, the primary is lost": Flow(PlanKind.FAILOVER, adopts=True, lost=True),
    "finish-fence after a fence": Flow(PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, finish=True),
    "finish-fence, unfenced": Flow(
        PlanKind.FAILOVER,
        Mode.UNPLANNED,
        lost=True,
        unfenced=True,
        finish=True,
        change=recorded_inside,
    ),
    "finish-fence, others were cut": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, crowded=True, finish=True
    ),
    "finish-fence, filtered on-premises": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, crowded=True, ticket=True, finish=True
    ),
    "finish-fence, wide": Flow(
        PlanKind.FAILOVER, Mode.UNPLANNED, lost=True, finish=True, change=wide, large=True
    ),
}


def prepared(start: Start, flow: Flow) -> World:
    """Return a world in which the flow's operation is next."""
    world = start()
    world.port_is_full = flow.full
    if flow.change:
        change_regions(world, flow.change)
    for kind in flow.before:
        begin(world, kind)
    if flow.halted:
        halted(world)
        world.lost.clear()
    if flow.adopts and flow.lost:
        connect(world)
        fence(world)
    elif flow.adopts:
        switched(world)
    if flow.lost:
        world.lost.add("primary")
    if flow.crowded:
        theirs = "/subscriptions/9/x/connections/theirs"
        world.bystanders[theirs] = world.cloud["primary"]["region/circuit/hong-kong/circuit"]["id"]
    if flow.finish:
        perform(world, flow)
        world.lost.clear()
    return world


def perform(world: World, flow: Flow) -> None:
    accepted = Accepted(
        reason="the region burnt down" if flow.unfenced else "",
        cut="they agreed" if flow.crowded and not flow.ticket else "",
        ticket="CHG-1" if flow.ticket else "",
    )
    world.silent_links.update(["both"] if flow.silent else [])
    try:
        begin(world, flow.kind, flow.mode, accepted, raise_bandwidth=flow.raises)
    except HalfwayError:
        if not flow.silent:
            raise
        world.silent_links.clear()
        resume(world)


def act(world: World, flow: Flow) -> None:
    """Carry out the operation that dies, or begin it again."""
    if flow.finish:
        finish_fence.finish_fence(world.directory, Output(), yes=True)
    elif flow.adopts:
        adopted(world)
    else:
        perform(world, flow)


def chained(directory: Path) -> Iterator[list[bytes]]:
    """Yield the lines of each copy of the journal, each line holding the hash of the one before."""
    for file in sorted(directory.rglob("journal.jsonl")):
        *lines, _cut_off = file.read_bytes().split(b"\n")
        previous = ""
        for line in lines:
            record = json.loads(line)
            said = record.pop("hash")
            assert record["previous"] == previous
            text = json.dumps({**record, "hash": ""}, sort_keys=True, separators=(",", ":"))
            assert said == hashlib.sha256(text.encode()).hexdigest()
            previous = said
        yield lines


def hold(world: World, flow: Flow) -> None:
    """Hold a world against the five invariants."""
    if not flow.unfenced and not flow.ticket:
        assert world.conflicts == []
    if flow.adopts:
        assert world.writes == []
    for stack in ("primary", "secondary"):
        known = {e["name"]: e["outputs"] for e in world.state[stack]["resources"] if e["custom"]}
        standing = {name: each["outputs"] for name, each in world.cloud[stack].items()}
        assert known == standing
        assert world.state[stack]["pending_operations"] == []
    back = flow.kind is PlanKind.FAILBACK or (flow.turns and world.dies_at == TURNED)
    target, source = ("primary", "secondary") if back else ("secondary", "primary")
    more = WIDE if flow.change is wide else ()
    assert world.advertised(target) == {"10.10.10.0/24", "10.1.0.0/24", "10.2.0.0/24", *more}
    assert activation_in_file(world.directory, target) == "active"
    assert activation_in_file(world.directory, source) == "standby"
    circuit = world.cloud["secondary"]["region/circuit/singapore/circuit"]["outputs"]
    (said,) = read_stack(world.directory, "secondary").region.circuits
    bandwidth = 1000 if flow.raises and not flow.full else 200
    assert circuit["serviceProviderProperties"] == {"bandwidthInMbps": bandwidth}
    assert said.bandwidth_in_mbps == bandwidth
    if flow.finish or not (flow.unfenced or flow.ticket):
        assert world.advertised(source) == set()
    if flow.finish:
        assert world.disabled == set()
        assert "override" not in (world.directory / f"Pulumi.{target}.yaml").read_text()
    before = (list(world.writes), list(chained(world.directory)))
    resume(world)
    assert (world.writes, list(chained(world.directory))) == before


@pytest.mark.parametrize("flow", FLOWS.values(), ids=FLOWS)
def test_dying_at_any_point_and_going_on(
    start: Start,
    flow: Flow,
    record_property: Callable[[str, str], None],
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every point of the operation, one after the other."""
    if flow.large:
        monkeypatch.setattr(pulumi_stacks, "LARGE", 0)
    world = prepared(start, flow)
    begun = world.points
    act(world, flow)
    hold(world, flow)
    last = world.points - begun

    for number in range(1, last + 1, EACH):
        world = prepared(start, flow)
        world.dies_at = world.points + number
        try:
            act(world, flow)
        except Died:
            world.dies_at = -1
            world.silent_links.clear()
            if flow.turns:
                turn(world)
            else:
                if not flow.adopts or number % 2:
                    resume(world)
                if not done(world, flow):
                    act(world, flow)
        hold(world, flow)
    runs = len(range(1, last + 1, EACH))
    record_property("summary", f"crash points, in memory: {runs} of {last} runs, no violation")


def turn(world: World) -> None:
    """Go back, where anything is to go back from."""
    world.dies_at = TURNED
    try:
        begin(world, PlanKind.FAILBACK)
    except PreflightError as error:
        assert "there is nothing to failback from" in str(error)  # noqa: PT017 - or none is raised


def done(world: World, flow: Flow) -> bool:
    """Return whether going on has ended the operation; else it died before it was written down."""
    with session.open_session(world.directory, Output()) as place:
        journal_state = place.journal_state
        if flow.finish:
            return not journal_state.open_items
        return bool(journal_state.last and journal_state.last.kind == flow.kind)
