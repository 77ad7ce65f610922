"""Reads and edits states by Pulumi's commands; secrets stay encrypted."""

import json
import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.failover.adapters.pulumi_errors import as_command_error, reporting_failures
from sparehub.files.bounded_loading import load_json
from sparehub.stacks.pulumi_command import export_state, run
from sparehub.stacks.stack_file_edit import GENERATION
from sparehub.stacks.stack_files import load_stack_file, read_stack_file
from sparehub.topology.adoption.planned_inputs import with_planned_inputs
from sparehub.topology.planning.plan import StackChange
from sparehub.topology.state.generation import SwitchRecord, with_switch

_State = dict[str, Any]


@dataclass(frozen=True)
class PulumiStates:
    """The states of a project's stacks, read and changed between two deployments."""

    executable: str
    directory: Path

    def exported(self, stack: str) -> _State:
        """Return a state as Pulumi exports it, secrets encrypted.

        Raises:
            CommandError: where it cannot be read.
        """
        with as_command_error():
            return export_state(
                self.executable,
                stack,
                directory=self.directory,
                environment=os.environ,
            )

    def forget_pending(self, stack: str) -> None:
        """Remove the pending operations of a stack, once each is reconciled.

        Raises:
            DeploymentError: where the state cannot be read or written; it is not changed then.
        """
        self._edit(stack, lambda state: {**state, "pending_operations": []})

    def record_switch(self, change: StackChange, operation: str) -> None:
        """Record the switch in the state before a deployment that records nothing until its end.

        Otherwise a Pulumi that is killed leaves the previous switch recorded, and an older checkout
        would not be refused.
        """
        text = read_stack_file(self.directory, change.stack)
        config = load_stack_file(text, change.stack)["config"]
        if not (generation := int(config.get(GENERATION) or 0)):
            return
        record = SwitchRecord(
            generation=generation, activation=change.activation.value, operation=operation
        )
        self._edit(
            change.stack,
            lambda state: {**state, "resources": with_switch(state["resources"], record)},
        )

    def record_inputs(self, stack: str, plan: Path, names: Sequence[str]) -> None:
        """Record the inputs of imported resources as a preview's plan has them.

        Raises:
            DeploymentError: where the state cannot be read or written; it is not changed then.
        """
        planned = load_json(plan.read_bytes())
        self._edit(
            stack,
            lambda state: {
                **state,
                "resources": with_planned_inputs(state["resources"], planned, names),
            },
        )

    def _edit(self, stack: str, edit: Callable[[_State], _State]) -> None:
        """Change a state between two deployments.

        Raises:
            DeploymentError: where it cannot be read or written; it is not changed then.
        """
        with reporting_failures(stack):
            exported = self.exported(stack)
            edited = edit(exported.get("deployment") or {})
            self.command(
                *("stack", "import", "--stack", stack),
                given=json.dumps({**exported, "deployment": edited}),
            )

    def command(self, *arguments: str, given: str) -> None:
        """Run a command that is given a state or a secret.

        Raises:
            CommandError: where it fails.
        """
        with as_command_error():
            run(
                self.executable,
                *arguments,
                directory=self.directory,
                environment=os.environ,
                stdin=given,
            )
