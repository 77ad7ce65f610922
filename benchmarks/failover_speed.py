"""Own time of a planned failover: wall time without the local Azure's simulated time.

The shipped pair, and two regions of 500 spokes each, beside plain deployments without changes.
"""

import json
import os
import shutil
import subprocess
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

from rich.console import Console

from benchmarks.commands import SPOKES, write_pair
from benchmarks.simulator_speed import Row
from engine.paths import ROOT, VENV
from sparehub.drill.workspace import PulumiFailedError, Rehearsal
from sparehub.simulator.control import LogEntry

STACKS = ("primary", "secondary")
_MOST_SECONDS = 20.0
_MOST_UPS = 2.5
_MOST_OF_PLAN = 1.05
# Without it the file backend takes a quarter of an hour to record 2,000 resources.
_QUICKLY = {"PULUMI_SKIP_CHECKPOINTS": "true"}


@dataclass(frozen=True)
class Failover:
    """Seconds of a failover: own time, simulated time until the target is live, planned time."""

    own: float
    simulated: float
    planned: float


def measure(directory: Path, console: Console) -> list[Row]:
    """Fail over both pairs, with progress on the console.

    Raises:
        PulumiFailedError: A command failed.
    """
    # Python caches bytecode, as it does by default.
    kept = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
    with console.status("the shipped pair ..."):
        small = _built(directory / "pair", ROOT, kept)
        pair = _fail_over(small)
    with TemporaryDirectory() as name, console.status(f"{SPOKES} spokes a region ..."):
        source = Path(name)
        for file in ("Pulumi.yaml", "__main__.py"):
            shutil.copy(ROOT / file, source)
        write_pair(source)
        large = _built(directory / "spokes", source, kept)
        ups = [_seconds(large, "up", "--yes", "--stack", stack) for stack in STACKS]
        many = _fail_over(large)
    what = f"planned failover, {SPOKES} spokes a region"
    plan = "simulated time until the target is live, to that of the plan"
    return [
        Row("planned failover of the shipped pair, its own time", pair.own, "s", _MOST_SECONDS),
        Row(plan, pair.simulated / pair.planned, "", _MOST_OF_PLAN),
        Row(f"`pulumi up` without changes, {SPOKES} spokes, each stack", sum(ups) / 2, "s"),
        Row(f"{what}, its own time", many.own, "s"),
        Row("to `pulumi up` without changes of both stacks", many.own / sum(ups), "", _MOST_UPS),
        Row(plan, many.simulated / many.planned, "", _MOST_OF_PLAN),
    ]


def _built(directory: Path, source: Path, kept: dict[str, str]) -> Rehearsal:
    rehearsal = Rehearsal.begin(directory, source, STACKS, kept)
    for stack in STACKS:
        hasty = Rehearsal(rehearsal.home, kept | _QUICKLY)
        hasty.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
    return rehearsal


def _seconds(rehearsal: Rehearsal, *arguments: str) -> float:
    started = perf_counter()
    rehearsal.pulumi(*arguments)
    return perf_counter() - started


def _fail_over(rehearsal: Rehearsal) -> Failover:
    plan = json.loads(_sparehub(rehearsal, "plan", "failover", "--json"))
    seen = len(rehearsal.log())
    started = perf_counter()
    _sparehub(rehearsal, "failover", "--yes", "--plan", plan["id"])
    own = perf_counter() - started
    return Failover(
        own=own,
        simulated=until_live(plan, rehearsal.log()[seen:]),
        planned=plan["recoveryTime"]["typical"],
    )


def until_live(plan: dict[str, Any], entries: Sequence[LogEntry]) -> float:
    """Return the simulated seconds from the first write to the last one of the critical path."""
    path = plan["recoveryTime"]["criticalPath"]
    steps = [step for step in plan["steps"] if step["id"] in path]
    critical = entries[: sum(len(step["change"]["operations"]) for step in steps)]
    return max(entry.at + entry.seconds for entry in critical) - critical[0].at


def _sparehub(rehearsal: Rehearsal, *arguments: str) -> str:
    done = subprocess.run(  # noqa: S603 - our own command
        [str(VENV / "bin" / "sparehub"), *arguments],
        cwd=rehearsal.project,
        env=rehearsal.home.environment(rehearsal.inherited),
        capture_output=True,
        text=True,
        check=False,
        stdin=subprocess.DEVNULL,
    )
    if done.returncode:
        message = f"`sparehub {arguments[0]}` ended with {done.returncode}:\n{done.stderr}"
        raise PulumiFailedError(message)
    return done.stdout
