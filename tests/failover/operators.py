"""The command on worlds in memory: for tests that need many of them, or one at once."""

import errno
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.failover import operations, plans, session
from sparehub.failover.journal import journal, lease
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.journal import Journal
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.lease import Lease
from sparehub.failover.plans import read_plan
from sparehub.files.private_files import replace_private
from sparehub.output import Output
from sparehub.stacks.stack_files import stack_file
from sparehub.topology.errors import HalfwayError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import ROOT
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.resources import program_in, stack_in
from tests.failover.memory_backend.state import Died
from tests.failover.memory_backend.world import Retrying, World

Start = Callable[[], World]
NO_ROOM = OSError(errno.ENOSPC, "No space left on device")
WIDE = [f"10.100.{number}.0/24" for number in range(200)]


def worlds_in(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: type[World] = World) -> Start:
    """Return a maker of fresh worlds, in which the command works on them."""
    worlds: list[World] = []

    def make() -> World:
        directory = tmp_path / f"{len(worlds)}"
        directory.mkdir()
        for name in ("Pulumi.yaml", "Pulumi.primary.yaml", "Pulumi.secondary.yaml"):
            shutil.copy(ROOT / name, directory)
        world = kind(directory)
        world.build()
        worlds.append(world)
        monkeypatch.setenv("SPAREHUB_HOME", str(directory / "home"))
        monkeypatch.setenv("PULUMI_BACKEND_URL", (directory / "state").as_uri())
        return world

    monkeypatch.setattr(session, "Deployments", lambda _directory: worlds[-1])
    for module in (session, plans):  # what does not change is read once
        monkeypatch.setattr(module, "read_stack", stack_in)
        monkeypatch.setattr(module, "read_program", program_in)
    monkeypatch.setattr(session, "azure_of", lambda _settings, _subscription: Retrying(worlds[-1]))
    # A process that dies releases nothing.
    monkeypatch.setattr(Lease, "release", lambda _lease: None)
    append, write = journal.write_line, replace_private

    def fitting(file: Path, content: bytes, *, durable: bool = True) -> None:
        if worlds[-1].disk_is_full:
            raise NO_ROOM
        write(file, content, durable=durable)

    def dying(file: Path, line: bytes) -> None:
        if worlds[-1].disk_is_full:
            raise NO_ROOM
        worlds[-1].point()
        try:
            worlds[-1].point()
        except Died:
            append(file, line[: len(line) // 2])
            raise
        append(file, line)
        worlds[-1].point()

    monkeypatch.setattr(journal, "write_line", dying)
    monkeypatch.setattr(lease, "replace_private", fitting)
    return make


def wide(region: dict[str, Any]) -> None:
    """Give a region more prefixes than Azure makes a connection with (ER-36)."""
    region["spokes"]["spoke1"]["addressSpace"] += WIDE


def at_depth_network(region: dict[str, Any]) -> None:
    """Let a region stand by without a gateway."""
    region["standby"] = {"depth": "network"}


def change_regions(world: World, change: Callable[[dict[str, Any]], object]) -> None:
    """Change both stack files, and deploy them."""
    edit_regions(world, change)
    world.build()


def edit_regions(world: World, change: Callable[[dict[str, Any]], object]) -> None:
    """Change both stack files."""
    for stack in ("primary", "secondary"):
        path, yaml = stack_file(world.directory, stack), YAML()
        content = yaml.load(path)
        change(content["config"]["sparehub:region"])
        yaml.dump(content, path)


def intend(world: World, *intents: dict[str, Any]) -> None:
    """Write intents into both stack files."""
    change_regions(world, lambda region: region.update(intents=[*intents]))


def change_one(world: World, stack: str, line: str) -> None:
    """Add a key to the region of one stack file, without deploying it."""
    file = world.directory / f"Pulumi.{stack}.yaml"
    file.write_text(file.read_text().replace("    onPremises:\n", f"    {line}\n    onPremises:\n"))


def begin(  # noqa: PLR0913 - one option a decision
    world: World,
    kind: PlanKind,
    mode: Mode = Mode.PLANNED,
    reason: str | Accepted = "",
    *,
    raise_bandwidth: bool = False,
    unproven: str = "",
) -> int:
    plan = read_plan(world.directory, kind, mode, raise_bandwidth=raise_bandwidth).id
    request = operations.OperationRequest(
        kind=kind,
        mode=mode,
        accepted=Accepted(reason=reason) if isinstance(reason, str) else reason,
        unproven=unproven,
        plan=plan,
        yes=True,
        raise_bandwidth=raise_bandwidth,
    )
    return operations.begin(world.directory, request, Output())


def halted(world: World) -> None:
    """Let the region that takes over die between the fence and its connection."""

    def lose() -> None:
        world.lost.update(["secondary"] if world.writes else [])

    with (
        world.injecting(Hooks(before_deployment=lose)),
        pytest.raises(HalfwayError, match="stopped in activate-secondary") as caught,
    ):
        begin(world, PlanKind.FAILOVER)
    assert caught.value.exit_code == 5


def resume(world: World) -> int:
    return operations.resume(world.directory, Output(), yes=True, accepted=NOTHING)


def journal_state_of(world: World) -> JournalState:
    """Return what the journal at home adds up to."""
    home = world.directory / "home" / "journal"
    return JournalState.of(Journal((home,), world.project(), lambda _text: None).records)
