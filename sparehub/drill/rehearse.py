"""``sparehub drill rehearse``: the whole failover and back, on a local Azure of its own.

Copies of the two real stack files are deployed there by the real engine, moved by the real command
and moved back. What happened is read from the local Azure's log, not from what the command says.
"""

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any

from sparehub.drill.rehearse_machines import RehearsedMachines, of_stacks
from sparehub.drill.simulator_prerequisites import make_ready
from sparehub.drill.workspace import Rehearsal
from sparehub.failover.journal.drill_record import DrillOutcome
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.report.durations_format import span
from sparehub.simulator import control
from sparehub.simulator.control import LogEntry
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.errors import ExitCode, PreflightError, SparehubError

_CONNECTIONS = "/providers/microsoft.network/connections/"
_TESTED = "primary"
"""The stack whose machines a drill tests."""
_NOT_OURS = ("ARM_", "AZURE_", "PULUMI_")
"""What a shell says of the real Azure, and of other stacks."""


class RehearsalFailedError(SparehubError):
    """The rehearsal could not be carried out to its end."""


@dataclass(frozen=True, kw_only=True)
class RehearsalStep:
    """A failover or failback as the local Azure saw it."""

    kind: str
    plan: str
    expected: int
    """Simulated seconds that the plan calls typical."""
    took: int
    """Simulated seconds from the first write until the last one ended."""
    own: float
    """Seconds that the command itself ran."""
    writes: tuple[str, ...]
    violations: tuple[str, ...]

    def document(self) -> dict[str, Any]:
        """Return the move under the keys of ``--json``."""
        return {
            "kind": self.kind,
            "plan": self.plan,
            "expectedSeconds": self.expected,
            "simulatedSeconds": self.took,
            "ownSeconds": round(self.own, 1),
            "writes": list(self.writes),
            "violations": list(self.violations),
        }


def rehearse(
    directory: Path, output: Output, inherited: Mapping[str, str], *, run_hooks: bool = False
) -> int:
    """Fail over and back on copies; return the exit code, 1 where anything was not as it must be.

    Hooks are simulated unless ``run_hooks``; then nobody is asked: a person's part is confirmed.

    Raises:
        PreflightError: where the stack files do not say which region is live.
        RehearsalFailedError: where a command of the rehearsal fails.
    """
    kinds = _kinds(directory)
    home = Home.of(directory, inherited).path / "rehearsal"
    environment = {k: v for k, v in inherited.items() if not k.startswith(_NOT_OURS)}
    with output.progress.status("copying both stacks ..."):
        rehearsal = Rehearsal.begin(home, directory, STACKS, environment)
        for stack in STACKS:
            make_ready(rehearsal, stack)
        if run_hooks:
            copy_programs(directory, rehearsal.project)
    output.note(f"simulated Azure at {rehearsal.home.simulator}")
    peered = read_stack(rehearsal.project, STACKS[0]).region.hub_peerings
    # The first stack's half of the peering of the hubs needs the second one's hub.
    for stack in (*STACKS, *(STACKS[:1] if peered else ())):
        with output.progress.status(f"building {stack} ..."):
            rehearsal.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
    machines = RehearsedMachines.of(rehearsal, partial(_sparehub, rehearsal))
    alone: tuple[str, ...] = ()
    if machines and (machines.source, kinds[0]) != (_TESTED, "failover"):
        output.note("the machines are not in the primary's region: the network moves alone")
        alone, machines = ("--network-only",), None
    drill = _drill(machines, directory, output) if machines else None
    moves = []
    for number, kind in enumerate(kinds):
        with output.progress.status(f"{kind} ..."):
            if machines and number:
                machines.prepare(kind)
            options = (*alone, *(machines.options() if machines else ()))
            moves.append(_move(rehearsal, kind, alone, options, run_hooks=run_hooks))
    total = sum(len(move.violations) for move in moves)
    if drill and drill["outcome"] == DrillOutcome.FAILED:
        total += 1
    if output.as_json:
        document = {"moves": [move.document() for move in moves], "violations": total}
        output.document(document | ({"drill": drill} if drill else {}))
    else:
        _print(output, moves)
    return 1 if total else 0


def _drill(machines: RehearsedMachines, directory: Path, output: Output) -> Mapping[str, Any]:
    """Replicate the machines and rehearse a drill of them; return what it recorded."""
    machines.copy_scripts(directory)
    with output.progress.status("replicating the machines ..."):
        machines.replicate()
    with output.progress.status("drill ..."):
        drill = machines.drill()
    if not output.as_json:
        tests, clean_up = (
            "an unknown time" if seconds is None else span(round(seconds))
            for seconds in (drill["seconds"]["tests"], drill["seconds"]["cleanUp"])
        )
        output.results.print(
            f"drill: {len(drill['machines'])} machines up after {tests}, cleaned up in {clean_up}, "
            f"{drill['outcome']} (scripts and answers are simulated)"
        )
    return drill


def _kinds(directory: Path) -> tuple[str, str]:
    """Return what comes first and what leads back."""
    live = [name for name in STACKS if read_stack(directory, name).config.activation == "active"]
    if len(live) != 1:
        message = f"one region must be active, not {' and '.join(live) or 'none'}"
        raise PreflightError(message)
    return ("failover", "failback") if live == ["primary"] else ("failback", "failover")


def copy_programs(directory: Path, project: Path) -> None:
    """Copy the programs of hooks that are in the project, such as ``./stop-jobs.sh``.

    Raises:
        PreflightError: where one is not there.
    """
    hooks = [hook for name in STACKS for hook in read_stack(directory, name).config.region.hooks]
    for program in dict.fromkeys(hook.command[0] for hook in hooks if hook.command):
        if "/" not in program or Path(program).is_absolute():
            continue
        copy = (project / program).resolve()
        if not copy.is_relative_to(project.resolve()):
            raise PreflightError(f"{program} of a hook is outside the project: move it into it")
        try:
            copy.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(directory / program, copy)
        except OSError as error:
            message = f"{program} of a hook cannot be copied ({error.strerror})"
            raise PreflightError(message) from None


def hook_options(plan: Mapping[str, Any]) -> list[str]:
    """Return the options that run hooks, with which nobody is asked for a person's part."""
    names = [step["hook"]["name"] for step in plan["steps"] if step.get("hook", {}).get("manual")]
    return ["--run-hooks", *(f"--confirm={name}=rehearsed" for name in names)]


def _move(
    rehearsal: Rehearsal,
    kind: str,
    of_plan: Sequence[str],
    options: Sequence[str],
    *,
    run_hooks: bool,
) -> RehearsalStep:
    plan = json.loads(_sparehub(rehearsal, "plan", kind, *of_plan, "--json"))
    seen = len(rehearsal.log())
    began = time.monotonic()
    hooks = hook_options(plan) if run_hooks else ()
    _sparehub(rehearsal, kind, "--yes", "--plan", plan["id"], "--json", *options, *hooks)
    own = time.monotonic() - began
    entries = rehearsal.log()[seen:]
    astray = control.data_plane_faults(rehearsal.home.simulator)
    return RehearsalStep(
        kind=kind,
        plan=plan["id"],
        expected=plan["recoveryTime"]["typical"],
        took=round(max(e.at + e.seconds for e in entries) - min(e.at for e in entries)),
        own=own,
        writes=tuple(
            f"{entry.operation} {entry.path.split('/')[-1]}" for entry in of_stacks(entries)
        ),
        violations=(*violations(plan, of_stacks(entries)), *astray),
    )


def violations(plan: Mapping[str, Any], entries: Sequence[LogEntry]) -> list[str]:
    """Return what Azure saw and should not have seen of a plan, as ``plan --json`` prints it."""
    found = [f"{e.path} ended {e.outcome}" for e in entries if e.outcome != "Succeeded"]
    planned = sum(len(step["change"]["operations"]) for step in plan["steps"] if step["change"])
    if len(entries) != planned:
        found.append(f"{len(entries)} writes, and not the {planned} of the plan")
    if plan["conflict"]:
        found += _live_together(entries)
    return found


def _live_together(entries: Sequence[LogEntry]) -> list[str]:
    """Return each connection that was begun before another one was gone (ER-18)."""
    written = [entry for entry in entries if _CONNECTIONS in entry.path.lower()]
    gone = [entry for entry in written if entry.operation == "delete"]
    made = [entry for entry in written if entry.operation == "create"]
    return [
        f"{new.path.split('/')[-1]} was begun while {old.path.split('/')[-1]} stood"
        for old, new in product(gone, made)
        if new.at < old.at + old.seconds
    ]


def _sparehub(
    rehearsal: Rehearsal, *arguments: str, codes: Sequence[int] = (ExitCode.DONE,)
) -> str:
    """Run the command in the copy, as a script would; ``codes``: those that it may end with."""
    done = subprocess.run(  # noqa: S603 - our own command, without a shell
        [sys.executable, "-c", "from sparehub.cli.app import main; main()", *arguments],
        cwd=rehearsal.project,
        env=rehearsal.home.environment(rehearsal.inherited),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode not in codes:
        command = " ".join(("sparehub", *arguments))
        message = f"`{command}` ended with code {done.returncode}:\n{done.stdout}{done.stderr}"
        raise RehearsalFailedError(message)
    return done.stdout


def _print(output: Output, moves: Sequence[RehearsalStep]) -> None:
    output.table(
        ("rehearsed", "simulated", "planned", "own time", "writes", "violations"),
        [
            (
                move.kind,
                span(move.took),
                span(move.expected),
                f"{move.own:.0f} s",
                ", ".join(move.writes),
                str(len(move.violations)),
            )
            for move in moves
        ],
    )
    for move in moves:
        for violation in move.violations:
            output.results.print(f"{move.kind}: {violation}")
