"""Runs Pulumi by its Automation API: previews, deployments and the state of both stacks."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import cached_property
from itertools import count
from pathlib import Path
from typing import Any, cast

from pulumi import automation
from pulumi.automation import EngineEvent
from pulumi.automation.errors import CommandError

from sparehub.failover.adapters.engine_events import operation_of, problems_of
from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.adapters.pulumi_errors import reporting_failures, unreadable
from sparehub.failover.adapters.pulumi_states import PulumiStates
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot
from sparehub.failover.adapters.working_files import WorkingFiles
from sparehub.stacks.stack_file_edit import copy_with_secret
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.operations import (
    CONNECTION,
    WRITES_AT_ONCE,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import StackChange
from sparehub.topology.state.generation import OPERATION_VARIABLE

LARGE = 500
"""Number of resources above which a stack's state is recorded once, after a deployment."""


class _Workspace(automation.LocalWorkspace):
    """The project's directory; the stack that is selected in a person's shell stays selected."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing: every command names its stack."""

    def stack_outputs(self, stack_name: str) -> automation.OutputMap:
        """Return nothing: outputs are read from the snapshot."""
        del stack_name
        return {}


@dataclass
class Deployments:
    """Both stacks of a project directory, in the environment of this process."""

    directory: Path
    _workspace: automation.LocalWorkspace = field(init=False)
    _at_end: automation.LocalWorkspace = field(init=False)
    _files: WorkingFiles = field(init=False)
    _sizes: dict[str, int] = field(default_factory=dict, init=False)
    _previewed: dict[StackChange, tuple[Path, frozenset[ResourceOperation]]] = field(
        default_factory=dict, init=False
    )
    _plan_numbers: "count[int]" = field(default_factory=count, init=False)

    def __post_init__(self) -> None:
        self._files = WorkingFiles(self.directory)
        try:
            self._workspace = _Workspace(work_dir=str(self.directory))
            self._at_end = _Workspace(
                work_dir=str(self.directory), env_vars={"PULUMI_SKIP_CHECKPOINTS": "true"}
            )
        except FileNotFoundError:
            message = (
                "there is no pulumi on PATH: install Pulumi, or use the local Azure: "
                'eval "$(sparehub simulate env)"'
            )
            raise PreflightError(message) from None

    @property
    def _states(self) -> PulumiStates:
        return PulumiStates(self._workspace.pulumi_command.command, self.directory)

    def close(self) -> None:
        """Remove the working files."""
        self._files.close()

    def snapshot(self, stack: str) -> Snapshot:
        """Return what a stack recorded.

        Raises:
            PreflightError: where its state cannot be read.
        """
        snapshot = Snapshot.of(self._export(stack))
        self._sizes[stack] = len(snapshot.resources)
        return snapshot

    def snapshots(self, stacks: Sequence[str]) -> dict[str, Snapshot]:
        """Return what each stack recorded, read in parallel.

        Raises:
            PreflightError: where a state cannot be read.
        """
        with ThreadPoolExecutor(max_workers=2) as pool:
            return dict(zip(stacks, pool.map(self.snapshot, stacks), strict=True))

    def previews(
        self, changes: tuple[StackChange, ...], assumed: Assumed
    ) -> list[frozenset[ResourceOperation]]:
        """Return what each change would write, previewed in parallel.

        Raises:
            DeploymentError: where a preview fails.
        """
        self._files.directory()  # made once, before two threads need it
        self._name_operation(self._workspace, assumed.operation)
        with ThreadPoolExecutor(max_workers=2) as pool:
            previews = [
                pool.submit(self._preview, change, number, assumed)
                for number, change in enumerate(changes)
            ]
            return [preview.result() for preview in previews]

    def up(
        self, change: StackChange, report: Callable[[ResourceOperation], None], operation: str = ""
    ) -> None:
        """Deploy a stack whose file says what the change needs; no more than was previewed.

        Where only the connections are deleted, a copy of the file is deployed.

        Args:
            change: What is deployed.
            report: Called with each write.
            operation: The id of the failover or failback that this is part of.

        Raises:
            DeploymentError: where Pulumi, or Azure, refuses.
            LeaseError: where somebody else is deploying.
        """
        copy = self._files.copy(change, "deployed") if change.disconnected else None
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            if operation := operation_of(event):
                report(operation)
            problems.extend(problems_of(event))

        plan, operations = self._previewed.pop(change, (None, change.operations))
        large = self._sizes.get(change.stack, 0) > LARGE and self._keeps_files
        at_end = large and recorded_at_end(operations)
        target = self._stack(change.stack, at_end=at_end)
        self._name_operation(self._at_end if at_end else self._workspace, operation)
        if at_end:
            self._states.record_switch(change, operation)
        with reporting_failures(change.stack, problems):
            target.up(
                on_event=listen,
                parallel=WRITES_AT_ONCE,
                plan=str(plan) if plan else None,
                config_file=str(copy) if copy else None,
                show_secrets=False,
            )

    def adopt(self, stack: str, pending: Pending, identity: ResourceId) -> None:
        """Import a resource that a run created before it died.

        Raises:
            DeploymentError: where the import fails.
        """
        parent = pending.parent.split("::")[-1]
        entry = {"type": pending.type, "name": pending.name, "id": str(identity)}
        inside = {"parent": parent} if parent else {}
        urns = {parent: pending.parent} if parent else {}
        self.import_resources(stack, [{**entry, **inside}], urns)

    def import_resources(
        self, stack: str, entries: Sequence[Mapping[str, Any]], urns: Mapping[str, str]
    ) -> None:
        """Import resources; the form of the entries is that of Pulumi's import file.

        Args:
            stack: The stack that lacks them.
            entries: The resources, and components that the stack lacks as well.
            urns: Pulumi's address of each parent that the stack has, by its logical name.

        Raises:
            DeploymentError: where the import fails.
        """
        with reporting_failures(stack):
            self._stack(stack).import_resources(
                resources=cast("Any", [*entries]),
                name_table={**urns},
                protect=False,
                generate_code=False,
                show_secrets=False,
            )

    def record_inputs(self, change: StackChange, names: Sequence[str]) -> None:
        """Record the inputs that the last preview of a change has of imported resources.

        Raises:
            DeploymentError: where the state cannot be read or written; it is not changed then.
        """
        plan, _ = self._previewed.pop(change)
        self._states.record_inputs(change.stack, plan, names)

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read some of a stack's resources from Azure again: what is gone there leaves its state.

        Raises:
            DeploymentError: where the reading fails.
        """
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            problems.extend(problems_of(event))

        with reporting_failures(stack, problems):
            self._stack(stack).refresh(target=[*urns], on_event=listen, show_secrets=False)

    def forget_pending(self, stack: str) -> None:
        """Remove the pending operations of a stack, once each is reconciled.

        Raises:
            DeploymentError: where the state cannot be read or written; it is not changed then.
        """
        self._states.forget_pending(stack)

    def secret(self, stack: str, path: str) -> str:
        """Return a secret of a stack file, decrypted."""
        with reporting_failures(stack):
            return self._stack(stack).get_config(path, path=True).value

    def set_secret(self, stack: str, path: str, value: str) -> None:
        """Replace a secret of a stack file, encrypted.

        Pulumi encrypts it in a copy, and reads it from standard input: every user of the host can
        read arguments.
        """
        copy = self._files.directory() / f"Pulumi.{stack}.secret.yaml"
        with copy_with_secret(self.directory, stack, path, copy), reporting_failures(stack):
            self._states.command(
                *("config", "set", "--secret", "--path", path),
                *("--stack", stack, "--config-file", str(copy)),
                given=value,
            )

    @cached_property
    def backend(self) -> str:
        """The address of the state backend.

        Raises:
            PreflightError: where nobody is logged in, or it does not answer.
        """
        if named := os.environ.get("PULUMI_BACKEND_URL"):
            return named
        try:
            return str(self._workspace.who_am_i().url or "")
        except CommandError as error:
            raise PreflightError(unreadable("the state backend", error)) from None

    @property
    def _keeps_files(self) -> bool:
        """Whether the backend keeps each state in one file or blob."""
        return not self.backend.startswith(("http://", "https://"))

    def project(self) -> str:
        """Return the project's name.

        Raises:
            PreflightError: where there is no project file.
        """
        try:
            return self._workspace.project_settings().name
        except FileNotFoundError:
            message = (
                f"there is no Pulumi.yaml in {self.directory}: name its directory by --stack-dir"
            )
            raise PreflightError(message) from None

    @staticmethod
    def _name_operation(workspace: automation.LocalWorkspace, operation: str) -> None:
        """Pass the id of the operation to the program."""
        workspace.env_vars = {**workspace.env_vars, OPERATION_VARIABLE: operation}

    def _stack(self, name: str, *, at_end: bool = False) -> automation.Stack:
        return automation.Stack.select(name, self._at_end if at_end else self._workspace)

    def _export(self, stack: str) -> Mapping[str, Any]:
        try:
            exported: Mapping[str, Any] = self._states.exported(stack).get("deployment") or {}
        except CommandError as error:
            message = unreadable(f"the state of stack {stack!r}", error)
            raise PreflightError(message) from None
        return exported

    def _preview(
        self,
        change: StackChange,
        number: int,
        assumed: Assumed,
    ) -> frozenset[ResourceOperation]:
        copy = self._files.copy(change, str(number), assumed)
        # A file of its own: a later preview of the stack must not replace the plan of this one.
        plan = self._files.directory() / f"plan.{change.stack}.{next(self._plan_numbers)}.json"
        operations: set[ResourceOperation] = set()
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            if operation := operation_of(event):
                operations.add(operation)
            problems.extend(problems_of(event))

        with reporting_failures(change.stack, problems):
            self._stack(change.stack).preview(
                on_event=listen,
                plan=str(plan),
                config_file=str(copy),
                refresh=change.stack in assumed.drift,
            )
        self._previewed[change] = plan, frozenset(operations)
        return frozenset(operations)


def recorded_at_end(operations: frozenset[ResourceOperation]) -> bool:
    """Return whether a deployment of a large stack may record its state once, after its writes.

    In a backend of files or blobs Pulumi otherwise writes the whole state around each change, also
    where only a dependency changed: minutes at 500 spokes, to delete one connection
    (https://github.com/pulumi/pulumi/issues/10668). What a killed Pulumi did not record is found
    from the journal: a connection is read from Azure by its id before it is created again, and
    updates and deletions are repeated. Where anything else is created, every change is recorded.
    """
    creations = [operation for operation in operations if operation.verb is Verb.CREATE]
    return all(operation.type == CONNECTION for operation in creations)
