"""Executing a plan while states, answers, leases and disks fail half-way."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.azure.answers import Answer
from sparehub.drill import networks
from sparehub.failover import finish_fence, operations
from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.journal import journal
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.plans import read_plan
from sparehub.failover.preflight import reachability
from sparehub.failover.steps import stack_switch
from sparehub.failover.steps.keys import key_checks
from sparehub.output import Output
from sparehub.topology.errors import HalfwayError, InterlockError, PreflightError
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import Mode, PlanKind, StackChange
from tests.failover.memory_backend.hooks import Hooks, Previews
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, change_regions, edit_regions, resume, wide

FAILOVER, FAILBACK, PLANNED = PlanKind.FAILOVER, PlanKind.FAILBACK, Mode.PLANNED


def struck(world: World) -> str:
    """Strike the primary's connection out of its state, as `pulumi state delete` does."""
    name, state = "region/connection/hong-kong/connection", world.state["primary"]
    state["resources"] = [each for each in state["resources"] if each.get("name") != name]
    return name


def test_a_fence_disconnects_what_no_state_knows_of(start: Start) -> None:
    """The connection was struck out of the state by hand: it is found in Azure, and deleted."""
    world = start()
    name = struck(world)

    assert begin(world, FAILOVER) == 0
    assert world.writes == [f"delete {name}", "create region/connection/singapore/connection"]
    assert world.conflicts == []


def test_a_connection_that_stays_in_azure_stops_before_the_other_is_made(start: Start) -> None:
    """Pulumi says that it is deleted, and Azure still has it: no fence by the state alone."""
    world, name = start(), "region/connection/hong-kong/connection"
    connection = world.cloud["primary"][name]

    def restore() -> None:
        world.cloud["primary"][name] = connection

    world.hooks = Hooks(after_deployment=restore)
    with pytest.raises(HalfwayError, match=r"con-.* exists in Azure"):
        begin(world, FAILOVER)
    assert world.writes == [f"delete {name}"]


def preferred(region: dict[str, Any]) -> None:
    """Say that on-premises routers prefer the primary."""
    region["onPremises"]["prefers"] = "primary"


@pytest.mark.parametrize("mode", Mode)
def test_where_both_files_prefer_one_region_the_target_is_connected_first(
    start: Start, mode: Mode
) -> None:
    """On two circuits: meanwhile both advertise the same, and on-premises uses one (ER-23)."""
    world = start()
    change_regions(world, preferred)

    assert begin(world, FAILOVER, mode) == 0
    assert world.writes == [
        "create region/connection/singapore/connection",
        "delete region/connection/hong-kong/connection",
    ]
    assert world.conflicts == world.writes[:1]


@pytest.mark.parametrize("mode", Mode)
def test_a_preference_that_was_never_deployed_is_refused_before_anything_begins(
    start: Start, mode: Mode
) -> None:
    """The files agree, and the primary recorded another one: its program would be refused later."""
    world = start()
    edit_regions(world, preferred)

    with pytest.raises(InterlockError, match="is 'primary' here and 'none' in"):
        begin(world, FAILOVER, mode)
    assert resume(world) == 0  # there is nothing to resume
    assert world.writes == []


def test_one_bad_answer_to_a_reading_halts_nothing(start: Start) -> None:
    """All that preflight or a proof reads is answered by 503 first; a probe has its own tries."""
    world = start()
    asked = list[str]()

    def request(method: str, path: str) -> Answer | None:
        if method == "GET" and "virtualNetworkGateways" not in path:
            asked.append(path)
            if len(asked) % 2:
                return Answer(status=503, body={})
        return None

    world.hooks = Hooks(request=request)
    assert begin(world, FAILOVER) == 0
    assert {each.split("/")[-1].partition("?")[0] for each in asked} == {
        "AzurePrivatePeering",
        "authorizations",
        "con-eastasia-hong-kong",
        "con-southeastasia-singapore",
        "denyAssignments",
        "erc-singapore",
        "locks",
        "nva",
        "permissions",
        "stats",
    }


def test_what_died_unheard_of_is_disconnected_on_the_way_back(start: Start) -> None:
    """All answers were lost and then the process died: the failback deletes it first."""
    world, name = start(), "region/connection/singapore/connection"
    world.loses_next_answer = True

    with world.injecting(Hooks(failed_deployment=die)), pytest.raises(Died):
        begin(world, FAILOVER)

    assert begin(world, FAILBACK) == 0
    assert world.writes[2:] == [f"delete {name}", "create region/connection/hong-kong/connection"]
    assert world.conflicts == []


def test_what_goes_wrong_at_the_very_end_is_half_way(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everything is done, and the disk is full when that is to be written down."""
    world, write = start(), journal.write_line
    with monkeypatch.context() as full:

        def no_room(file: Path, line: bytes) -> None:
            if b'"finished"' in line:
                raise OSError(28, "No space left on device")
            write(file, line)

        full.setattr(journal, "write_line", no_room)
        with pytest.raises(HalfwayError, match="the journal can be written nowhere"):
            begin(world, FAILOVER)
    assert resume(world) == 0
    assert len(world.writes) == 2


def test_a_region_that_stops_responding_half_way_halts_the_operation(start: Start) -> None:
    """Exit code 6 says that nothing was changed, which is not so once the other is disconnected."""
    world, name = start(), "region/connection/singapore/connection"

    def die_in_a_creation() -> None:
        if world.writes:
            pending = {
                "urn": f"a::{name}",
                "type": "azure-native:network:VirtualNetworkGateway",
                "inputs": {"resourceGroupName": "g", "virtualNetworkGatewayName": "n"},
            }
            world.state["secondary"]["pending_operations"] = [
                {"resource": pending, "type": "creating"}
            ]
            raise Died

    with world.injecting(Hooks(before_deployment=die_in_a_creation)), pytest.raises(Died):
        begin(world, FAILOVER)
    silence = Hooks(request=lambda _method, _path: Answer(status=503, body={}))
    with (
        world.injecting(silence),
        pytest.raises(HalfwayError, match="Azure does not say whether that exists"),
    ):
        resume(world)
    assert resume(world) == 0


def test_an_item_that_was_closed_meanwhile_is_not_opened_again(start: Start) -> None:
    """The region came back and was disconnected while the failover from it stood half-way."""
    world = start()
    world.lost.add("primary")
    lose = Hooks(before_deployment=lambda: world.lost.add("secondary"))
    with (
        world.injecting(lose),
        pytest.raises(HalfwayError, match="stopped in activate-secondary"),
    ):
        begin(world, FAILOVER, Mode.UNPLANNED)
    world.lost.clear()
    assert finish_fence.finish_fence(world.directory, Output(), yes=True) == 0
    assert resume(world) == 0

    (file,) = (world.directory / "home").rglob("journal.jsonl")
    assert file.read_bytes().count(b'"debt"') == 1
    assert world.disabled == set()
    assert world.conflicts == []


def test_a_drill_that_never_began_is_not_recorded(start: Start) -> None:
    """Neither its switch nor any of its networks stands: nothing is deployed or written down."""
    world = start()
    plan = read_plan(world.directory, PlanKind.DRILL, PLANNED)

    with pytest.raises(PreflightError, match="there is no drill to stop"):
        networks.stop(world.directory, Output(), plan=plan.id, yes=True, result="fine")
    assert world.writes == []
    assert not list(world.directory.rglob("journal.jsonl"))


def test_a_drill_that_died_half_way_stops_no_failover(start: Start) -> None:
    """Some of its networks are still to be created: these writes are expected."""
    world = start()
    world.hooks = Hooks(previews=also_a_drill)
    assert begin(world, FAILOVER) == 0
    assert len(world.writes) == 2


def also_a_drill(changes: tuple[StackChange, ...], assumed: Assumed, found: Previews) -> Previews:
    """Return previews that also create a network of a drill in the secondary."""
    del assumed
    missing = ResourceOperation(
        Verb.CREATE, "azure-native:network:VirtualNetwork", "drill/spoke1/network"
    )
    return [
        operations | ({missing} if change.stack == "secondary" else frozenset())
        for change, operations in zip(changes, found, strict=True)
    ]


def die() -> None:
    raise Died


def overtake(world: World) -> None:
    """Let somebody on another host take over."""
    for place in ("home/journal", "state/.sparehub/sparehub"):
        file = world.directory / place / "lease.json"
        terms = json.loads(file.read_text())
        file.write_text(json.dumps({**terms, "epoch": terms["epoch"] + 1}))


RECONCILING: dict[str, Callable[[World], object]] = {
    "resume": resume,
    "drill start": lambda world: networks.start(
        world.directory,
        Output(),
        plan=read_plan(world.directory, PlanKind.DRILL, PLANNED).id,
        yes=True,
    ),
}


@pytest.mark.parametrize("name", RECONCILING)
def test_who_lost_the_lease_reconciles_nothing(
    start: Start, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Another run's Pulumi may be writing: the pending operations are not his any more."""
    world = start()
    pending = [{"type": "updating", "resource": {"urn": "a::b::c", "type": "t"}}]
    world.state["secondary"]["pending_operations"] = list(pending)
    monkeypatch.setattr(operations, "show_target", lambda *_: overtake(world))
    with pytest.raises(LeaseError, match="has taken over"):
        RECONCILING[name](world)
    assert world.state["secondary"]["pending_operations"] == pending


def test_who_lost_the_lease_between_two_records_writes_nothing(start: Start) -> None:
    """It slept after its intent was written down; asked again right before the write."""
    world = start()
    count = 0

    def take_over(changes: tuple[StackChange, ...], assumed: Assumed, found: Previews) -> Previews:
        nonlocal count
        del changes, assumed
        count += 1
        if count > 1:
            overtake(world)
        return found

    struck(world)
    world.hooks = Hooks(previews=take_over)
    with pytest.raises(LeaseError, match="has taken over"):
        begin(world, FAILOVER)
    assert (world.writes, count) == ([], 2)


def test_a_late_finish_fence_spends_the_keys_of_what_it_deletes(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Written down before the connection is gone, so that the way back asks for a new one."""
    world = start()
    world.lost.add("primary")
    begin(world, FAILOVER, Mode.UNPLANNED)
    world.lost.clear()
    monkeypatch.setattr(
        key_checks, "key_digests", lambda _stacks, stack, _region: [f"key of {stack.name}"]
    )
    finish_fence.finish_fence(world.directory, Output(), yes=True)

    (file,) = (world.directory / "home").rglob("journal.jsonl")
    records = [json.loads(line) for line in file.read_text().splitlines()]
    assert [(each["event"], each["data"]) for each in records[-2:]] == [
        ("spent", {"keys": ["key of primary"]}),
        ("cleared", {"id": records[-1]["data"]["id"]}),
    ]


def test_what_may_advertise_is_disconnected_before_anything_else(start: Start) -> None:
    """A region that is back, with many prefixes: its connection first, then its spokes (ER-36)."""
    world = start()
    change_regions(world, wide)
    world.lost.add("primary")
    begin(world, FAILOVER, Mode.UNPLANNED)
    world.lost.clear()
    seen = len(world.writes)

    finish_fence.finish_fence(world.directory, Output(), yes=True)
    assert [each for each in world.writes[seen:] if "PUT" not in each] == [
        "delete region/connection/hong-kong/connection",
        "update region/spoke/spoke1/peering/spoke-to-hub",
        "update region/spoke/spoke2/peering/spoke-to-hub",
    ]


def test_a_fence_that_may_stand_is_not_called_nothing(start: Start) -> None:
    """Its write was lost and no later answer comes: half-way, and tried again by `resume`."""
    world = start()
    world.lost.add("primary")

    def lose(method: str, path: str, own: Answer) -> Answer:
        del path
        if method == "PUT":
            world.silent_locations.add("japaneast")
            return Answer(status=504, body={})
        return own

    unknown = r"these may be set, and not all are: .*PrivatePeering"
    with world.injecting(Hooks(answer=lose)), pytest.raises(HalfwayError, match=unknown):
        begin(world, FAILOVER, Mode.UNPLANNED)
    assert len(world.disabled) == 1

    world.silent_locations.clear()
    assert resume(world) == 0
    world.lost.clear()
    assert finish_fence.finish_fence(world.directory, Output(), yes=True) == 0
    assert world.disabled == set()
    assert world.conflicts == []


def test_without_verification_no_step_follows(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The verifier breaks down: no step before its word, no next one after a step; then resumed."""

    def broken(*_arguments: object) -> None:
        raise ArithmeticError("a defect")

    world = start()
    with monkeypatch.context() as at_first:
        at_first.setattr(reachability, "broken_by", broken)
        with pytest.raises(ArithmeticError):
            begin(world, FAILOVER)
    assert (world.writes, list(world.directory.rglob("journal.jsonl"))) == ([], [])
    with monkeypatch.context() as half_way:
        half_way.setattr(stack_switch, "verify_step", broken)
        with pytest.raises(ArithmeticError):
            begin(world, FAILOVER)
    assert world.writes == ["delete region/connection/hong-kong/connection"]

    assert resume(world) == 0
    assert world.writes[1:] == ["create region/connection/singapore/connection"]
    assert world.conflicts == []
