"""The generation of a switch: older checkouts, stale operations, and files of two switches."""

import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.cli.operations.switch import switch, switch_from_state
from sparehub.drill import networks
from sparehub.failover import finish_fence, operations, session
from sparehub.failover.adapters import generations as generations_module
from sparehub.failover.journal.acceptances import NOTHING
from sparehub.failover.plans import read_plan
from sparehub.failover.session import open_session
from sparehub.output import Output
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.stacks.stack_file_edit import ACTIVATION, GENERATION, set_values
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.errors import (
    ConfigurationError,
    GenerationError,
    HalfwayError,
    PreflightError,
    SparehubError,
    UnreachableError,
)
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import recorded_inside
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import Retrying, World
from tests.failover.operators import Start, begin, change_regions, halted, resume

FAILOVER, FAILBACK = PlanKind.FAILOVER, PlanKind.FAILBACK


def generations(world: World) -> tuple[int, int]:
    """Return the generation of both files."""
    first, second = (read_stack(world.directory, name).config.generation for name in STACKS)
    return first, second


def recorded(world: World) -> list[tuple[int, str]]:
    """Return generation and activation that both stacks recorded."""
    switches = [world.snapshot(name).switch for name in STACKS]
    return [(each.generation, each.activation) for each in switches]


def files(world: World) -> list[str]:
    return [(world.directory / f"Pulumi.{name}.yaml").read_text() for name in STACKS]


def checkout(world: World, path: Path, monkeypatch: pytest.MonkeyPatch) -> World:
    """Return another host's view of one backend: files, home and journal of its own."""
    path.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.primary.yaml", "Pulumi.secondary.yaml"):
        shutil.copy(world.directory / name, path)
    other = World(path)
    other.state, other.cloud = world.state, world.cloud
    other.writes, other.disabled = world.writes, world.disabled
    work_at(other, monkeypatch)
    return other


def work_at(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the command work with one host's world; its backend holds no journal."""
    monkeypatch.setattr(session, "Deployments", lambda _directory: world)
    monkeypatch.setattr(session, "azure_of", lambda _settings, _subscription: Retrying(world))
    monkeypatch.setenv("SPAREHUB_HOME", str(world.directory / "home"))
    monkeypatch.setenv("PULUMI_BACKEND_URL", (world.directory / "state").as_uri())


def test_each_switch_counts_both_files_up_and_both_stacks_record_it(start: Start) -> None:
    """Failover, then failback; the shipped files name no generation before."""
    world = start()
    assert (generations(world), recorded(world)) == ((0, 0), [(0, "active"), (0, "standby")])

    begin(world, FAILOVER)
    assert generations(world) == (1, 1)
    assert recorded(world) == [(1, "standby"), (1, "active")]
    begin(world, FAILBACK)
    assert generations(world) == (2, 2)
    assert recorded(world) == [(2, "active"), (2, "standby")]


WRITING: dict[str, Callable[[World], object]] = {
    "failover": lambda world: begin(world, FAILOVER),
    "failover --unplanned": lambda world: begin(world, FAILOVER, Mode.UNPLANNED),
    "failback": lambda world: begin(world, FAILBACK),
    "drill start": lambda world: networks.start(
        world.directory,
        Output(),
        plan=read_plan(world.directory, PlanKind.DRILL, Mode.PLANNED).id,
        yes=True,
    ),
}


@pytest.mark.parametrize("name", WRITING)
def test_every_command_refuses_files_older_than_the_recorded_switch(
    start: Start, name: str
) -> None:
    """Before any act, a fence included; with both numbers and the command to type."""
    world = start()
    before = files(world)
    begin(world, FAILOVER)
    writes = list(world.writes)
    for stack, text in zip(STACKS, before, strict=True):
        (world.directory / f"Pulumi.{stack}.yaml").write_text(text)
    world.lost.add("primary")

    with pytest.raises(GenerationError, match="generation 1 is recorded") as caught:
        WRITING[name](world)

    assert caught.value.exit_code == 4
    assert "sparehub switch --from-state" in str(caught.value)
    assert (world.writes, files(world)) == (writes, before)


def test_a_resume_from_an_older_checkout_is_refused_until_it_is_brought_up_to_date(
    start: Start,
) -> None:
    """A colleague has an older journal and older files: `switch --from-state`, then he goes on."""
    world = start()
    before = files(world)
    halted(world)
    world.lost.clear()
    for stack, text in zip(STACKS, before, strict=True):
        (world.directory / f"Pulumi.{stack}.yaml").write_text(text)

    with pytest.raises(GenerationError, match="has no sparehub:generation, and generation 1"):
        resume(world)
    assert files(world) == before
    assert switch_from_state(world.directory, Output()) == 0
    assert resume(world) == 0
    assert recorded(world) == [(1, "standby"), (1, "active")]


def test_a_failover_that_was_overtaken_is_not_resumed(
    start: Start, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Another host failed back meanwhile: refused, nothing moves, and the journal says why."""
    world = start()
    halted(world)
    world.lost.clear()
    other = checkout(world, tmp_path / "other", monkeypatch)
    switch(other.directory, "primary", Output())
    world.state["primary"]["resources"][0]["outputs"]["activation"] = "active"
    other.record_switch("primary", "active", "failback-2-abcdef")
    writes = list(world.writes)
    work_at(world, monkeypatch)

    with pytest.raises(GenerationError, match="is of generation 1, and generation 2 is recorded"):
        resume(world)
    assert world.writes == writes
    with open_session(world.directory, Output()) as session:
        assert session.journal_state.open is None
    assert operations.resume(world.directory, Output(), yes=True, accepted=NOTHING) == 0
    assert world.writes == writes


def test_commit_and_finish_fence_are_refused_after_a_later_switch(start: Start) -> None:
    """Its open item is closed: the region that it names may be live."""
    world = start()
    world.lost.add("primary")
    begin(world, FAILOVER, Mode.UNPLANNED)
    world.lost.clear()
    for stack in STACKS:
        set_values(world.directory, stack, {GENERATION: 7})
    world.record_switch("primary", "active", "")
    writes = list(world.writes)

    with pytest.raises(GenerationError, match="generation 7 is recorded") as caught:
        finish_fence.finish_fence(world.directory, Output(), yes=True)
    assert "erc-hong-kong/peerings/AzurePrivatePeering" in str(caught.value)
    assert world.writes == writes
    with open_session(world.directory, Output()) as session:
        assert session.journal_state.open_items == ()

    world = start()
    begin(world, FAILOVER)
    for stack in STACKS:
        set_values(world.directory, stack, {GENERATION: 7})
    world.record_switch("primary", "active", "")
    with pytest.raises(GenerationError, match="generation 7 is recorded"):
        operations.commit(world.directory, Output())


def test_a_withdrawn_operation_changes_no_file(start: Start) -> None:
    """Exit 6: the primary does not answer and nothing outside it can be fenced."""
    world = start()
    change_regions(world, recorded_inside)
    world.lost.add("primary")
    before = files(world)

    with pytest.raises(UnreachableError) as caught:
        begin(world, FAILOVER, Mode.UNPLANNED)
    assert caught.value.exit_code == 6
    assert files(world) == before


def test_files_of_two_switches_are_mended_only_by_the_operation_that_died(start: Start) -> None:
    """Killed between its two edits; without an operation, two numbers are refused."""
    world = start()
    halted(world)
    world.lost.clear()
    set_values(world.directory, "secondary", {GENERATION: None})
    assert generations(world) == (1, 0)
    assert resume(world) == 0
    assert generations(world) == (1, 1)

    set_values(world.directory, "primary", {GENERATION: 3})
    (found,) = (f for f in check_stack_files(world.directory).findings if f.path == "generation")
    assert (found.severity, found.stack) == ("warning", "secondary")
    text = files(world)
    with pytest.raises(PreflightError, match="generation 3 in primary and generation 1 in sec"):
        begin(world, FAILBACK)
    assert files(world) == text


def test_a_wrong_plan_beside_a_halted_operation_says_resume_first(start: Start) -> None:
    """The id does not match because the operation is half-way."""
    world = start()
    halted(world)
    world.lost.clear()
    request = operations.OperationRequest(kind=FAILBACK, plan="0" * 64, yes=True)
    with pytest.raises(HalfwayError, match=r"is under way .*`sparehub resume` goes on with it"):
        operations.begin(world.directory, request, Output())


@pytest.mark.parametrize("value", ["zero", "1.5", "true", "[1]", "-1", "0", '"x1"', "1e3", "''"])
def test_a_generation_that_is_not_a_whole_number_is_refused(start: Start, value: str) -> None:
    """Nothing begins; the value is shown."""
    world = start()
    file = world.directory / "Pulumi.primary.yaml"
    file.write_text(file.read_text().replace("config:\n", f"config:\n  {GENERATION}: {value}\n", 1))
    with pytest.raises(ConfigurationError, match=r"generation.*is not a generation") as caught:
        begin(world, FAILOVER)
    assert caught.value.exit_code == 3
    assert world.writes == []


@pytest.mark.parametrize("value", ["3", '"3"'])
def test_a_generation_may_stand_as_pulumi_writes_it(start: Start, value: str) -> None:
    """`pulumi config set generation 3` writes a text."""
    world = start()
    file = world.directory / "Pulumi.primary.yaml"
    file.write_text(file.read_text().replace("config:\n", f"config:\n  {GENERATION}: {value}\n", 1))
    assert generations(world) == (3, 0)


def test_switch_edits_both_files_and_prints_the_order(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """The region that is left first, since both advertise the same; then back."""
    world = start()
    switch(world.directory, "secondary", Output(as_json=True))
    assert json.loads(capsys.readouterr().out) == {
        "generation": 1,
        "activations": {"primary": "standby", "secondary": "active"},
        "deployments": ["pulumi up --stack primary", "pulumi up --stack secondary"],
    }
    assert generations(world) == (1, 1)
    world.build()
    assert recorded(world) == [(1, "standby"), (1, "active")]
    switch(world.directory, "primary", Output(as_json=True))
    assert json.loads(capsys.readouterr().out)["generation"] == 2
    with pytest.raises(SparehubError, match="there is no stack 'third'"):
        switch(world.directory, "third", Output())


def test_switch_from_state_refuses_files_that_say_something_else(start: Start) -> None:
    """It sets the switch alone: a spoke that somebody removed would go with the next deployment."""
    world = start()
    begin(world, FAILOVER)
    set_values(world.directory, "primary", {ACTIVATION: "active", GENERATION: None})
    set_values(world.directory, "secondary", {ACTIVATION: "standby", GENERATION: None})
    text = files(world)
    file = world.directory / "Pulumi.primary.yaml"
    file.write_text(text[0].replace("10.1.0.0/24", "10.9.0.0/24"))
    with pytest.raises(PreflightError, match="differs from what is deployed"):
        switch_from_state(world.directory, Output())
    file.write_text(text[0])
    assert switch_from_state(world.directory, Output()) == 0
    assert generations(world) == (1, 1)
    first, second = (read_stack(world.directory, name).config.activation for name in STACKS)
    assert (first, second) == ("standby", "active")


def test_dying_between_the_two_edits_is_resumed(start: Start, monkeypatch: Any) -> None:
    """The journal had the number before either file had it."""
    world = start()
    edit = set_values

    def dying(directory: Path, stack: str, values: Any) -> None:
        if stack == "secondary":
            raise Died
        edit(directory, stack, values)

    with monkeypatch.context() as patch:
        patch.setattr(generations_module, "set_values", dying)
        with pytest.raises(Died):
            begin(world, FAILOVER)
    assert generations(world) == (1, 0)
    assert resume(world) == 0
    assert (generations(world), recorded(world)) == ((1, 1), [(1, "standby"), (1, "active")])
