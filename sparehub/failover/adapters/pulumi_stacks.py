"""Drives Pulumi: previews, deployments and the state of both stacks, by its Automation API."""

import os
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import EngineEvent
from pulumi.automation.errors import CommandError

from sparehub.failover.adapters.engine_events import operation_of, problems_of
from sparehub.failover.adapters.protocols import AS_THEY_ARE, Assumed
from sparehub.failover.adapters.pulumi_errors import telling, unreadable
from sparehub.failover.adapters.pulumi_states import PulumiStates
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot
from sparehub.files.private_files import scratch_directory
from sparehub.home import Home
from sparehub.stacks.stack_file_edit import copy_with_secret, write_variant
from sparehub.topology.config.enums import Activation
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
"""Resources of a stack beyond which its state is recorded once, at the end of a deployment."""


class _Workspace(automation.LocalWorkspace):
    """The project's directory; which stack a person's shell has selected stays as it is."""

    def select_stack(self, stack_name: str) -> None:
        """Do nothing: every command names its stack."""

    def stack_outputs(self, stack_name: str) -> automation.OutputMap:
        """Return nothing: what a stack says is read from its snapshot."""
        del stack_name
        return {}


@dataclass
class Deployments:
    """Both stacks of a project directory, in the environment of this process."""

    directory: Path
    _workspace: automation.LocalWorkspace = field(init=False)
    _at_end: automation.LocalWorkspace = field(init=False)
    _kept: ExitStack = field(default_factory=ExitStack, init=False)
    _scratch: Path | None = field(default=None, init=False)
    _sizes: dict[str, int] = field(default_factory=dict, init=False)
    _previewed: dict[StackChange, tuple[Path, frozenset[ResourceOperation]]] = field(
        default_factory=dict, init=False
    )
    keeps_files: bool = False
    """Whether the backend keeps each state in one file or blob."""

    def __post_init__(self) -> None:
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
        self._kept.close()

    def snapshot(self, stack: str) -> Snapshot:
        """Return what a stack recorded.

        Raises:
            PreflightError: where its state cannot be read.
        """
        snapshot = Snapshot.of(self._export(stack))
        self._sizes[stack] = len(snapshot.resources)
        return snapshot

    def snapshots(self, stacks: Sequence[str]) -> dict[str, Snapshot]:
        """Return what each stack recorded, all read side by side.

        Raises:
            PreflightError: where a state cannot be read.
        """
        with ThreadPoolExecutor(max_workers=2) as pool:
            return dict(zip(stacks, pool.map(self.snapshot, stacks), strict=True))

    def previews(
        self, changes: tuple[StackChange, ...], assumed: Assumed
    ) -> list[frozenset[ResourceOperation]]:
        """Return what each change would write, all of them looked at side by side.

        Raises:
            DeploymentError: where a preview fails.
        """
        self._working_files()  # made once, before two threads ask for them
        self._name_operation(self._workspace, assumed.operation)
        with ThreadPoolExecutor(max_workers=2) as pool:
            looking = [
                pool.submit(self._preview, change, number, assumed)
                for number, change in enumerate(changes)
            ]
            return [each.result() for each in looking]

    def up(
        self, change: StackChange, tell: Callable[[ResourceOperation], None], operation: str = ""
    ) -> None:
        """Deploy a stack whose file says what the change wants; no more than was previewed.

        Where the region is to keep everything but its connections, a copy of the file is deployed.
        ``operation`` is the id of the failover or failback that this is part of.

        Raises:
            DeploymentError: where Pulumi, or Azure, refuses.
            LeaseError: where somebody else is deploying.
        """
        copy = None
        if change.disconnected:
            copy = self._copy(change, "deployed")
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            if operation := operation_of(event):
                tell(operation)
            problems.extend(problems_of(event))

        plan, found = self._previewed.pop(change, (None, change.operations))
        large = self.keeps_files and self._sizes.get(change.stack, 0) > LARGE
        at_end = large and recorded_at_end(found)
        target = self._stack(change.stack, at_end=at_end)
        self._name_operation(self._at_end if at_end else self._workspace, operation)
        if at_end:
            self._states.record_switch(change, operation)
        with telling(change.stack, problems):
            target.up(
                on_event=listen,
                parallel=WRITES_AT_ONCE,
                plan=str(plan) if plan else None,
                config_file=str(copy) if copy else None,
                show_secrets=False,
            )

    def adopt(self, stack: str, pending: Pending, identity: str) -> None:
        """Bring into the state what was made while its maker died.

        Raises:
            DeploymentError: where the import fails.
        """
        parent = pending.parent.split("::")[-1]
        with telling(stack):
            self._stack(stack).import_resources(
                resources=[
                    {
                        "type": pending.type,
                        "name": pending.name,
                        "id": identity,
                        **({"parent": parent} if pending.parent else {}),
                    }
                ],
                name_table={parent: pending.parent} if pending.parent else {},
                protect=False,
                generate_code=False,
                show_secrets=False,
            )

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        """Read some of a stack's resources from Azure again: what is gone there leaves its state.

        Raises:
            DeploymentError: where the reading fails.
        """
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            problems.extend(problems_of(event))

        with telling(stack, problems):
            self._stack(stack).refresh(target=[*urns], on_event=listen, show_secrets=False)

    def forget_pending(self, stack: str) -> None:
        """Strike out the begun writes of a stack, once each has been settled.

        Raises:
            DeploymentError: where the state cannot be read or written; it stays as it is then.
        """
        self._states.forget_pending(stack)

    def secret(self, stack: str, place: str) -> str:
        """Return a secret of a stack file, decrypted."""
        with telling(stack):
            return self._stack(stack).get_config(place, path=True).value

    def set_secret(self, stack: str, place: str, value: str) -> None:
        """Put a secret in the place of one in a stack file, encrypted.

        Pulumi encrypts it in a copy, and is given it by standard input: arguments can be read by
        every user of the host.
        """
        copy = self._working_files() / f"Pulumi.{stack}.secret.yaml"
        with copy_with_secret(self.directory, stack, place, copy), telling(stack):
            self._states.command(
                *("config", "set", "--secret", "--path", place),
                *("--stack", stack, "--config-file", str(copy)),
                given=value,
            )

    def backend(self) -> str:
        """Return the address of the state backend.

        Raises:
            PreflightError: where nobody is logged in, or it does not answer.
        """
        try:
            return str(self._workspace.who_am_i().url or "")
        except CommandError as error:
            raise PreflightError(unreadable("the state backend", error)) from None

    def project(self) -> str:
        """Return the project's name.

        Raises:
            PreflightError: where there is no project file.
        """
        try:
            return self._workspace.project_settings().name
        except FileNotFoundError:
            message = f"there is no Pulumi.yaml in {self.directory}: name its place by --stack-dir"
            raise PreflightError(message) from None

    @staticmethod
    def _name_operation(workspace: automation.LocalWorkspace, operation: str) -> None:
        """Let the program know which operation it deploys for."""
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

    def _working_files(self) -> Path:
        """Return a private directory in the home, which is removed at the end.

        Raises:
            PreflightError: where none can be made.
        """
        if self._scratch is None:
            parent = Home.of(self.directory, os.environ).scratch
            try:
                self._scratch = self._kept.enter_context(scratch_directory(parent))
            except OSError as error:
                message = (
                    f"no working files can be made in {parent} ({error.strerror}), so nothing was "
                    "done: free it, or name another directory in SPAREHUB_HOME"
                )
                raise PreflightError(message) from None
        return self._scratch

    def _preview(
        self,
        change: StackChange,
        number: int,
        assumed: Assumed,
    ) -> frozenset[ResourceOperation]:
        copy = self._copy(change, str(number), assumed)
        plan = self._working_files() / f"plan.{change.stack}.json"  # of both, one at a time
        found: set[ResourceOperation] = set()
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            if operation := operation_of(event):
                found.add(operation)
            problems.extend(problems_of(event))

        with telling(change.stack, problems):
            self._stack(change.stack).preview(
                on_event=listen,
                plan=str(plan),
                config_file=str(copy),
                refresh=change.stack in assumed.drift,
            )
        self._previewed[change] = plan, frozenset(found)
        return frozenset(found)

    def _copy(self, change: StackChange, name: str, assumed: Assumed = AS_THEY_ARE) -> Path:
        """Return a copy of a stack file that says what a change wants.

        Raises:
            PreflightError: where it cannot be written.
        """
        copy = self._working_files() / f"Pulumi.{change.stack}.{name}.yaml"
        try:
            active = change.activation is Activation.ACTIVE  # nothing is in the way of standby
            override = assumed.override if active else ""
            write_variant(self.directory, change, copy, override, assumed.generation)
        except OSError as error:
            message = f"{copy} cannot be written ({error.strerror}), so nothing is deployed"
            raise PreflightError(message) from None
        return copy


def recorded_at_end(found: frozenset[ResourceOperation]) -> bool:
    """Return whether a deployment of a large stack that writes this records its state at its end.

    In a backend of files or blobs Pulumi writes the whole state around each change otherwise, also
    where only a dependency changed: minutes at 500 spokes, for one connection that is deleted
    (https://github.com/pulumi/pulumi/issues/10668). What it forgets if it is killed is found by
    what the journal says: a connection is asked of Azure by its id before it is made again, updates
    and deletions are done again. Anything else that is made is recorded as ever.
    """
    return all(each.type == CONNECTION for each in found if each.verb is Verb.CREATE)
