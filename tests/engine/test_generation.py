"""The generation of a switch on the real engine: what an older checkout cannot undo."""

import json
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.state.generation import SwitchRecord
from tests.engine.conftest import Engine
from tests.engine.operator import Operator, copied

Make = Callable[..., Engine]
CONNECTIONS = {"primary": "con-eastasia-hong-kong", "secondary": "con-southeastasia-singapore"}


def at(generation: int | None, activation: str) -> Callable[[dict[str, Any]], object]:
    """Return an edit of a stack file: what a switch, or an older checkout, says."""

    def edit(config: dict[str, Any]) -> None:
        config["sparehub:activation"] = activation
        config.pop("sparehub:generation", None)
        if generation is not None:
            config["sparehub:generation"] = generation

    return edit


def recorded(azure: Engine, stack: str) -> SwitchRecord:
    """Return what a stack's state says of its switch."""
    text = azure.rehearsal.pulumi("stack", "export", "--stack", stack)
    resources = json.loads(text)["deployment"]["resources"]
    return SwitchRecord.of({each["urn"]: each for each in resources})


def refused(azure: Engine, stack: str) -> str:
    """Return what a refused deployment says; nothing was written by it."""
    with azure.writes() as seen:
        text = azure.refused("up", "--yes", "--skip-preview", "--stack", stack)
    assert seen == []
    return text


@pytest.mark.long
def test_a_checkout_older_than_the_switch_is_refused(engine: Make) -> None:
    """Both its files, at preview and at up; no override lifts that. The newer ones pass."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")
    azure.change("primary", at(1, "standby"))
    assert azure.up("primary") == [("delete", CONNECTIONS["primary"])]
    azure.change("secondary", at(1, "active"))
    assert azure.up("secondary") == [("create", CONNECTIONS["secondary"])]
    assert recorded(azure, "secondary") == SwitchRecord(generation=1, activation="active")

    for stack, activation in (("secondary", "standby"), ("primary", "active")):
        azure.change(stack, at(None, activation))
        assert "generation 1 is recorded" in refused(azure, stack)
        assert "generation 1 is recorded" in azure.refused("preview", "--stack", stack)
        azure.rehearsal.pulumi("config", "set", "overrideInterlock", "lost", "--stack", stack)
        assert "generation 1 is recorded" in refused(azure, stack)
        azure.rehearsal.pulumi("config", "rm", "overrideInterlock", "--stack", stack)
    azure.change("secondary", at(1, "active"))
    azure.change("primary", at(1, "standby"))
    assert (azure.up("secondary"), azure.up("primary")) == ([], [])


def test_the_only_live_region_is_not_disconnected_within_a_generation(engine: Make) -> None:
    """Whoever means a switch counts the generation up."""
    azure = engine("primary", "secondary")
    azure.change("primary", at(4, "active"))
    azure.up("primary")
    azure.change("secondary", at(4, "standby"))
    azure.up("secondary")

    azure.change("primary", at(4, "standby"))
    assert "on-premises would reach no region" in refused(azure, "primary")
    azure.change("primary", at(5, "standby"))
    assert azure.up("primary") == [("delete", CONNECTIONS["primary"])]


def test_the_record_survives_a_deployment_that_fails(engine: Make) -> None:
    """The stack's own outputs do not."""
    azure = engine("primary")
    azure.change("primary", at(1, "standby"))
    azure.up("primary")
    azure.change("primary", at(2, "active"))
    control.add_fault(azure.store, FaultRequest("failed", type="connections", count=100))
    azure.refused("up", "--yes", "--skip-preview", "--stack", "primary")

    assert azure.outputs("primary")["activation"] == "standby"
    assert recorded(azure, "primary") == SwitchRecord(generation=2, activation="active")


def test_without_a_generation_the_switch_works_and_warns_in_one_line(engine: Make) -> None:
    """A first deployment, and one that changes nothing, do not warn; one with a number neither."""
    azure = engine("primary")
    assert "without a sparehub:generation" not in azure.preview("primary")
    azure.up("primary")
    assert "without a sparehub:generation" not in azure.preview("primary")
    azure.change("primary", at(None, "standby"))
    said = azure.preview("primary")
    lines = [line for line in said.splitlines() if "without a sparehub:generation" in line]
    assert lines
    assert all(line.endswith("undo that unnoticed; `sparehub switch` sets it") for line in lines)
    azure.change("primary", at(1, "standby"))
    assert "without a sparehub:generation" not in azure.preview("primary")


@pytest.mark.long
def test_a_pair_whose_state_cannot_be_read(engine: Make) -> None:
    """Going active needs the override; going standby is refused even with it."""
    azure = engine("primary", "secondary")
    for stack, activation in (("primary", "active"), ("secondary", "standby")):
        azure.change(stack, at(1, activation))
        azure.up(stack)
    override = ("config", "set", "overrideInterlock", "its state is lost", "--stack")
    states = {
        stack: next(azure.rehearsal.home.path.rglob(f"stacks/sparehub/{stack}.json"))
        for stack in ("primary", "secondary")
    }
    whole = {stack: state.read_bytes() for stack, state in states.items()}

    states["secondary"].write_bytes(whole["secondary"][:200])
    azure.change("primary", at(2, "standby"))
    azure.rehearsal.pulumi(*override, "primary")
    assert "unknown whether stack 'primary' is the only live region" in refused(azure, "primary")
    states["secondary"].write_bytes(whole["secondary"])

    states["primary"].write_bytes(whole["primary"][:200])
    azure.change("secondary", at(2, "active"))
    assert "unknown whether it is live" in refused(azure, "secondary")
    azure.rehearsal.pulumi(*override, "secondary")
    assert azure.up("secondary") == [("create", CONNECTIONS["secondary"])]


def test_two_directories_and_one_backend(pair: Path, tmp_path: Path) -> None:
    """The other checkout is refused by `pulumi up` and by the command, then brought up to date."""
    operator = Operator(copied(pair, tmp_path / "home"))
    other = tmp_path / "other"
    shutil.copytree(operator.project, other)
    elsewhere = ("--stack-dir", str(other))
    assert operator.sparehub(*operator.confirmed("failover")).returncode == 0
    log = control.read_log(operator.engine.store)

    plan = json.loads(operator.sparehub("plan", "failback", "--json", *elsewhere).stdout)["id"]
    back = operator.sparehub("failback", "--yes", "--plan", plan, *elsewhere)
    assert (back.returncode, "generation 1 is recorded" in back.stderr) == (4, True), back.stderr
    for stack in ("primary", "secondary"):
        up = subprocess.run(
            ["pulumi", "up", "--yes", "--skip-preview", "--non-interactive", "--stack", stack],
            cwd=other,
            env=operator.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert up.returncode != 0
        assert "has no sparehub:generation, and generation 1 is recorded" in up.stdout + up.stderr
    assert control.read_log(operator.engine.store) == log

    assert operator.sparehub("switch", "--from-state", *elsewhere).returncode == 0
    plan = json.loads(operator.sparehub("plan", "failback", "--json", *elsewhere).stdout)["id"]
    assert operator.sparehub("failback", "--yes", "--plan", plan, *elsewhere).returncode == 0
    assert operator.status()["live"] == ["primary"]
