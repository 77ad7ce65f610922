"""A plan as data: ordered steps with their conditions, writes and durations, and its id.

The id is a hash of all steps, of both configurations without secrets, and of the program. Whoever
confirms an id confirms exactly these steps, by exactly this program.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sparehub.topology.azure.durations import NO_TIME, Duration
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.hooks import HookConfig
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.operations import CIRCUIT, ResourceOperation, Verb
from sparehub.topology.replication.objectives import ObjectiveResult

SHORT = 16
"""Digits of an id that text shows; a confirmation needs at least these."""


class PlanKind(StrEnum):
    """The kind of an operation."""

    FAILOVER = "failover"  # from the primary to the secondary
    FAILBACK = "failback"  # from the secondary back to the primary
    DRILL = "drill"  # test networks in the secondary; production does not change


class Mode(StrEnum):
    """Whether the source region can still be written to."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"


class StepAction(StrEnum):
    """What a step does."""

    SWITCH = "switch"  # deploys a stack at another activation
    PROBE = "probe"  # checks whether a region answers
    FENCE = "fence"  # disconnects a region that may not answer
    STAND_DOWN = "stand-down"  # tears down what a region needs only while it is active
    RAISE = "raise"  # raises the bandwidth of a circuit, where Azure accepts it
    ISSUE = "issue"  # issues an authorization on a circuit, where a key is used up
    REVOKE = "revoke"  # deletes an authorization that is used up
    START = "start"  # starts the machines of an NVA
    QUIESCE = "quiesce"  # nothing is written on the machines any more
    POINTS = "recovery-points"  # waits for newer recovery points
    DISARM = "disarm"  # takes the runbook that switches the network out of the recovery plan
    FAIL_OVER = "fail-over"  # starts the failover of the machines
    STOP_SOURCES = "stop-sources"  # reads each source machine as deallocated
    AWAIT_MACHINES = "await-machines"  # waits for the machines in the target
    VERIFY_MACHINES = "verify-machines"  # reads where each machine is
    HOOK = "hook"  # what a stack file adds: a command, a request, a person's work
    TEST = "test-failover"  # tests the failover of machines, which stay as they are
    CLEAN_UP = "clean-up"  # removes what tests have made
    HAND = "hand"  # a person does it, outside Sparehub


@dataclass(frozen=True, kw_only=True)
class Program:
    """The program that executes a plan; digests are SHA-256."""

    digest: str = ""
    """Of the source of the program."""
    packages: str = ""
    """Of its lock file; without one, of the versions of the installed packages."""
    project: Mapping[str, Any] = field(default_factory=dict)
    """The project file (name, ``main``, runtime, defaults), without secrets."""

    def document(self) -> dict[str, Any]:
        """Return it for ``sparehub plan --json``."""
        return {"digest": self.digest, "packages": self.packages, "project": dict(self.project)}


UNKNOWN_PROGRAM = Program()
"""For a plan that is shown and not executed."""


@dataclass(frozen=True, kw_only=True)
class StackChange:
    """The deployment of a stack at an activation, and every write that it may make."""

    stack: str
    activation: Activation
    operations: frozenset[ResourceOperation]
    disconnected: bool = False
    """On standby it keeps all but its connections, until the other region is active."""


@dataclass(frozen=True, kw_only=True)
class BandwidthIncrease:
    """The bandwidth in Mbps of a connection's circuit: configured, and after the increase."""

    connection: str
    before: int
    wanted: int

    @property
    def step(self) -> str:
        """The id of the step that raises it."""
        return f"raise-bandwidth-{self.connection}"

    @property
    def operation(self) -> ResourceOperation:
        """The write that raises it."""
        return ResourceOperation(Verb.UPDATE, CIRCUIT, REGION.circuit(self.connection))


@dataclass(frozen=True, kw_only=True)
class KeyedConnection:
    """A connection to a referenced circuit by an authorization key, and that circuit's id."""

    key: str
    circuit: ResourceId

    @property
    def name(self) -> str:
        """The logical name of the connection."""
        return REGION.connection(self.key)

    @property
    def place(self) -> str:
        """The key in the stack file that holds the authorization key."""
        return f"sparehub:region.expressRoute.connections.{self.key}.circuit.authorizationKey"


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """One step; ``needs`` are the stacks whose region must answer, ``after`` are earlier steps."""

    id: str
    title: str
    act: StepAction
    needs: tuple[str, ...]
    after: tuple[str, ...]
    precondition: str
    action: str
    postcondition: str
    undo: str
    seconds: Duration
    change: StackChange | None = None
    raises: BandwidthIncrease | None = None
    connection: KeyedConnection | None = None
    """The connection whose authorization is issued or revoked."""
    confirms: tuple[str, ...] = ()
    """What somebody may confirm as done in it beforehand, by name (``--confirm``)."""
    starts: ResourceId | None = None
    """The machine to start, or the load balancer of the machines to start."""
    hook: HookConfig | None = None
    """The hook of a step that a stack file adds."""
    effect: str = "none"
    """The impact on traffic (:mod:`sparehub.topology.planning.traffic_impact`)."""

    @property
    def writes(self) -> str:
        """The number of writes to Azure, in words."""
        if self.hook:
            return "its own"
        if self.act in {StepAction.FAIL_OVER, StepAction.DISARM}:
            return "1"
        if self.act in {StepAction.TEST, StepAction.CLEAN_UP}:
            return "1 a machine"
        if self.starts or self.act is StepAction.STOP_SOURCES:
            return "if any"
        if self.connection:
            return "at most 1" if self.act is StepAction.ISSUE else "if any"
        return str(len(self.change.operations)) if self.change else "none"

    def document(self) -> dict[str, Any]:
        """Return the step under the keys of ``sparehub plan --json``."""
        change = self.change
        hook = self.hook and self.hook.model_dump(mode="json", by_alias=True, exclude_none=True)
        return {
            "id": self.id,
            "title": self.title,
            "act": self.act.value,
            "needs": list(self.needs),
            "after": list(self.after),
            "precondition": self.precondition,
            "action": self.action,
            "postcondition": self.postcondition,
            "undo": self.undo,
            "effect": self.effect,
            "seconds": _seconds(self.seconds),
            "change": change
            and {
                "stack": change.stack,
                "activation": change.activation.value,
                "disconnected": change.disconnected,
                "operations": [
                    {"operation": write.verb.value, "type": write.type, "name": write.name}
                    for write in sorted(change.operations)
                ],
            },
            **({"hook": hook} if hook else {}),
        }


@dataclass(frozen=True, kw_only=True)
class RecoveryTime:
    """The time until the target carries the traffic; ``critical_path`` is of step ids."""

    seconds: Duration
    critical_path: tuple[str, ...]
    warm: Duration
    """The same with a gateway on standby (depth ``gateway``)."""
    cold: Duration
    """The same with a gateway that must be created (depth ``network``)."""
    groups: Mapping[int, Duration] = field(default_factory=dict)
    """The time until the machines of each recovery group are verified; empty where none moves."""
    portal: Duration | None = None
    """The time if the recovery plan is started in the portal; None where it has no network."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Steps in the order of execution; ``source`` and ``target`` are stacks."""

    kind: PlanKind
    mode: Mode
    source: str
    target: str
    conflict: tuple[str, ...]
    """Prefixes that both regions must not advertise at the same time."""
    steps: tuple[PlanStep, ...]
    options: tuple[PlanStep, ...]
    """Steps that may be added once the target is active."""
    recovery: RecoveryTime
    assumptions: tuple[str, ...]
    configurations: Mapping[str, Mapping[str, Any]]
    """The values of each stack file, without secrets and keys that a run changes."""
    program: Program
    objectives: tuple[ObjectiveResult, ...] = ()
    """The recovery time of each group that has such an objective, against the typical one."""

    @property
    def id(self) -> str:
        """A hash of the whole plan: 64 hexadecimal digits."""
        return fingerprint(self._content())

    @property
    def short(self) -> str:
        """The first digits of the id, for text."""
        return self.id[:SHORT]

    @property
    def configuration(self) -> str:
        """A hash of both configurations without the drill, which may change in between."""
        return fingerprint(
            {
                stack: {key: value for key, value in values.items() if key != "sparehub:drill"}
                for stack, values in self.configurations.items()
            }
        )

    @property
    def raises(self) -> tuple[BandwidthIncrease, ...]:
        """The bandwidth increases of the steps."""
        return tuple(step.raises for step in self.steps if step.raises)

    @property
    def keyed(self) -> tuple[KeyedConnection, ...]:
        """The connections of the target that may need a new authorization key."""
        return tuple(
            step.connection
            for step in self.steps
            if step.connection and step.act is StepAction.ISSUE
        )

    @property
    def moves_machines(self) -> bool:
        """Whether it fails machines over."""
        return any(step.act is StepAction.FAIL_OVER for step in self.steps)

    @property
    def cleans_tests(self) -> bool:
        """Whether it first cleans up tests of a failover that are left."""
        return any(step.act is StepAction.CLEAN_UP for step in self.steps)

    def step(self, identity: str) -> PlanStep:
        """Return the step of an id.

        Raises:
            KeyError: where there is no such step.
        """
        return {step.id: step for step in self.steps}[identity]

    def document(self) -> dict[str, Any]:
        """Return the plan under the keys of ``sparehub plan --json``."""
        return {"id": self.id, **self._content()}

    def _content(self) -> dict[str, Any]:
        recovery = self.recovery
        groups = {str(group): _seconds(each) for group, each in recovery.groups.items()}
        objectives = [each.document() for each in self.objectives]
        return {
            "kind": self.kind.value,
            "mode": self.mode.value,
            "source": self.source,
            "target": self.target,
            "conflict": list(self.conflict),
            "steps": [step.document() for step in self.steps],
            "options": [step.document() for step in self.options],
            "recoveryTime": {
                **_seconds(recovery.seconds),
                "criticalPath": list(recovery.critical_path),
                "warm": _seconds(recovery.warm),
                "cold": _seconds(recovery.cold),
                **({"portal": _seconds(recovery.portal)} if recovery.portal else {}),
                **({"groups": groups} if groups else {}),
            },
            **({"objectives": objectives} if objectives else {}),
            "assumptions": list(self.assumptions),
            "configurations": self.configurations,
            "program": self.program.document(),
        }


def critical_path(steps: tuple[PlanStep, ...], last: str) -> tuple[Duration, tuple[str, ...]]:
    """Return the time until a step is done, and the steps that decide it.

    Steps that do not wait for each other count as parallel.
    """
    known: dict[str, tuple[Duration, tuple[str, ...]]] = {}
    for step in steps:
        before = [known[earlier] for earlier in step.after]
        elapsed, path = max(before, key=lambda item: item[0].typical, default=(NO_TIME, ()))
        known[step.id] = (elapsed + step.seconds, (*path, step.id))
    return known[last]


def fingerprint(value: object) -> str:
    """Return a SHA-256 of plain data in hexadecimal; the order of keys does not matter."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _seconds(seconds: Duration) -> dict[str, int]:
    return {"typical": seconds.typical, "worst": seconds.worst}
