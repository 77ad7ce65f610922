"""What `sparehub status` says first, and with which exit code: Azure, the stacks, the journal."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.failover import finish_fence, operations
from sparehub.failover import status as status_module
from sparehub.failover.operations import OperationRequest
from sparehub.failover.plans import read_plan
from sparehub.failover.status import status
from sparehub.output import Output
from sparehub.stacks.stack_file_edit import GENERATION, set_values
from sparehub.stacks.stack_files import stack_file
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication.machine_status import StandingMachines
from tests.configurations import recorded_inside
from tests.failover.memory_backend.world import World
from tests.failover.operators import Start, begin, change_regions, halted
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY

FAILOVER = PlanKind.FAILOVER
CONNECTIONS = {
    "primary": "region/connection/hong-kong/connection",
    "secondary": "region/connection/singapore/connection",
}


def gone_in_azure(world: World, stack: str) -> None:
    del world.cloud[stack][CONNECTIONS[stack]]


def destroyed(world: World) -> None:
    """Let `pulumi destroy` have taken the live connection, and stopped at a protected circuit."""
    gone_in_azure(world, "primary")
    state = world.state["primary"]
    name = CONNECTIONS["primary"]
    state["resources"] = [each for each in state["resources"] if each.get("name") != name]


def connected_by_hand(world: World) -> None:
    """Let somebody have made the secondary's connection without Pulumi."""
    begin(world, FAILOVER)
    name = CONNECTIONS["secondary"]
    state = world.state["secondary"]
    state["resources"] = [each for each in state["resources"] if each.get("name") != name]


def lost(world: World) -> None:
    world.lost.add("primary")


def unfenced(world: World) -> None:
    change_regions(world, recorded_inside)
    world.lost.add("primary")
    begin(world, FAILOVER, Mode.UNPLANNED, "it burnt down")


def fenced(world: World) -> None:
    world.lost.add("primary")
    begin(world, FAILOVER, Mode.UNPLANNED)


def without_journal(world: World) -> None:
    begin(world, FAILOVER)
    for file in list(world.directory.rglob("journal.jsonl")):
        file.unlink()


def older_states(world: World) -> None:
    """Let the states be restored from a copy that is older than the last failover."""
    before = {name: json.loads(json.dumps(state)) for name, state in world.state.items()}
    begin(world, FAILOVER)
    world.state.update(before)


def never_deployed(world: World) -> None:
    for stack in world.state.values():
        stack["resources"] = []


def states_lost(world: World) -> None:
    """Let both states be gone after a failover: only the journal knows of it."""
    begin(world, FAILOVER)
    never_deployed(world)


def both_on_standby(world: World) -> None:
    set_values(world.directory, "primary", {"sparehub:activation": "standby"})
    world.build()


def connection_depth(world: World) -> None:
    """Let the standby be connected, its spokes withheld: it is not live."""
    change_regions(world, _apart)


def _apart(region: dict[str, Any]) -> None:
    region["standby"] = {"depth": "connection"}
    region["onPremises"]["prefers"] = "primary"


def always_on(world: World) -> None:
    """Let each region have a spoke that is in use in standby, too: that does not make it live."""
    change_regions(world, _always_on)


def _always_on(region: dict[str, Any]) -> None:
    _apart(region)
    number = 66 if "hong-kong" in region["expressRoute"]["connections"] else 67
    prefix = f"10.{number}.0.0/24"
    subnets = {"app": {"addressPrefix": prefix}}
    region["spokes"]["dc"] = {"alwaysOn": True, "addressSpace": [prefix], "subnets": subnets}


SHOWN: dict[str, tuple[Callable[[World], object], int, list[str], str, str]] = {
    "as built": (lambda _world: None, 0, ["primary"], "live: primary (eastasia)", "STANDBY"),
    "after a failover": (
        lambda world: begin(world, FAILOVER),
        0,
        ["secondary"],
        "live: secondary (southeastasia)",
        "ACTIVE",
    ),
    "destroyed": (destroyed, 8, [], "NO REGION IS LIVE", "DISCONNECTED"),
    "gone in Azure and recorded": (
        lambda world: gone_in_azure(world, "primary"),
        8,
        [],
        "NO REGION IS LIVE",
        "DISCONNECTED",
    ),
    "connected and not recorded": (
        connected_by_hand,
        8,
        ["secondary"],
        "live: secondary (southeastasia)",
        "ACTIVE",
    ),
    "halted with no region live": (
        halted,
        5,
        [],
        "NO REGION IS LIVE",
        "HALTED(activate-secondary)",
    ),
    "a region that does not answer": (
        lost,
        0,
        ["primary"],
        "live: primary (eastasia, by its state only: it does not answer)",
        "STANDBY",
    ),
    "unfenced": (
        unfenced,
        7,
        ["primary", "secondary"],
        "live: primary (eastasia, by its state only: it does not answer) and secondary (",
        "UNFENCED",
    ),
    "fenced from outside": (
        fenced,
        0,
        ["secondary"],
        "live: secondary (southeastasia)",
        "ACTIVE",
    ),
    "the journal is missing": (
        without_journal,
        8,
        ["secondary"],
        "live: secondary (southeastasia)",
        "STANDBY",
    ),
    "states older than the last failover": (
        older_states,
        8,
        ["secondary"],
        "live: secondary (southeastasia)",
        "ACTIVE",
    ),
    "never deployed": (never_deployed, 0, [], "no region is live yet", "STANDBY"),
    "both states lost after a failover": (
        states_lost,
        8,
        [],
        "NO REGION IS LIVE",
        "DISCONNECTED",
    ),
    "both on standby": (both_on_standby, 8, [], "NO REGION IS LIVE", "DISCONNECTED"),
    "standby with a spoke that is always on": (
        always_on,
        0,
        ["primary"],
        "live: primary (eastasia)",
        "STANDBY",
    ),
    "standby at depth connection": (
        connection_depth,
        0,
        ["primary"],
        "live: primary (eastasia)",
        "STANDBY",
    ),
}


@pytest.mark.parametrize("name", SHOWN)
def test_the_first_line_and_the_exit_code_say_which_region_is_live(
    start: Start, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """By Azure where it answers; a record that says otherwise is a problem of its own."""
    happens, code, live, first, state = SHOWN[name]
    world = start()
    happens(world)
    capsys.readouterr()

    assert status(world.directory, Output()) == code
    assert capsys.readouterr().out.splitlines()[0].startswith(first)
    assert status(world.directory, Output(as_json=True)) == code
    said = json.loads(capsys.readouterr().out)
    assert (said["live"], said["state"]) == (live, state)


PROBLEMS: dict[str, tuple[Callable[[World], object], str]] = {
    "recorded and gone": (
        lambda world: gone_in_azure(world, "primary"),
        "primary: the connection hong-kong is recorded and is gone in Azure",
    ),
    "live and not recorded": (
        connected_by_hand,
        "secondary: the connection singapore exists in Azure and is not recorded",
    ),
    "no journal": (without_journal, "which is not in this journal"),
    "older states": (older_states, "their states are older copies"),
}


@pytest.mark.parametrize("name", PROBLEMS)
def test_each_contradiction_is_named(
    start: Start, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """What is recorded, and what was found."""
    happens, text = PROBLEMS[name]
    world = start()
    happens(world)
    capsys.readouterr()
    status(world.directory, Output(as_json=True))
    assert text in " ".join(json.loads(capsys.readouterr().out)["problems"])


def test_a_pair_in_order_has_no_problem(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """Before a fence, with its open item, and after that was closed."""
    world = start()
    fenced(world)
    world.lost.clear()
    for act in (
        lambda: None,
        lambda: finish_fence.finish_fence(world.directory, Output(), yes=True),
    ):
        act()
        capsys.readouterr()
        assert status(world.directory, Output(as_json=True)) == 0
        assert json.loads(capsys.readouterr().out)["problems"] == []


def with_machines(world: World) -> None:
    """Let the stack files replicate two machines."""
    for stack, key, half in (
        ("primary", "replicate", REPLICATE),
        ("secondary", "siteRecovery", SITE_RECOVERY),
    ):
        path = stack_file(world.directory, stack)
        yaml = YAML()
        content = yaml.load(path)
        content["config"]["sparehub:region"][key] = half
        yaml.dump(content, path)


def test_the_loss_of_the_vault_is_shown(
    start: Start, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """A line and a key, where machines are replicated."""
    monkeypatch.setattr(status_module, "standing_machines", lambda _session: None)
    world = start()
    with_machines(world)
    capsys.readouterr()

    status(world.directory, Output())
    line = next(line for line in capsys.readouterr().out.splitlines() if line.startswith("vault: "))
    status(world.directory, Output(as_json=True))
    said = json.loads(capsys.readouterr().out)["vault"]

    assert said == {
        "vault": "rsv-sparehub",
        "location": "southeastasia",
        "survivesBothRegions": False,
        "meaning": line.removeprefix("vault: "),
    }


def test_a_vault_that_does_not_answer_is_said(
    start: Start, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The exit code stays that of the network, and the recovery time is still compared."""
    unread = StandingMachines(problem="the items of rsv-sparehub: no answer")
    monkeypatch.setattr(status_module, "standing_machines", lambda _session: unread)
    world = start()
    with_machines(world)
    capsys.readouterr()

    assert status(world.directory, Output()) == 0
    lines = capsys.readouterr().out.splitlines()
    status(world.directory, Output(as_json=True))
    said = json.loads(capsys.readouterr().out)

    assert [line for line in lines if line.startswith("machine")] == [
        "machines: not known: the items of rsv-sparehub: no answer"
    ]
    assert (said["machines"], said["machinesProblem"]) == ([], unread.problem)


def test_the_last_failover_is_shown_beside_what_the_plan_expects(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Measured by the journal; without a failover there is no such line."""
    world = start()
    status(world.directory, Output())
    assert "last failover" not in capsys.readouterr().out
    begin(world, FAILOVER)
    capsys.readouterr()

    status(world.directory, Output())
    line = next(each for each in capsys.readouterr().out.splitlines() if "last failover" in each)
    status(world.directory, Output(as_json=True))
    said = json.loads(capsys.readouterr().out)["measured"]

    expected = read_plan(world.directory, FAILOVER, Mode.PLANNED).recovery.seconds
    assert line.endswith(f"; expected {expected.typical} s (worst {expected.worst})")
    assert said["failover"]["expectedSeconds"] == expected.typical
    assert said["failover"]["declared"] == said["failover"]["begun"]
    assert [*said["failover"]["steps"]] == ["fence-primary", "activate-secondary"]
    assert said["drill"] is None


def test_the_recovery_time_counts_from_when_the_disaster_was_declared(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """The journal keeps it with the operation."""
    world, declared = start(), "2026-01-01T00:00:00.000+00:00"
    plan = read_plan(world.directory, FAILOVER, Mode.PLANNED).id
    request = OperationRequest(kind=FAILOVER, declared=declared, plan=plan, yes=True)
    operations.begin(world.directory, request, Output())
    capsys.readouterr()

    status(world.directory, Output(as_json=True))
    said = json.loads(capsys.readouterr().out)["measured"]["failover"]

    assert said["declared"] == declared
    assert said["seconds"] > sum(said["steps"].values())


def test_an_older_checkout_is_named(start: Start, capsys: pytest.CaptureFixture[str]) -> None:
    """Its files are older than the last switch."""
    world = start()
    begin(world, FAILOVER)
    set_values(world.directory, "primary", {GENERATION: None})
    capsys.readouterr()
    status(world.directory, Output())
    said = capsys.readouterr().out
    assert "the file of primary in this directory is older than what is recorded" in said
    assert "the file of secondary" not in said
