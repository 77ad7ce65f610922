"""`resume --adopt` on the real engine: the runbook's file has switched, both states follow.

The runbook is run as a process beside Pulumi. Afterwards no network resource is written, and a
preview of both stacks shows no change: also of a gateway, and of a connection by a key.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.stacks.stack_files import stack_file
from tests.engine.conftest import STACKS, Change, Engine
from tests.engine.operator import Operator, copied
from tests.engine.test_failover_shared import PLACE, lend_a_circuit, share
from tests.engine.test_failover_withheld import widen
from tests.runbook.world import ACCOUNT, SwitchWorld, key_variable, served

pytestmark = pytest.mark.long


@contextmanager
def runbook(engine: Engine, **assets: str) -> Iterator[SwitchWorld]:
    """Serve an engine's local Azure, with the data of a switch in an Automation account."""
    files = {}
    for stack in STACKS:
        content = YAML(typ="safe").load(stack_file(engine.rehearsal.project, stack))
        files[stack] = content["config"]
        for each in files[stack]["sparehub:region"]["expressRoute"]["connections"].values():
            if "authorizationKey" in each["circuit"]:
                each["circuit"]["authorizationKey"] = "encrypted in the file"
    world = SwitchWorld(engine.store, files, assets=assets)
    world.put_group(ACCOUNT, "southeastasia")
    world.publish()
    with served(world):
        yield world


def at_depth_network(config: dict[str, Any]) -> None:
    config["sparehub:region"]["standby"] = {"depth": "network"}


def built(directory: Path, change: Change) -> Engine:
    engine = Engine(directory, STACKS)
    for stack in STACKS:
        engine.change(stack, change)
        engine.up(stack)
    return engine


def adopt(operator: Operator, *arguments: str, code: int = 0) -> None:
    """Adopt what is there; hold that nothing is written and no preview shows a change."""
    engine = operator.engine
    before = control.read_log(engine.store)
    done = operator.sparehub("resume", "--adopt", "--yes", *arguments)
    assert done.returncode == code, done.stdout + done.stderr
    assert control.read_log(engine.store) == before


def unchanged(engine: Engine, *stacks: str) -> None:
    """Hold that a preview of stacks shows no change, also with Azure read again."""
    for stack in stacks:
        for arguments in ((), ("--refresh",)):
            shown = engine.rehearsal.run(
                "preview", *arguments, "--expect-no-changes", "--stack", stack
            )
            assert shown.returncode == 0, shown.stdout + shown.stderr


@pytest.mark.parametrize("change", [at_depth_network, widen], ids=["depth network", "wide"])
def test_a_gateway_and_withheld_spokes_are_adopted(tmp_path: Path, change: Change) -> None:
    """What the runbook made is what the program makes."""
    operator = Operator(built(tmp_path / "home", change))
    with runbook(operator.engine) as world:
        ran = world.run()
    assert ran.returncode == 0, ran.stdout + ran.stderr

    adopt(operator)

    unchanged(operator.engine, *STACKS)
    assert operator.sparehub("status").returncode == 0


@pytest.mark.parametrize("lost", [False, True], ids=["it answers", "it is lost"])
def test_a_connection_by_a_key_is_adopted_with_the_key_of_the_file(
    tmp_path: Path,
    lost: bool,  # noqa: FBT001 - a column
) -> None:
    """Azure never shows the key of a connection: the encrypted one of the file is recorded.

    A lost region is fenced by its authorization, which is gone: that is read at the circuit.
    """
    engine = Engine(tmp_path / "home", STACKS)
    keys = lend_a_circuit(engine)
    for stack, key in keys.items():
        engine.change(stack, share)
        engine.rehearsal.pulumi("config", "set", "--secret", "--path", PLACE, key, "--stack", stack)
        engine.up(stack)
    operator = Operator(engine)
    if lost:
        control.add_fault(engine.store, FaultRequest("region-down", region="eastasia"))
    with runbook(engine, **{key_variable("shared"): keys["secondary"]}) as world:
        ran = world.run()
    assert ran.returncode == 0, ran.stdout + ran.stderr

    adopt(operator)

    fences = [fence["how"] for item in operator.status()["debts"] for fence in item["fences"]]
    assert fences == ["authorization"] * lost
    unchanged(engine, "secondary", *(() if lost else ("primary",)))
    exported = engine.rehearsal.pulumi("stack", "export", "--stack", "secondary")
    assert keys["secondary"] not in exported


def test_a_lost_region_is_adopted_and_finished_once_it_is_back(pair: Path, tmp_path: Path) -> None:
    """The runbook fences it at its circuit; `finish-fence` disconnects it and lifts the fence."""
    operator = Operator(copied(pair, tmp_path / "home"))
    engine = operator.engine
    control.add_fault(engine.store, FaultRequest("region-down", region="eastasia"))
    with runbook(engine) as world:
        ran = world.run()
    assert ran.returncode == 0, ran.stdout + ran.stderr

    adopt(operator)

    (item,) = operator.status()["debts"]
    assert [fence["how"] for fence in item["fences"]] == ["privatePeering"]
    unchanged(engine, "secondary")
    control.clear_faults(engine.store)
    done = operator.sparehub("finish-fence", "--yes")
    assert done.returncode == 0, done.stderr
    unchanged(engine, *STACKS)
