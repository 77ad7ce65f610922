"""The command on the real engine, and the invariants, read by nothing of ``sparehub``."""

import hashlib
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

from engine.paths import VENV
from simulator import control
from tests.configurations import ROOT
from tests.engine.conftest import Engine

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


def live_at_once(store: Path) -> list[tuple[float, str]]:
    """D: return when a connection began to live while the other region's still did."""
    intervals: list[tuple[float, float, str]] = []
    began: dict[str, float] = {}
    for entry in control.read_log(store):
        name = entry.path.split("/")[-1]
        if "/connections/" not in entry.path or entry.outcome != "Succeeded":
            continue
        # A connection that is being made or deleted is taken for live all that time.
        if entry.operation == "create":
            began[name] = entry.at
        elif entry.operation == "delete" and name in began:
            intervals.append((began.pop(name), entry.at + entry.seconds, name))
    intervals += [(at, float("inf"), name) for name, at in began.items()]
    ordered = sorted(intervals)
    return [(b[0], b[2]) for a, b in pairwise(ordered) if b[0] < a[1]]


def lost(engine: Engine) -> set[str]:
    """L: return what stands in Azure and in no stack, or the other way round, or is pending."""
    standing = {
        identity.lower()
        for identity, kind, _ in control.resources(engine.store)
        if not kind.endswith("/routes")  # they are written with their table
    }
    known: set[str] = set()
    pending: set[str] = set()
    for stack in ("primary", "secondary"):
        text = engine.rehearsal.pulumi("stack", "export", "--stack", stack)
        deployment = json.loads(text)["deployment"]
        for each in deployment["resources"]:
            if each["type"].startswith("azure-native:"):
                known.add(each["id"].lower())
        for each in deployment.get("pending_operations") or []:
            pending.add(f"pending {each['resource']['urn']}")
    return (standing ^ known) | pending


def journals(home: Path) -> Iterator[list[dict[str, Any]]]:
    """J: yield the records of each copy of the journal, each held to the one before."""
    for file in sorted(home.rglob("journal.jsonl")):
        *lines, _cut_off = file.read_bytes().split(b"\n")
        records, previous = [], ""
        for line in lines:
            record = json.loads(line)
            said = record["hash"]
            text = json.dumps({**record, "hash": ""}, sort_keys=True, separators=(",", ":"))
            assert said == hashlib.sha256(text.encode()).hexdigest()
            assert record["previous"] == previous
            previous = said
            records.append(record)
        yield records


def hold(operator: Operator, active: str) -> None:
    """Hold what stands against the five invariants."""
    engine = operator.engine
    status = operator.status()
    assert (status["active"], status["operation"], status["debts"]) == ([active], None, [])
    assert lost(engine) == set()
    assert live_at_once(engine.store) == []
    log = control.read_log(engine.store)
    kept = [list(each) for each in journals(engine.rehearsal.home.path)]
    again = operator.sparehub("resume", "--yes")
    assert again.returncode == 0
    assert control.read_log(engine.store) == log
    assert [list(each) for each in journals(engine.rehearsal.home.path)] == kept
