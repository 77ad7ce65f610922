"""The command on the real engine, as an operator runs it."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from engine.paths import VENV
from simulator import control
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
        return self._run(str(VENV / "bin" / "sparehub"), *arguments, variables=variables)

    def dying(self, point: str, *arguments: str) -> Any:
        """Run the command until it dies at a point."""
        return self._run(sys.executable, "-m", "tests.engine.victim", point, *arguments)

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

    def _run(self, *command: str, variables: Mapping[str, str] | None = None) -> Any:
        return subprocess.run(
            command,
            cwd=self.project,
            env={**self.environment, **(variables or {})},
            capture_output=True,
            text=True,
            check=False,
            stdin=subprocess.DEVNULL,
        )


def copied(built: Path, directory: Path) -> Engine:
    """Return a copy of a home in which both stacks stand."""
    shutil.copytree(built, directory, symlinks=True)
    return Engine.at(directory)


def die(operator: Operator, point: str, *arguments: str) -> None:
    """Die at a point, and let whatever the dead command left running end, too."""
    control.set_clock(operator.engine.store, "100")
    died = operator.dying(point, *arguments)
    assert died.returncode == -signal.SIGKILL, died.stderr
    control.set_clock(operator.engine.store, "instant")
    assert until(lambda: operator.engine.processes() == set(), PATIENCE)


def resume(operator: Operator, code: int = 0) -> None:
    """Go on with what died or halted."""
    done = operator.sparehub("resume", "--yes")
    assert done.returncode == code, done.stderr


def hold(
    operator: Operator,
    active: str,
    *,
    gone_with: Mapping[str, str] | None = None,
    unfenced: bool = False,
) -> None:
    """Hold what stands against the five invariants; D was given up where ``unfenced``."""
    engine = operator.engine
    status = operator.status()
    assert (status["active"], status["operation"], status["debts"]) == ([active], None, [])
    assert lost(engine.store, operator.project, operator.environment) == set()
    assert unfenced or live_at_once(engine.store, gone_with) == []
    log = control.read_log(engine.store)
    kept = [list(each) for each in journals(engine.rehearsal.home.path)]
    again = operator.sparehub("resume", "--yes")
    assert again.returncode == 0
    assert control.read_log(engine.store) == log
    assert [list(each) for each in journals(engine.rehearsal.home.path)] == kept
