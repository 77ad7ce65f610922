"""Drives Pulumi: previews, deployments and the state of both stacks, by its Automation API."""

import json
import os
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from pulumi import automation
from pulumi.automation import CommandResult, EngineEvent
from pulumi.automation.errors import CommandError, ConcurrentUpdateError, create_command_error
from ruamel.yaml import YAML

from sparehub.failover.events import operation_of, problems_of
from sparehub.failover.lease import LeaseError
from sparehub.failover.port import AS_THEY_ARE, Assumed
from sparehub.failover.snapshot import Pending, Snapshot
from sparehub.failover.switch import GENERATION, copy_with_secret, write_variant
from sparehub.home import Home
from sparehub.private_files import scratch_directory
from sparehub.pulumi_command import CommandFailed, export_state, run
from sparehub.stacks import load_stack_file, read_stack_file
from topology.changes import CONNECTION, WRITES_AT_ONCE, Operation, Verb
from topology.errors import PreflightError, SparehubError
from topology.generation import OPERATION_VARIABLE, SwitchRecord, with_switch
from topology.plan import Change

LARGE = 500
"""Resources of a stack beyond which its state is recorded once, at the end of a deployment."""
_UNSEEN = "expected resource operations for"
"""What Pulumi says of each resource of its plan that it did not come to, since another failed."""


class DeploymentError(SparehubError):
    """Pulumi could not do what it was asked to; the text is what it said."""


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
    _previewed: dict[Change, tuple[Path, frozenset[Operation]]] = field(
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

    def close(self) -> None:
        """Remove the working files."""
        self._kept.close()

    def snapshot(self, stack: str) -> Snapshot:
        """Return what a stack recorded.

        :raises PreflightError: where its state cannot be read.
        """
        snapshot = Snapshot.of(self._export(stack))
        self._sizes[stack] = len(snapshot.resources)
        return snapshot

    def snapshots(self, stacks: Sequence[str]) -> dict[str, Snapshot]:
        """Return what each stack recorded, all read side by side.

        :raises PreflightError: where a state cannot be read.
        """
        with ThreadPoolExecutor(max_workers=2) as pool:
            return dict(zip(stacks, pool.map(self.snapshot, stacks), strict=True))

    def previews(self, changes: tuple[Change, ...], assumed: Assumed) -> list[frozenset[Operation]]:
        """Return what each change would write, all of them looked at side by side.

        :raises DeploymentError: where a preview fails.
        """
        self._working_files()  # made once, before two threads ask for them
        with ThreadPoolExecutor(max_workers=2) as pool:
            looking = [
                pool.submit(self._preview, change, number, assumed)
                for number, change in enumerate(changes)
            ]
            return [each.result() for each in looking]

    def up(self, change: Change, tell: Callable[[Operation], None], operation: str = "") -> None:
        """Deploy a stack whose file says what the change wants; no more than was previewed.

        Where the region is to keep everything but its connections, a copy of the file is deployed.
        ``operation`` is the id of the failover or failback that this is part of.

        :raises DeploymentError: where Pulumi, or Azure, refuses.
        :raises LeaseError: where somebody else is deploying.
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
        target.workspace.env_vars[OPERATION_VARIABLE] = operation
        if at_end:
            self._record_first(change, operation)
        with _telling(change.stack, problems):
            target.up(
                on_event=listen,
                parallel=WRITES_AT_ONCE,
                plan=str(plan) if plan else None,
                config_file=str(copy) if copy else None,
                show_secrets=False,
            )

    def adopt(self, stack: str, pending: Pending, identity: str) -> None:
        """Bring into the state what was made while its maker died.

        :raises DeploymentError: where the import fails.
        """
        parent = pending.parent.split("::")[-1]
        with _telling(stack):
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

        :raises DeploymentError: where the reading fails.
        """
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            problems.extend(problems_of(event))

        with _telling(stack, problems):
            self._stack(stack).refresh(target=[*urns], on_event=listen, show_secrets=False)

    def forget_pending(self, stack: str) -> None:
        """Strike out the begun writes of a stack, once each has been settled.

        :raises DeploymentError: where the state cannot be read or written; it stays as it is then.
        """
        self._edit_state(stack, lambda state: {**state, "pending_operations": []})

    def _record_first(self, change: Change, operation: str) -> None:
        """Record the switch in the state before a deployment that records nothing until its end.

        Else a Pulumi that is killed leaves the switch of before recorded, and an older checkout
        would not be refused.
        """
        text = read_stack_file(self.directory, change.stack)
        config = load_stack_file(text, change.stack, YAML(typ="safe"))["config"]
        if not (generation := int(config.get(GENERATION) or 0)):
            return
        record = SwitchRecord(
            generation=generation, activation=change.activation.value, operation=operation
        )
        self._edit_state(
            change.stack,
            lambda state: {**state, "resources": with_switch(state["resources"], record)},
        )

    def _edit_state(self, stack: str, edit: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
        """Change a state between two deployments.

        :raises DeploymentError: where it cannot be read or written; it stays as it is then.
        """
        with _telling(stack):
            exported = self._exported(stack)
            whole = edit(exported.get("deployment") or {})
            self._pulumi(
                *("stack", "import", "--stack", stack),
                given=json.dumps({**exported, "deployment": whole}),
            )

    def secret(self, stack: str, place: str) -> str:
        """Return a secret of a stack file, decrypted."""
        with _telling(stack):
            return self._stack(stack).get_config(place, path=True).value

    def set_secret(self, stack: str, place: str, value: str) -> None:
        """Put a secret in the place of one in a stack file, encrypted.

        Pulumi encrypts it in a copy, and is given it by standard input: arguments can be read by
        every user of the host.
        """
        copy = self._working_files() / f"Pulumi.{stack}.secret.yaml"
        with copy_with_secret(self.directory, stack, place, copy), _telling(stack):
            self._pulumi(
                *("config", "set", "--secret", "--path", place),
                *("--stack", stack, "--config-file", str(copy)),
                given=value,
            )

    def backend(self) -> str:
        """Return the address of the state backend.

        :raises PreflightError: where nobody is logged in, or it does not answer.
        """
        try:
            return str(self._workspace.who_am_i().url or "")
        except CommandError as error:
            raise PreflightError(_unreadable("the state backend", error)) from None

    def project(self) -> str:
        """Return the project's name.

        :raises PreflightError: where there is no project file.
        """
        try:
            return self._workspace.project_settings().name
        except FileNotFoundError:
            message = f"there is no Pulumi.yaml in {self.directory}: name its place by --stack-dir"
            raise PreflightError(message) from None

    def _stack(self, name: str, *, at_end: bool = False) -> automation.Stack:
        return automation.Stack.select(name, self._at_end if at_end else self._workspace)

    def _export(self, stack: str) -> Mapping[str, Any]:
        try:
            exported: Mapping[str, Any] = self._exported(stack).get("deployment") or {}
        except CommandError as error:
            message = _unreadable(f"the state of stack {stack!r}", error)
            raise PreflightError(message) from None
        return exported

    def _exported(self, stack: str) -> dict[str, Any]:
        """Return a state as Pulumi exports it, secrets encrypted.

        :raises CommandError: where it cannot be read.
        """
        with _as_command_error():
            return export_state(
                self._workspace.pulumi_command.command,
                stack,
                directory=self.directory,
                environment=os.environ,
            )

    def _pulumi(self, *arguments: str, given: str) -> None:
        """Run a command that is given a state or a secret.

        :raises CommandError: where it fails.
        """
        with _as_command_error():
            run(
                self._workspace.pulumi_command.command,
                *arguments,
                directory=self.directory,
                environment=os.environ,
                given=given,
            )

    def _working_files(self) -> Path:
        """Return a private directory in the home, which is removed at the end.

        :raises PreflightError: where none can be made.
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
        change: Change,
        number: int,
        assumed: Assumed,
    ) -> frozenset[Operation]:
        copy = self._copy(change, str(number), assumed)
        plan = self._working_files() / f"plan.{change.stack}.json"  # of both, one at a time
        found: set[Operation] = set()
        problems: list[str] = []

        def listen(event: EngineEvent) -> None:
            if operation := operation_of(event):
                found.add(operation)
            problems.extend(problems_of(event))

        with _telling(change.stack, problems):
            self._stack(change.stack).preview(
                on_event=listen,
                plan=str(plan),
                config_file=str(copy),
                refresh=change.stack in assumed.drift,
            )
        self._previewed[change] = plan, frozenset(found)
        return frozenset(found)

    def _copy(self, change: Change, name: str, assumed: Assumed = AS_THEY_ARE) -> Path:
        """Return a copy of a stack file that says what a change wants.

        :raises PreflightError: where it cannot be written.
        """
        copy = self._working_files() / f"Pulumi.{change.stack}.{name}.yaml"
        try:
            write_variant(self.directory, change, copy, assumed.override, assumed.generation)
        except OSError as error:
            message = f"{copy} cannot be written ({error.strerror}), so nothing is deployed"
            raise PreflightError(message) from None
        return copy


def recorded_at_end(found: frozenset[Operation]) -> bool:
    """Return whether a deployment of a large stack that writes this records its state at its end.

    In a backend of files or blobs Pulumi writes the whole state around each change otherwise, also
    where only a dependency changed: minutes at 500 spokes, for one connection that is deleted
    (https://github.com/pulumi/pulumi/issues/10668). What it forgets if it is killed is found by
    what the journal says: a connection is asked of Azure by its id before it is made again, updates
    and deletions are done again. Anything else that is made is recorded as ever.
    """
    return all(each.type == CONNECTION for each in found if each.verb is Verb.CREATE)


def _unreadable(what: str, error: CommandError) -> str:
    said = str(error).split("stderr:")[-1].strip().splitlines() or ["no word from Pulumi"]
    return (
        f"{what} cannot be read: {said[0]}. Look at PULUMI_BACKEND_URL and "
        "PULUMI_CONFIG_PASSPHRASE; against the local Azure use: "
        'eval "$(sparehub simulate env)"'
    )


@contextmanager
def _as_command_error() -> Iterator[None]:
    """Turn a failure into the one that the Automation API raises, without standard output."""
    try:
        yield
    except CommandFailed as failed:
        raise create_command_error(CommandResult("", failed.said, failed.code)) from None
    except ValueError:
        unreadable = CommandResult("", "what pulumi exports is no JSON", 1)
        raise create_command_error(unreadable) from None


@contextmanager
def _telling(stack: str, problems: Sequence[str] = ()) -> Iterator[None]:
    """Turn Pulumi's failures into one message, in its own words and Azure's, said once each."""
    try:
        yield
    except ConcurrentUpdateError:
        message = (
            f"stack {stack!r} is being deployed by another Pulumi; wait for it to end, then run "
            "`sparehub resume`"
        )
        raise LeaseError(message) from None
    except OSError as error:  # of a working file that the Automation API makes
        where = error.filename or "a working file"
        message = f"stack {stack!r}: {where} cannot be written ({error.strerror})"
        raise PreflightError(message) from None
    except CommandError as error:
        said = [each for each in dict.fromkeys(problems) if each and each != "update failed"]
        said = [each for each in said if not each.startswith(_UNSEEN)] or said
        if not said:
            said = [line for line in str(error).splitlines() if line.strip()][-3:]
        raise DeploymentError(f"stack {stack!r}: {'; '.join(said)}") from None
