"""``make demo``: deploys both regions, fails over and fails back.

The real `pulumi` runs the real program against a local Azure; every command is shown as a person
would type it, and every claim of the table is checked before it is printed.
"""

import os
import sys
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path

from engine.paths import ROOT
from sparehub.drill.workspace import Rehearsal
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.simulator.control import LogEntry
from sparehub.simulator.errors import SimulatorError
from sparehub.stacks.stack_files import STACKS
from sparehub.topology.errors import ExitCode, SparehubError

CIRCUITS = ("erc-hong-kong", "erc-singapore")
CONNECTIONS = {
    "primary": "con-eastasia-hong-kong",
    "secondary": "con-southeastasia-singapore",
}


class DemoError(SparehubError):
    """The demo did not show what it claims."""


@dataclass(frozen=True)
class DemoStep:
    """One row of the table at the end."""

    title: str
    writes: tuple[LogEntry, ...]
    minutes: float

    def count(self, operation: str) -> int:
        """Return how many resources the step created, updated or deleted."""
        return sum(entry.operation == operation for entry in self.writes)


@dataclass
class Demo:
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

    def pulumi(self, *arguments: str) -> None:
        """Run a pulumi command, shown as it would be typed."""
        typed = " ".join(f"'{word}'" if " " in word else word for word in arguments)
        self.output.results.print(f"  $ pulumi {typed}", style="cyan")
        with self.output.progress.status(f"pulumi {arguments[0]} ..."):
            self.rehearsal.pulumi(*arguments)

    def up(self, stack: str) -> None:
        """Deploy a stack."""
        self.pulumi("up", "--yes", "--stack", stack)

    def switch(self, stack: str, activation: str) -> None:
        """Turn the switch of a stack and deploy it."""
        self.pulumi("config", "set", "activation", activation, "--stack", stack)
        self.up(stack)

    def build(self, title: str, stack: str, resources: int) -> None:
        """Build a region, and check that nothing is written twice."""
        step = self.step(title, lambda: self.up(stack))
        if len(step.writes) != resources or step.count("create") != resources:
            message = f"{title}: expected {resources} creates and nothing else, not {step.writes}"
            raise DemoError(message)

    def move(self, title: str, source: str, target: str) -> None:
        """Move the connection from one region to the other, and check that nothing else moved."""

        def action() -> None:
            self.switch(source, "standby")
            self.switch(target, "active")

        step = self.step(title, action)
        moved = [(entry.operation, entry.path.split("/")[-1]) for entry in step.writes]
        expected = [("delete", CONNECTIONS[source]), ("create", CONNECTIONS[target])]
        if moved != expected:
            message = f"{title}: expected {expected} and nothing else, but Azure saw {moved}"
            raise DemoError(message)
        self.output.results.print(
            f"  checked: deleted {CONNECTIONS[source]}, then created {CONNECTIONS[target]}, "
            "and nothing else"
        )

    def destroy(self) -> None:
        """Take everything down: what is protected, and what the provider holds, first."""
        for stack in STACKS:
            self.pulumi("state", "unprotect", "--all", "--yes", "--stack", stack)
        for circuit in CIRCUITS:
            self.output.results.print(f"  $ sparehub simulate deprovision {circuit}", style="cyan")
            control.deprovision(self.rehearsal.home.simulator, circuit)
        for stack in STACKS:
            self.pulumi("destroy", "--yes", "--stack", stack)

    def show_deployed(self) -> None:
        """Print the number of resources by type and region."""
        counts: Counter[tuple[str, str]] = Counter()
        for identity, kind, _ in control.resources(self.rehearsal.home.simulator):
            region = "southeastasia" if _is_secondary(identity) else "eastasia"
            counts[kind.split("/", 1)[-1], region] += 1
        regions = ("eastasia", "southeastasia")
        self.output.results.print("\ndeployed resources", style="bold")
        self.output.table(
            ("type", *regions),
            [
                (kind, *(str(counts[kind, region]) for region in regions))
                for kind in sorted({kind for kind, _ in counts})
            ],
        )

    def show_steps(self) -> None:
        """Print the writes and the time of every step."""
        self.output.results.print("\nwhat each step did", style="bold")
        self.output.table(
            ("step", "created", "changed", "deleted", "simulated minutes"),
            [
                (
                    step.title,
                    *(str(step.count(verb)) for verb in ("create", "update", "delete")),
                    f"{step.minutes:.1f}",
                )
                for step in self.steps
            ],
        )


def _is_secondary(resource_id: str) -> bool:
    return any(word in resource_id for word in ("southeastasia", "singapore"))


def run(output: Output, directory: Path) -> None:
    """Run the whole demo in an empty directory.

    Raises:
        SparehubError: where a command fails or a claim does not hold.
    """
    output.results.print(f"simulated Azure at {directory / 'simulator'}")
    demo = Demo(Rehearsal.begin(directory, ROOT, STACKS, os.environ), output)
    demo.build("build the primary, active", "primary", 20)
    demo.build("build the secondary, on standby", "secondary", 19)
    demo.show_deployed()
    demo.move("fail over to the secondary", "primary", "secondary")
    demo.move("fail back to the primary", "secondary", "primary")
    down = demo.step("take everything down", demo.destroy)
    remaining = [identity for identity, _, _ in control.resources(directory / "simulator")]
    if remaining or len(down.writes) != down.count("delete"):
        message = f"{len(remaining)} resources remain: {', '.join(remaining)}"
        raise DemoError(message)
    demo.show_steps()


def main() -> None:
    """Run the demo in ``$SPAREHUB_HOME``."""
    output = Output()
    home = Home.of(ROOT, os.environ)
    try:
        run(output, home.path / "demo")
    except (SparehubError, SimulatorError) as error:
        output.note(f"error: {error}")
        sys.exit(error.exit_code if isinstance(error, SparehubError) else ExitCode.FAILED)


if __name__ == "__main__":
    main()
