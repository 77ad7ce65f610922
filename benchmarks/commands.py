"""Time and memory of the commands that need no Pulumi, for two regions of 500 spokes each."""

import os
import subprocess
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any, NamedTuple

from ruamel.yaml import YAML

from benchmarks.simulator_speed import Row
from engine.paths import ROOT, VENV
from sparehub.stacks.stack_files import stack_file
from sparehub.topology.errors import SparehubError

SPOKES = 500
COMMANDS = (("check",), ("derive",), ("parity",))
_RUNS = 3
_MOST_SECONDS = 2.0
_MOST_MEGABYTES = 150.0


def measure() -> list[Row]:
    """Run each command three times; return its shortest time and its largest memory."""
    rows: list[Row] = []
    with TemporaryDirectory() as directory:
        write_pair(Path(directory))
        for command in COMMANDS:
            runs = [_run(command, Path(directory)) for _ in range(_RUNS)]
            what = f"`sparehub {' '.join(command)}`, {SPOKES} spokes a region"
            rows.append(Row(what, min(run.seconds for run in runs), "s", _MOST_SECONDS))
            rows.append(Row("processor time of it", min(run.busy for run in runs), "s"))
            memory = max(run.megabytes for run in runs)
            rows.append(Row("memory of it at its peak", memory, "MB", _MOST_MEGABYTES))
    return rows


def write_pair(directory: Path) -> None:
    """Write both shipped stack files with many spokes of one /24 each."""
    yaml = YAML()
    for stack in ("primary", "secondary"):
        content = yaml.load(stack_file(ROOT, stack))
        spokes = {f"spoke{n}": _spoke(f"10.{100 + n // 250}.{n % 250}.0/24") for n in range(SPOKES)}
        content["config"]["sparehub:region"]["spokes"] = spokes
        yaml.dump(content, stack_file(directory, stack))


def _spoke(prefix: str) -> dict[str, Any]:
    return {"addressSpace": [prefix], "subnets": {"app": {"addressPrefix": prefix}}}


class _Run(NamedTuple):
    seconds: float
    busy: float  # seconds of a processor: what counts where other work goes on
    megabytes: float


def _run(command: tuple[str, ...], directory: Path) -> _Run:
    arguments = [str(VENV / "bin" / "sparehub"), *command, "--stack-dir", str(directory)]
    quiet = subprocess.DEVNULL
    started = perf_counter()
    with subprocess.Popen(arguments, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own command
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = perf_counter() - started
    if process.returncode:
        message = f"`sparehub {' '.join(command)}` ended with code {process.returncode}"
        raise SparehubError(message)
    return _Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
