"""What `replicate` and `failover` take with 100 machines: simulated time, and processor time.

Pulumi is in memory, the local Azure in the same process. So processor time is compared with a
floor: the same requests, sent again by the same client to a copy of the store, without Sparehub.
"""

import json
import shutil
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import process_time
from typing import Any

import pytest

from benchmarks.simulator_speed import Row
from sparehub.azure.local import local_azure
from sparehub.failover import operations
from sparehub.failover.machines.replication.replicate_command import replicate
from sparehub.failover.plans import read_plan
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.failover.machines.machine_world import MachineWorld, machine_world
from tests.site_recovery_files import MACHINES, REPLICATE

COUNT = 100
_MINUTE = 60
_MOST_TIMES = 3.0
_FIRST_ADDRESS = 10


@dataclass(frozen=True)
class _Figures:
    simulated: float
    """Minutes of Azure's clock."""
    own: float
    """Processor time in seconds, of Sparehub and the local Azure."""
    floor: float
    """Processor time in seconds of the same requests alone."""
    requests: int


def measure() -> list[Row]:
    """Return every figure."""
    with TemporaryDirectory() as name, pytest.MonkeyPatch.context() as patch:
        world = machine_world(Path(name), patch, _machines())
        replicated = _measured(world, _replicate)
        failed_over = _measured(world, _fail_over)
    return [
        row
        for what, figures in (
            (f"replicate {COUNT} machines", replicated),
            (f"planned failover with {COUNT} machines", failed_over),
        )
        for row in (
            Row(f"{what}, simulated time", figures.simulated, "min"),
            Row("requests to Azure", figures.requests, ""),
            Row("processor time", figures.own, "s"),
            Row(
                "to the same requests without Sparehub",
                figures.own / figures.floor,
                "",
                _MOST_TIMES,
            ),
        )
    ]


def _measured(world: MachineWorld, command: Callable[[MachineWorld], object]) -> _Figures:
    before = world.directory.with_name("before")
    shutil.copytree(world.store, before)
    world.heard.clear()
    began, started = control.read_clock(world.store).seconds, process_time()
    command(world)
    own, ended = process_time() - started, control.read_clock(world.store).seconds
    heard = list(world.heard)
    floor = _floor(before, heard)
    shutil.rmtree(before)
    return _Figures(
        simulated=(ended - began) / _MINUTE,
        own=own,
        floor=floor,
        requests=sum(not isinstance(each, float) for each in heard),
    )


def _floor(store: Path, heard: list[Any]) -> float:
    """Send the same requests again, with the same waits; return the processor time in seconds."""
    azure = local_azure(store)
    started = process_time()
    for each in heard:
        if isinstance(each, float):
            azure.wait(each)
        else:
            path = each.path + "".join(f"?{key}={text}" for key, text in _query(each.query))
            azure.send(each.method, path, json.loads(each.body) if each.body else None)
    return process_time() - started


def _query(query: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(key, text) for key, text in query.items() if key == "ipAddress"]


def _replicate(world: MachineWorld) -> None:
    replicate(world.directory, Output(), preview=False, yes=True)


def _fail_over(world: MachineWorld) -> None:
    kind, mode = PlanKind.FAILOVER, Mode.PLANNED
    request = operations.OperationRequest(
        kind=kind,
        mode=mode,
        plan=read_plan(world.directory, kind, mode).id,
        yes=True,
        confirmations={"quiesce": "done", "group-1-after-1": "done"},
    )
    if code := operations.begin(world.directory, request, Output()):
        raise SparehubError(f"the failover ended with {code}")


def _machines() -> dict[str, Any]:
    """Return the machines of the file, half of them in each spoke."""
    machines = {}
    for number in range(COUNT):
        spoke, host = number % 2 + 1, _FIRST_ADDRESS + number // 2
        name = f"m{number:03}"
        machines[name] = {
            "virtualMachineId": MACHINES.format(name),
            "spoke": f"spoke{spoke}",
            "networkInterfaces": {
                f"{name}-nic": {"subnet": "app", "ipAddress": f"10.{spoke}.0.{host}"}
            },
        }
    return REPLICATE | {"machines": machines}
