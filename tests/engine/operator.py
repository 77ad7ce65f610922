"""The command on the real engine, as an operator runs it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.paths import VENV
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import ExitCode
from tests.configurations import ROOT
from tests.engine.conftest import Engine, until
from tests.engine.invariants import journals, live_at_once, lost

PATIENCE = 300.0
"""Seconds for a whole failover on a machine that is busy: a bound, not a measure."""
EVERYTHING = os.environ.get("SPAREHUB_FAULTS") == "all"
"""`make faults` runs the whole matrix, `make test` a sample of it."""


@dataclass(frozen=True)
class Operator:
    """Somebody at a shell that works against a pair of stacks of its own."""

    engine: Engine

    @property
    def project(self) -> Path:
        return self.engine.rehearsal.project

    @property
    def environment(self) -> dict[str, str]:
        home = self.engine.rehearsal.home
        return {**home.environment(os.environ), "PYTHONPATH": str(ROOT)}

    def sparehub(self, *arguments: str, variables: Mapping[str, str] | None = None) -> Any:
        """Run the command; the exit code is the caller's."""
        return self.run(str(VENV / "bin" / "sparehub"), *arguments, variables=variables)

    def dying(self, point: str, *arguments: str) -> Any:
        """Run the command until it dies at a point."""
        victim = ("-m", "tests.engine.killed_command", "SIGKILL", point)
        return self.run(sys.executable, *victim, *arguments)

    def start(self, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command and leave it running."""
        return self._start(str(VENV / "bin" / "sparehub"), *arguments)

    def paused(self, point: str, *arguments: str) -> "subprocess.Popen[str]":
        """Start the command; return once it pauses at a point.

        A Pulumi that it started pauses soon, too: nobody reads its output.
        """
        victim = ("-m", "tests.engine.killed_command", "SIGSTOP", point)
        running = self._start(sys.executable, *victim, *arguments)
        assert until(lambda: _sleeps(running.pid), PATIENCE)
        return running

    def plan(self, *arguments: str) -> str:
        """Return the id of a plan."""
        return str(json.loads(self.sparehub("plan", *arguments, "--json").stdout)["id"])

    def confirmed(self, kind: str, *arguments: str) -> tuple[str, ...]:
        """Return the command that carries out what `plan` shows."""
        unplanned = tuple(each for each in arguments if each == "--unplanned")
        return (kind, *arguments, "--yes", "--plan", self.plan(kind, *unplanned))

    def status(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self.sparehub("status", "--json").stdout)
        return found

    def _start(self, *command: str) -> "subprocess.Popen[str]":
        return subprocess.Popen(
            command,
            cwd=self.project,
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )

    def run(self, *command: str, variables: Mapping[str, str] | None = None) -> Any:
        """Run any command in the project, as this operator."""
        return subprocess.run(
            command,
            cwd=self.project,
            env={**self.environment, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


HONG_KONG = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-sparehub-erc-hong-kong"
    "/providers/Microsoft.Network/expressRouteCircuits/erc-hong-kong"
)


def record_location(engine: Engine) -> str:
    """Return the region that holds the record of the primary's circuit, while it answers."""
    body = engine.arm("GET", HONG_KONG).body
    assert body
    return str(body["location"])


def lose_primary(engine: Engine, *, circuit: bool) -> None:
    """Let the primary's region be down, and where ``circuit`` the record of its circuit as well."""
    record = record_location(engine)
    for region in {"eastasia", record} if circuit else {"eastasia"}:
        control.add_fault(engine.store, FaultRequest("region-down", region=region))


def _sleeps(process: int) -> bool:
    """Return whether a process is stopped: https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html"""
    text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    return text.rpartition(")")[2].split()[0] == "T"


def go_on(running: "subprocess.Popen[str]") -> tuple[int, str]:
    """Let what pauses go on to its end; return its exit code and what it said."""
    running.send_signal(signal.SIGCONT)
    _, said = running.communicate()
    return running.returncode, said


def copied(built: Path, directory: Path) -> Engine:
    """Return a copy of a home in which both stacks stand."""
    shutil.copytree(built, directory, symlinks=True)
    return Engine.at(directory)


def die(operator: Operator, point: str, *arguments: str) -> None:
    """Die at a point, and wait until everything that the dead command started has ended."""
    control.set_clock(operator.engine.store, "100")
    died = operator.dying(point, *arguments)
    assert died.returncode == -signal.SIGKILL, died.stderr
    control.set_clock(operator.engine.store, "instant")
    assert until(lambda: operator.engine.processes() == set(), PATIENCE)


def kill_under(
    operator: Operator,
    what: str,
    connection: str,
    *arguments: str,
    then: Callable[[], object] = lambda: None,
) -> None:
    """Kill Pulumi or the provider while a connection is written, then go on if need be.

    The command itself lives: it ends by itself, or halts. ``then`` is done once the writing process
    is gone, and before the command goes on.
    """
    engine = operator.engine
    control.set_clock(engine.store, "100")
    victim = operator.start(*arguments)
    assert until(lambda: engine.rehearsal.log()[-1].path.endswith(connection), PATIENCE)
    for process in engine.processes():
        words = Path(f"/proc/{process}/cmdline").read_bytes().split(b"\0")
        if process != victim.pid and (
            words[0].endswith(b"/pulumi") if what == "pulumi" else what.encode() in words
        ):
            os.kill(process, signal.SIGKILL)
    then()
    _, said = victim.communicate()
    control.set_clock(engine.store, "instant")
    assert until(lambda: engine.processes() == set(), PATIENCE)
    if victim.returncode:
        assert victim.returncode == ExitCode.HALFWAY, said
        resume(operator)


def resume(operator: Operator, code: int = 0) -> dict[str, Any]:
    """Go on with what died or halted; return where things stand then, unless it halts again."""
    done = operator.sparehub("resume", "--yes", "--json")
    assert done.returncode == code, done.stderr
    standing: dict[str, Any] = json.loads(done.stdout or "{}")
    return standing


def hold(
    operator: Operator,
    active: str,
    *,
    gone_with: Mapping[str, str] | None = None,
    two_live: bool = False,
) -> None:
    """Hold what stands against the five invariants; where ``two_live`` are meant, not to D."""
    engine = operator.engine
    assert lost(engine.store, operator.project, operator.environment) == set()
    assert two_live or live_at_once(engine.store, gone_with) == []
    log = control.read_log(engine.store)
    kept = [list(each) for each in journals(engine.rehearsal.home.path)]
    standing = resume(operator)
    assert (standing["active"], standing["operation"], standing["debts"]) == ([active], None, [])
    assert control.read_log(engine.store) == log
    assert [list(each) for each in journals(engine.rehearsal.home.path)] == kept
