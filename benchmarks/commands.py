"""Time and memory of the commands that need no Pulumi, for two regions of 500 spokes each."""

import os
import subprocess
from collections.abc import Iterator, Mapping
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
_MOST_TIMES_HELP = 1.3
_MOST_TIMES_READING = 2.0
_TWO_COMMANDS = """
import typer
app = typer.Typer()
@app.command()
def first(): "One command."
@app.command()
def second(): "Another command."
app()
"""
"""A small typer application, which ``sparehub --help`` is compared with."""
_READ = """
import sys
from pathlib import Path
from ruamel.yaml import YAML
for path in sys.argv[1:]:
    YAML().load(Path(path))
"""
"""A program that only reads stack files, which ``sparehub check`` is compared with."""
_MOST_SECONDS = 2.0
_MOST_MEGABYTES = 150.0


def measure() -> list[Row]:
    """Run each command three times; return its shortest time and its largest memory."""
    rows: list[Row] = []
    with TemporaryDirectory() as directory:
        write_pair(Path(directory))
        for command in COMMANDS:
            runs = _runs(_sparehub(*command, "--stack-dir", directory), directory)
            what = f"`sparehub {' '.join(command)}`, {SPOKES} spokes a region"
            rows.append(Row(what, min(run.seconds for run in runs), "s", _MOST_SECONDS))
            rows.append(Row("processor time of it", _busy(runs), "s"))
            memory = max(run.megabytes for run in runs)
            rows.append(Row("memory of it at its peak", memory, "MB", _MOST_MEGABYTES))
        rows += _start_up(directory)
    return rows


def _start_up(directory: str) -> Iterator[Row]:
    """Yield processor times as multiples of those of programs that do the least possible."""
    python = str(VENV / "bin" / "python")
    files = [str(stack_file(Path(directory), stack)) for stack in ("primary", "secondary")]
    for what, ours, least, bound in (
        (
            "`sparehub --help`, processor time, times that of a typer application of two commands",
            _sparehub("--help"),
            [python, "-c", _TWO_COMMANDS, "--help"],
            _MOST_TIMES_HELP,
        ),
        (
            "`sparehub check`, processor time, times that of reading both files with ruamel.yaml",
            _sparehub("check", "--stack-dir", directory),
            [python, "-c", _READ, *files],
            _MOST_TIMES_READING,
        ),
    ):
        rounds = [(_runs(ours, directory), _runs(least, directory)) for _ in range(2)]  # in turn
        own = min(_busy(first) for first, _ in rounds)
        base = min(_busy(second) for _, second in rounds)
        yield Row(what, own / base, "", bound)


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


def _sparehub(*arguments: str) -> list[str]:
    return [str(VENV / "bin" / "sparehub"), *arguments]


def _busy(runs: list[_Run]) -> float:
    """Return the shortest processor time, in seconds: what disturbs a run only adds to it."""
    return min(run.busy for run in runs)


def _runs(command: list[str], directory: str) -> list[_Run]:
    """Run a command as often as it is measured, and once before: that run compiles modules."""
    variables = dict(os.environ) | {"PYTHONPYCACHEPREFIX": f"{directory}/bytecode"}
    variables.pop("PYTHONDONTWRITEBYTECODE", None)
    return [_run(command, variables) for _ in range(1 + _RUNS)][1:]


def _run(command: list[str], variables: Mapping[str, str]) -> _Run:
    quiet = subprocess.DEVNULL
    started = perf_counter()
    with subprocess.Popen(command, env=variables, stdout=quiet, stderr=quiet) as process:  # noqa: S603 - our own commands
        _, status, usage = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
    seconds = perf_counter() - started
    if process.returncode:
        message = f"`{' '.join(command)}` ended with code {process.returncode}"
        raise SparehubError(message)
    return _Run(seconds, usage.ru_utime + usage.ru_stime, usage.ru_maxrss / 1024)
