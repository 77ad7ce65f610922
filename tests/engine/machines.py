"""A pair with two machines on the real engine: how its commands are given, where machines run."""

import json
from typing import Any

from sparehub.azure.local import local_azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.drill.simulator_machines import make_machines
from sparehub.stacks.stack_files import read_stack
from tests.configurations import OURS
from tests.engine.conftest import Engine
from tests.engine.operator import Operator
from tests.site_recovery_files import MACHINES, REPLICATE, SITE_RECOVERY

NAMES = ("app1", "dc1")
CONFIRMED = "--confirm-deletion=app1,dc1"
_SOURCES = MACHINES.replace(OURS, f"/subscriptions/{LOCAL_SUBSCRIPTION}")
_RECOVERED = _SOURCES.replace("rg-machines", "rg-recovered")
_GROUPS = {"eastasia": _SOURCES, "southeastasia": _RECOVERED}
_STACKS = ("primary", "secondary")
_RUNNING = "PowerState/running"


def describe(engine: Engine, vault_location: str = "") -> None:
    """Write machines, and a vault, into the stack files."""
    mine = f"/subscriptions/{LOCAL_SUBSCRIPTION}"
    replicated = json.loads(json.dumps(REPLICATE).replace(OURS, mine))
    recovery = json.loads(json.dumps(SITE_RECOVERY))
    if vault_location:
        recovery["vault"]["location"] = vault_location

    def change(key: str, value: dict[str, Any]) -> Any:
        return lambda config: config["sparehub:region"].update({key: value})

    engine.change("primary", change("replicate", replicated))
    engine.change("secondary", change("siteRecovery", recovery))


def deploy(engine: Engine) -> None:
    """Deploy both stacks; make the machines and replicate them."""
    for stack in _STACKS:
        engine.up(stack)
    pair = {name: read_stack(engine.rehearsal.project, name) for name in _STACKS}
    azure = local_azure(engine.store, LOCAL_SUBSCRIPTION)
    assert sorted(make_machines(azure, pair, LOCAL_SUBSCRIPTION)) == [*NAMES]
    done = Operator(engine).sparehub("replicate", "--yes")
    assert done.returncode == 0, done.stderr


def moves(operator: Operator, kind: str, *arguments: str) -> tuple[str, ...]:
    """Return the command of an operation, with everything that a person has to confirm in it."""
    planned = tuple(each for each in arguments if each in ("--unplanned", "--network-only"))
    names = ["group-1-after-1"] if "--unplanned" in arguments else ["quiesce", "group-1-after-1"]
    if "--network-only" in arguments:
        names = []
    confirmed = (f"--confirm={name}=done" for name in names)
    return (kind, *arguments, *confirmed, "--yes", "--plan", operator.plan(kind, *planned))


def succeed(operator: Operator, *arguments: str, code: int = 0) -> str:
    """Run a command that ends with a code; return what it said, in one line."""
    done = operator.sparehub(*arguments)
    assert done.returncode == code, done.stdout + done.stderr
    return " ".join((done.stdout + done.stderr).split())


def running(engine: Engine) -> dict[str, list[str]]:
    """Return where each machine runs: more than one region where two copies do."""
    found: dict[str, list[str]] = {name: [] for name in NAMES}
    for region, path in _GROUPS.items():
        for name in NAMES:
            body = engine.arm("GET", f"{path.format(name)}/instanceView").body or {}
            if any(each["code"] == _RUNNING for each in body.get("statuses", ())):
                found[name].append(region)
    return found


def everywhere(*regions: str) -> dict[str, list[str]]:
    """Return what :func:`running` shows where every machine runs in some regions."""
    return {name: [*regions] for name in NAMES}
