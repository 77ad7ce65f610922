"""A failover as data: ordered steps, what each needs, changes and takes, and the whole's id.

A plan is made of the two configurations and of what the program is (``failover``). Its
id is a hash of everything that it says and of all of these without their secrets: who confirms an
id confirms exactly these steps, carried out by exactly this program.
"""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sparehub.topology.azure.durations import NO_TIME, Duration
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.operations import CIRCUIT, ResourceOperation, Verb

SHORT = 16
"""Digits of an id that prose shows, and that confirm it at the least."""


class PlanKind(StrEnum):
    """What is planned."""

    FAILOVER = "failover"  # from the primary to the secondary
    FAILBACK = "failback"  # and back again
    DRILL = "drill"  # neither: test networks come and go, production stays where it is


class Mode(StrEnum):
    """Whether the region that is left can still be written to."""

    PLANNED = "planned"
    UNPLANNED = "unplanned"


class StepAction(StrEnum):
    """What a step does."""

    SWITCH = "switch"  # deploys a stack at another activation
    PROBE = "probe"  # asks whether a region answers
    FENCE = "fence"  # disconnects a region that may not answer
    STAND_DOWN = "stand-down"  # takes down what a region keeps only while it is live
    RAISE = "raise"  # raises a circuit's bandwidth, where Azure agrees
    ISSUE = "issue"  # issues an authorization on a circuit, where the key of one is used up
    REVOKE = "revoke"  # deletes an authorization that is used up
    START = "start"  # starts the machines of an NVA that is off
    HAND = "hand"  # what a person does, elsewhere


@dataclass(frozen=True, kw_only=True)
class Program:
    """What carries a plan out, beside what the stack files say; digests are SHA-256."""

    digest: str = ""
    """Of the program's source text."""
    packages: str = ""
    """Of its lock file; where there is none, of the versions of what is installed."""
    project: Mapping[str, Any] = field(default_factory=dict)
    """What the project file says (name, ``main``, runtime, defaults), without secrets."""

    def document(self) -> dict[str, Any]:
        """Return it for ``sparehub plan --json``."""
        return {"digest": self.digest, "packages": self.packages, "project": dict(self.project)}


UNKNOWN_PROGRAM = Program()
"""Of a plan that is drawn and not carried out."""


@dataclass(frozen=True, kw_only=True)
class StackChange:
    """A stack deployed at an activation, and every write that this may cause."""

    stack: str
    activation: Activation
    operations: frozenset[ResourceOperation]
    disconnected: bool = False
    """On standby it keeps everything but its connections, until the other region is live."""


@dataclass(frozen=True, kw_only=True)
class BandwidthIncrease:
    """The bandwidth in Mbps of the circuit of a connection: as configured, and as wanted."""

    connection: str
    before: int
    wanted: int

    @property
    def step(self) -> str:
        """The id of the step that does it."""
        return f"raise-bandwidth-{self.connection}"

    @property
    def operation(self) -> ResourceOperation:
        """The write that does it."""
        return ResourceOperation(Verb.UPDATE, CIRCUIT, REGION.circuit(self.connection))


@dataclass(frozen=True, kw_only=True)
class KeyedConnection:
    """A connection to a referenced circuit by an authorization key, and that circuit's id."""

    key: str
    circuit: str

    @property
    def name(self) -> str:
        """The logical name of the connection."""
        return REGION.connection(self.key)

    @property
    def place(self) -> str:
        """Where the authorization key stands in the stack file."""
        return f"sparehub:region.expressRoute.connections.{self.key}.circuit.authorizationKey"


@dataclass(frozen=True, kw_only=True)
class PlanStep:
    """One step; ``needs`` are the stacks whose region has to answer, ``after`` earlier steps."""

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
    """Whose authorization is issued or revoked."""
    starts: str = ""
    """The id of the machine, or of the load balancer whose machines, to start."""
    effect: str = "none"
    """What traffic notices (:mod:`sparehub.topology.planning.traffic_impact`)."""

    @property
    def writes(self) -> str:
        """How many writes to Azure it makes, in words."""
        if self.starts:
            return "if any"
        if self.connection:
            return "at most 1" if self.act is StepAction.ISSUE else "if any"
        return str(len(self.change.operations)) if self.change else "none"

    def document(self) -> dict[str, Any]:
        """Return the step under the keys of ``sparehub plan --json``."""
        change = self.change
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
                    {"operation": each.verb.value, "type": each.type, "name": each.name}
                    for each in sorted(change.operations)
                ],
            },
        }


@dataclass(frozen=True, kw_only=True)
class RecoveryTime:
    """From the first step until the target carries the traffic; ``critical_path`` of step ids."""

    seconds: Duration
    critical_path: tuple[str, ...]
    warm: Duration
    """The same with a gateway that stands by (depth ``gateway``)."""
    cold: Duration
    """The same with a gateway that has to be made (depth ``network``)."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """Steps in the order in which they are carried out; ``source`` and ``target`` are stacks."""

    kind: PlanKind
    mode: Mode
    source: str
    target: str
    conflict: tuple[str, ...]
    """Prefixes that must never be advertised by both regions at once."""
    steps: tuple[PlanStep, ...]
    options: tuple[PlanStep, ...]
    """What may be done besides, once the target is live; steps where that was asked for."""
    recovery: RecoveryTime
    assumptions: tuple[str, ...]
    configurations: Mapping[str, Mapping[str, Any]]
    """What each stack file says, without secrets and without what a run itself turns."""
    program: Program

    @property
    def id(self) -> str:
        """A hash of all that the plan says: 64 hexadecimal digits."""
        return fingerprint(self._content())

    @property
    def short(self) -> str:
        """The first digits of the id, for prose."""
        return self.id[:SHORT]

    @property
    def configuration(self) -> str:
        """A hash of both configurations, apart from a drill, which comes and goes in between."""
        return fingerprint(
            {
                stack: {key: value for key, value in said.items() if key != "sparehub:drill"}
                for stack, said in self.configurations.items()
            }
        )

    @property
    def raises(self) -> tuple[BandwidthIncrease, ...]:
        """Every bandwidth that the steps raise."""
        return tuple(step.raises for step in self.steps if step.raises)

    @property
    def keyed(self) -> tuple[KeyedConnection, ...]:
        """The connections of the target that may need a new authorization key."""
        return tuple(
            step.connection
            for step in self.steps
            if step.connection and step.act is StepAction.ISSUE
        )

    def step(self, identity: str) -> PlanStep:
        """Return the step of an id.

        Raises:
            KeyError: where there is none.
        """
        return {each.id: each for each in self.steps}[identity]

    def document(self) -> dict[str, Any]:
        """Return the plan under the keys of ``sparehub plan --json``."""
        return {"id": self.id, **self._content()}

    def _content(self) -> dict[str, Any]:
        recovery = self.recovery
        return {
            "kind": self.kind.value,
            "mode": self.mode.value,
            "source": self.source,
            "target": self.target,
            "conflict": list(self.conflict),
            "steps": [each.document() for each in self.steps],
            "options": [each.document() for each in self.options],
            "recoveryTime": {
                **_seconds(recovery.seconds),
                "criticalPath": list(recovery.critical_path),
                "warm": _seconds(recovery.warm),
                "cold": _seconds(recovery.cold),
            },
            "assumptions": list(self.assumptions),
            "configurations": self.configurations,
            "program": self.program.document(),
        }


def critical_path(steps: tuple[PlanStep, ...], last: str) -> tuple[Duration, tuple[str, ...]]:
    """Return how long it takes until a step is done, and through which steps that time runs.

    Steps that do not wait for each other would run side by side.
    """
    known: dict[str, tuple[Duration, tuple[str, ...]]] = {}
    for step in steps:
        before = [known[each] for each in step.after]
        elapsed, path = max(before, key=lambda each: each[0].typical, default=(NO_TIME, ()))
        known[step.id] = (elapsed + step.seconds, (*path, step.id))
    return known[last]


def fingerprint(value: object) -> str:
    """Return a SHA-256 of plain data, in hexadecimal, whatever the order of keys."""
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()


def _seconds(seconds: Duration) -> dict[str, int]:
    return {"typical": seconds.typical, "worst": seconds.worst}
