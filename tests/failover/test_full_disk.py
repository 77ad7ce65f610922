"""Nothing is done when it cannot be written down: full and read-only disks, from any point on."""

import os
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from copy import deepcopy
from pathlib import Path
from unittest.mock import Mock

import pytest

from sparehub.drill import networks
from sparehub.failover import finish_fence, operations
from sparehub.failover.journal import journal
from sparehub.failover.plans import read_plan
from sparehub.output import Output
from sparehub.topology.errors import HalfwayError, SparehubError
from sparehub.topology.planning.operations import PEERING
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.memory_backend.world import World
from tests.failover.operators import NO_ROOM, Start, begin, halted, resume
from tests.failover.test_crash_points import EACH, FLOWS, Flow, act, done, hold, prepared

IN_MEMORY = {name: flow for name, flow in FLOWS.items() if not (flow.turns or flow.large)}


@pytest.mark.parametrize("flow", IN_MEMORY.values(), ids=IN_MEMORY)
def test_a_disk_that_is_full_from_any_point_on(start: Start, flow: Flow) -> None:
    """No further act begins; once there is room the operation goes on to its end."""
    world = prepared(start, flow)
    begun = world.points
    act(world, flow)
    last = world.points - begun

    for number in range(1, last + 1, EACH):
        world = prepared(start, flow)
        world.full_from = world.points + number
        try:
            act(world, flow)
        except SparehubError as error:
            assert "nowhere, so nothing is done" in str(error)  # noqa: PT017 - at the end: none
            assert "No space left on device" in str(error)  # noqa: PT017
        assert world.unrecorded == []
        world.full_from = 0
        resume(world)
        if not done(world, flow):
            act(world, flow)
        hold(world, flow)


def unfenced(start: Start) -> World:
    """Return a world in which a region is fenced, back, and still to be disconnected."""
    return prepared(start, FLOWS["finish-fence after a fence"])


def stopped(start: Start) -> World:
    world = start()
    halted(world)
    world.lost.clear()
    return world


def moved(start: Start) -> World:
    world = start()
    begin(world, PlanKind.FAILOVER)
    return world


def drill(world: World) -> object:
    plan = read_plan(world.directory, PlanKind.DRILL, Mode.PLANNED).id
    return networks.start(world.directory, Output(), plan=plan, yes=True)


def interrupted(start: Start) -> World:
    """Return a world in which a `pulumi up` by hand died while it updated a peering."""
    world = start()
    (urn,) = (
        each["urn"]
        for each in world.state["primary"]["resources"]
        if each.get("name") == "region/spoke/spoke1/peering/spoke-to-hub"
    )
    pending = {"resource": {"urn": urn, "type": PEERING, "inputs": {}}, "type": "updating"}
    world.state["primary"]["pending_operations"] = [pending]
    return world


WRITERS: dict[str, tuple[Callable[[Start], World], Callable[[World], object]]] = {
    "failover": (lambda start: start(), lambda world: begin(world, PlanKind.FAILOVER)),
    "failover --unplanned": (
        lambda start: start(),
        lambda world: begin(world, PlanKind.FAILOVER, Mode.UNPLANNED),
    ),
    "failback": (moved, lambda world: begin(world, PlanKind.FAILBACK)),
    "resume": (stopped, resume),
    "resume of interrupted writes": (interrupted, resume),
    "commit": (moved, lambda world: operations.commit(world.directory, Output())),
    "finish-fence": (
        unfenced,
        lambda world: finish_fence.finish_fence(world.directory, Output(), yes=True),
    ),
    "drill start": (lambda start: start(), drill),
    "drill stop": (
        lambda start: start(),
        lambda world: networks.stop(
            world.directory,
            Output(),
            plan=read_plan(world.directory, PlanKind.DRILL, Mode.PLANNED).id,
            yes=True,
            result="",
        ),
    ),
}


def mount(*arguments: str) -> None:
    if subprocess.run(["mount", *arguments], capture_output=True, check=False).returncode:
        pytest.skip("this user may mount nothing")


@contextmanager
def full(place: Path) -> Iterator[None]:
    """Put a file system without room over a directory; what it holds is copied there first."""
    held = {
        path.relative_to(place): path.read_bytes() for path in place.rglob("*") if path.is_file()
    }
    place.mkdir(parents=True, exist_ok=True)
    mount("-t", "tmpfs", "-o", "size=256k", "tmpfs", str(place))
    try:
        for path, content in held.items():
            (place / path).parent.mkdir(parents=True, exist_ok=True)
            (place / path).write_bytes(content)
        with (place / "fill").open("wb", buffering=0) as file:
            try:
                while True:
                    file.write(b"\0" * 4096)
            except OSError:
                yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


@contextmanager
def read_only(place: Path) -> Iterator[None]:
    """Make a directory read-only, for root as well."""
    place.mkdir(parents=True, exist_ok=True)
    mount("--bind", str(place), str(place))
    try:
        mount("-o", "remount,ro,bind", str(place))
        yield
    finally:
        subprocess.run(["umount", str(place)], check=True)


PROBLEMS = {"No space left on device": full, "Read-only file system": read_only}


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")
@pytest.mark.parametrize("name", WRITERS)
@pytest.mark.parametrize("problem", PROBLEMS)
def test_a_real_file_system_that_takes_nothing(start: Start, name: str, problem: str) -> None:
    """In both places: refused with each path and why, nothing changed, exit code 3."""
    prepare, write = WRITERS[name]
    world = prepare(start)
    home, state = world.directory / "home", world.directory / "state"
    files = {path: path.read_bytes() for path in world.directory.glob("Pulumi.*.yaml")}
    seen, disabled = list(world.writes), set(world.disabled)
    impossible = PROBLEMS[problem]
    with impossible(home), impossible(state), pytest.raises(SparehubError) as caught:
        write(world)

    assert caught.value.exit_code == 3
    assert not isinstance(caught.value, HalfwayError)
    said = str(caught.value)
    assert f"{home / 'journal'}" in said
    assert f"{state / '.sparehub/sparehub'}" in said
    assert said.count(problem) == 2
    assert (world.writes, world.disabled) == (seen, disabled)
    assert {path: path.read_bytes() for path in files} == files


@pytest.mark.parametrize("name", WRITERS)
def test_a_journal_that_takes_nothing_is_found_before_any_act(
    start: Start, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Also where the lease could still be written: each command first writes what it begins."""
    prepare, write = WRITERS[name]
    world = prepare(start)
    files = {path: path.read_bytes() for path in world.directory.glob("Pulumi.*.yaml")}
    before = (list(world.writes), set(world.disabled), deepcopy(world.state))

    monkeypatch.setattr(journal, "write_line", Mock(side_effect=NO_ROOM))
    with pytest.raises(SparehubError) as caught:
        write(world)

    if name == "drill stop":
        assert str(caught.value) == "there is no drill to stop; nothing was done"
    else:
        assert "the journal can be written nowhere, so nothing is done" in str(caught.value)
    assert (world.writes, world.disabled, world.state) == before
    assert {path: path.read_bytes() for path in files} == files


@pytest.mark.skipif(os.getuid() != 0, reason="only root may mount")
@pytest.mark.parametrize("problem", PROBLEMS)
@pytest.mark.parametrize("place", ["home", "state"])
def test_one_place_that_takes_nothing_is_warned_of(
    start: Start, capsys: pytest.CaptureFixture[str], place: str, problem: str
) -> None:
    """The other one is enough; once both take records again, both say the same."""
    world = start()
    with PROBLEMS[problem](world.directory / place):
        assert begin(world, PlanKind.FAILOVER) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "warning: the lease cannot be written in" in said
    assert "warning: the journal cannot be written in" in said
    assert problem in said

    assert operations.commit(world.directory, Output()) == 0
    hold(world, FLOWS["planned failover"])
    one, two = sorted(world.directory.rglob("journal.jsonl"))
    assert one.read_bytes() == two.read_bytes()
