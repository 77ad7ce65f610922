"""What every demonstration does: it shows each command, runs it, and keeps what Azure saw of it."""

import os
import shlex
import subprocess
import sys
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

from engine.paths import ROOT
from sparehub.drill.workspace import Rehearsal
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.simulator.control import LogEntry
from sparehub.simulator.errors import SimulatorError
from sparehub.topology.errors import ExitCode, SparehubError

_SAID_ONCE = "simulated Azure at "
"""The note of every command against the local Azure; a demonstration begins with it."""


class DemoError(SparehubError):
    """A demonstration did not show what it claims."""


@dataclass(frozen=True)
class DemoStep:
    """One row of the table at the end."""

    title: str
    writes: tuple[LogEntry, ...]
    minutes: float
    """Simulated."""

    def count(self, operation: str) -> int:
        """Return how many resources the step created, updated or deleted."""
        return sum(entry.operation == operation for entry in self.writes)


@dataclass
class Demonstration:
    """Runs the steps one after the other and keeps what each did."""

    rehearsal: Rehearsal
    output: Output
    steps: list[DemoStep] = field(default_factory=list)

    def step(self, title: str, action: Callable[[], None]) -> DemoStep:
        """Run a step and count what the local Azure saw of it."""
        self.output.results.print(f"\n{title}", style="bold")
        seen, before = len(self.rehearsal.log()), self.rehearsal.minutes()
        started = time.monotonic()
        action()
        writes = tuple(e for e in self.rehearsal.log()[seen:] if e.outcome == "Succeeded")
        step = DemoStep(title, writes, self.rehearsal.minutes() - before)
        self.steps.append(step)
        self.output.results.print(
            f"  {step.count('create')} created, {step.count('update')} changed, "
            f"{step.count('delete')} deleted; {step.minutes:.1f} simulated minutes "
            f"in {time.monotonic() - started:.0f} s"
        )
        return step

    def build(self, title: str, stack: str, resources: int) -> None:
        """Build a region, and check that nothing is written twice.

        Raises:
            DemoError: where Azure saw anything else.
        """
        step = self.step(title, lambda: self.up(stack))
        if len(step.writes) != resources or step.count("create") != resources:
            seen = ", ".join(f"{e.operation} {e.path.split('/')[-1]}" for e in step.writes)
            raise DemoError(f"{title}: expected {resources} creates and nothing else, not {seen}")

    def up(self, stack: str) -> None:
        """Deploy a stack."""
        self.pulumi("up", "--yes", "--stack", stack)

    def pulumi(self, *arguments: str) -> None:
        """Run a pulumi command, shown as it would be typed."""
        self.typed("pulumi", *arguments)
        with self.output.progress.status(f"pulumi {arguments[0]} ..."):
            self.rehearsal.pulumi(*arguments)

    def sparehub(self, *arguments: str, code: ExitCode = ExitCode.DONE) -> None:
        """Run a command of Sparehub, shown as it would be typed, and show what it says.

        Raises:
            DemoError: where it ends with another code than the one that is expected.
        """
        self.typed("sparehub", *arguments)
        running = subprocess.Popen(
            [sys.executable, "-c", "from sparehub.cli.app import main; main()", *arguments],
            cwd=self.rehearsal.project,
            env=self.rehearsal.home.environment(self.rehearsal.inherited),
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        with running:
            for line in running.stdout or ():
                if not line.startswith(_SAID_ONCE):
                    self.output.results.print(f"    {line.rstrip()}", style="dim")
        if running.returncode != code:
            message = f"`{shlex.join(('sparehub', *arguments))}` ended with {running.returncode}"
            raise DemoError(f"{message}, not with {code}")

    def typed(self, *command: str) -> None:
        """Show a command as a person would type it."""
        self.output.results.print(f"  $ {shlex.join(command)}", style="cyan")

    def checked(self, text: str) -> None:
        """Say what was checked."""
        self.output.results.print(f"  checked: {text}")

    def show_steps(self, headers: Iterable[str], row: Callable[[DemoStep], Iterable[str]]) -> None:
        """Print a row for every step: its title, what ``row`` has, and its simulated minutes."""
        self.output.results.print("\nwhat each step did", style="bold")
        self.output.table(
            ("step", *headers, "simulated minutes"),
            [(step.title, *row(step), f"{step.minutes:.1f}") for step in self.steps],
        )


def demonstrate(name: str, run: Callable[[Output, Path], None]) -> None:
    """Run a demonstration in its directory of ``$SPAREHUB_HOME``; exit where it fails."""
    output = Output()
    home = Home.of(ROOT, os.environ)
    try:
        run(output, home.path / name)
    except (SparehubError, SimulatorError) as error:
        output.note(f"error: {error}")
        sys.exit(error.exit_code if isinstance(error, SparehubError) else ExitCode.FAILED)
