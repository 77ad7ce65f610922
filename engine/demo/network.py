"""``make demo``: deploys both regions, fails over and fails back.

The real `pulumi` runs the real program against a local Azure; every command is shown as a person
would type it, and every claim of the table is checked before it is printed.
"""

import os
from collections import Counter
from pathlib import Path

from engine.demo.demonstration import DemoError, Demonstration, demonstrate
from engine.paths import ROOT
from sparehub.drill.workspace import Rehearsal
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.stacks.stack_files import STACKS

CIRCUITS = ("erc-hong-kong", "erc-singapore")
CONNECTIONS = {
    "primary": "con-eastasia-hong-kong",
    "secondary": "con-southeastasia-singapore",
}


class NetworkDemo(Demonstration):
    """Both regions, and the connection that moves between them."""

    def switch(self, stack: str, activation: str) -> None:
        """Turn the switch of a stack and deploy it."""
        self.pulumi("config", "set", "activation", activation, "--stack", stack)
        self.up(stack)

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
        self.checked(
            f"deleted {CONNECTIONS[source]}, then created {CONNECTIONS[target]}, and nothing else"
        )

    def destroy(self) -> None:
        """Take everything down: what is protected, and what the provider holds, first."""
        for stack in STACKS:
            self.pulumi("state", "unprotect", "--all", "--yes", "--stack", stack)
        for circuit in CIRCUITS:
            self.typed("sparehub", "simulate", "deprovision", circuit)
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


def _is_secondary(resource_id: str) -> bool:
    return any(word in resource_id for word in ("southeastasia", "singapore"))


def run(output: Output, directory: Path) -> None:
    """Run the whole demo in an empty directory.

    Raises:
        SparehubError: where a command fails or a claim does not hold.
    """
    output.results.print(f"simulated Azure at {directory / 'simulator'}")
    demo = NetworkDemo(Rehearsal.begin(directory, ROOT, STACKS, os.environ), output)
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
    verbs = {"created": "create", "changed": "update", "deleted": "delete"}
    demo.show_steps(verbs, lambda step: [str(step.count(verb)) for verb in verbs.values()])


def main() -> None:
    """Run the demo in ``$SPAREHUB_HOME``."""
    demonstrate("demo", run)


if __name__ == "__main__":
    main()
