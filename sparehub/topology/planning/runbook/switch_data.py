"""The data of the runbook: every step of an unplanned plan, as requests with expected answers.

No secret is in it: an authorization key is an encrypted variable, which is named. The same files
give the same bytes, and the digest is SHA-256 of them.
"""

import hashlib
import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.azure.durations import BGP_HOLD, CONNECTION_DELETE
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.names import PRIVATE_PEERING
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.bgp_filters import on_premises_filters
from sparehub.topology.planning.operations import WRITES_AT_ONCE
from sparehub.topology.planning.plan import Mode, Plan, PlanStep, StepAction
from sparehub.topology.planning.runbook.requests import RegionChange
from sparehub.topology.planning.runbook.resource_bodies import RegionBodies
from sparehub.topology.planning.steps.network_steps import PROBE_SECONDS, FailoverSteps

VERSION = 1
"""Of the form of the data; the runbook refuses another one."""
DIRECTION = "PrimaryToSecondary"
"""The direction of every failover of a recovery plan: a re-protection turns it round (SR-54)."""
_FENCE_SECONDS = 2 * CONNECTION_DELETE.worst
"""How long the lost region may take to disconnect itself, before that is done without it."""
_OF_MACHINES = (
    StepAction.CLEAN_UP,
    StepAction.DISARM,
    StepAction.FAIL_OVER,
    StepAction.STOP_SOURCES,
    StepAction.AWAIT_MACHINES,
    StepAction.VERIFY_MACHINES,
)
"""What the recovery plan itself does."""


class ExportError(PreflightError):
    """The plan has a step that the runbook cannot carry out."""


@dataclass(frozen=True, kw_only=True)
class SwitchData:
    """What the data is made of.

    Attributes:
        pair: both stacks by name.
        plan: the unplanned plan of them.
        subscriptions: that of each stack's region.
        recovery_plan: the name of the recovery plan that starts the runbook.
        key_variables: the name of the encrypted variable of each connection of the target that has
            an authorization key, by the connection's key.
    """

    pair: Mapping[str, Stack]
    plan: Plan
    subscriptions: Mapping[str, str]
    recovery_plan: str
    key_variables: Mapping[str, str] = field(default_factory=dict)

    def text(self) -> str:
        """Return the data as canonical JSON.

        Raises:
            ExportError: The plan is a planned one, or has a step that the runbook cannot do.
        """
        return json.dumps(self.document(), sort_keys=True, separators=(",", ":"), ensure_ascii=True)

    def document(self) -> dict[str, Any]:
        """Return the data.

        Raises:
            ExportError: As :meth:`text`.
        """
        plan = self.plan
        if plan.mode is not Mode.UNPLANNED:
            raise ExportError("the runbook carries out an unplanned plan: add --unplanned")
        steps = [self._step(step) for step in plan.steps]
        requests = [each for step in steps for each in step.get("requests", ())]
        return {
            "version": VERSION,
            "plan": {"id": plan.id, "kind": plan.kind.value, "mode": plan.mode.value},
            "recoveryPlan": self.recovery_plan,
            "direction": DIRECTION,
            "source": self._region(plan.source),
            "target": self._region(plan.target),
            "conflict": list(plan.conflict),
            "scopes": sorted({*_scopes(requests), *_circuits(steps)}),
            "atOnce": WRITES_AT_ONCE,
            "steps": steps,
            "routes": self._routes(),
            "postconditions": list(self._postconditions()),
        }

    @property
    def _failover(self) -> FailoverSteps:
        return FailoverSteps(self.pair[self.plan.source], self.pair[self.plan.target])

    def _region(self, stack: str) -> dict[str, str]:
        region = self.pair[stack].region
        group = RegionBodies(region=region, subscription=self.subscriptions[stack]).group
        return {"stack": stack, "location": region.location, "group": str(group)}

    def _step(self, step: PlanStep) -> dict[str, Any]:
        """Return a step as the runbook reads it.

        Raises:
            ExportError: The runbook cannot carry it out.
        """
        contents: Mapping[StepAction, Callable[[PlanStep], dict[str, Any]]] = {
            StepAction.PROBE: self._probe,
            StepAction.FENCE: self._fence,
            StepAction.SWITCH: self._requests,
            StepAction.STAND_DOWN: self._stand_down,
            StepAction.START: lambda each: {"starts": str(each.starts)},
            StepAction.ISSUE: self._key,
            StepAction.REVOKE: self._key,
            StepAction.HOOK: lambda each: {"action": each.action},
            **dict.fromkeys(_OF_MACHINES, lambda _: {}),
        }
        content = contents.get(step.act)
        if content is None:
            message = (
                f"the runbook cannot carry out {step.id} ({step.title}): leave it out of the plan, "
                "or use siteRecovery.network: parallel"
            )
            raise ExportError(message)
        return {"id": step.id, "title": step.title, "act": step.act.value, **content(step)}

    def _key(self, step: PlanStep) -> dict[str, Any]:
        """Return the connection of an authorization key, and the variable that holds the key."""
        connection = step.connection
        if connection is None:
            raise ExportError(f"{step.id} has no connection: report this as a fault of Sparehub")
        variable = self.key_variables.get(connection.key, "")
        return {"connection": connection.name, "variable": variable}

    def _requests(self, step: PlanStep) -> dict[str, Any]:
        """Return the writes of a step.

        Raises:
            ExportError: A write of the plan has no request.
        """
        change = step.change
        if change is None:
            raise ExportError(f"{step.id} has no change: report this as a fault of Sparehub")
        regions = {**self._failover.before}
        for earlier in self.plan.steps:
            if earlier.id == step.id:
                break
            if earlier.change and earlier.id in self._failover.after:
                regions[earlier.change.stack] = self._failover.after[earlier.id]
        made = RegionChange(
            before=regions[change.stack],
            after=self._failover.after[step.id],
            subscription=self.subscriptions[change.stack],
            key_variables=self.key_variables if change.stack == self.plan.target else {},
        )
        requests = made.requests()
        missing = change.operations.symmetric_difference(each.operation for each in requests)
        if missing:
            listed = ", ".join(f"{each.verb.value} {each.name}" for each in sorted(missing))
            raise ExportError(f"{step.id}: the runbook has no request for {listed}")
        return {"requests": [each.document() for each in requests]}

    def _stand_down(self, step: PlanStep) -> dict[str, Any]:
        """Return the writes of the source's teardown, and the most seconds that it may take."""
        return {**self._requests(step), "seconds": step.seconds.worst}

    def _probe(self, _: PlanStep) -> dict[str, Any]:
        """Return what is read to learn whether the source answers: its gateway, else its hub.

        ``hub`` is there in every state of the stack: where it is not, the data is of another one.
        """
        region, bodies = self._source
        read = bodies.gateway(region.gateway) if region.gateway else bodies.network(region.hub)
        hub = str(bodies.network(region.hub))
        return {"reads": str(read), "hub": hub, "seconds": PROBE_SECONDS}

    def _fence(self, step: PlanStep) -> dict[str, Any]:
        """Return the writes of the source, and what fences it without its region (ER-38).

        ``ours`` are the prefixes that belong to the source: whoever advertises others over the
        circuit would be cut as well. A circuit of both regions keeps its peering. A connection that
        is ``keyed`` ends with its authorization.
        """
        region, bodies = self._source
        target = self.pair[self.plan.target].region
        others = [circuit_id(circuit) for circuit in target.circuits]
        shared = {
            circuit.key: any(circuit_id(circuit).is_same(other) for other in others)
            for circuit in region.circuits
        }
        prefixes = tuple(str(each) for each in region.advertised_prefixes)
        return {
            **self._requests(step),
            "required": bool(self.plan.conflict),
            "seconds": _FENCE_SECONDS,
            "circuits": [
                {
                    "connection": str(bodies.connection(connection)),
                    "circuit": str(bodies.circuit(connection.key)),
                    "peering": str(
                        bodies.circuit(connection.key).child("peerings", PRIVATE_PEERING)
                    ),
                    "shared": shared[connection.key],
                    "keyed": connection.authorization_key is not None,
                    "ours": [str(each) for each in region.address_prefixes],
                }
                for connection in region.connections
            ],
            "filters": on_premises_filters(region, target, prefixes),
        }

    def _routes(self) -> dict[str, Any] | None:
        """Return what the target's gateway must learn of on-premises; None without a connection."""
        region = self._failover.after[self._failover.activate_id]
        bodies = RegionBodies(region=region, subscription=self.subscriptions[self.plan.target])
        if region.gateway is None or not region.connections:
            return None
        return {
            "gateway": str(bodies.gateway(region.gateway)),
            "prefixes": [str(each) for each in region.on_premises.address_prefixes],
            "seconds": BGP_HOLD.worst,
        }

    def _postconditions(self) -> Iterator[str]:
        """Yield what holds once the runbook is done, for whoever answers the manual action."""
        for step in self.plan.steps:
            if step.act is StepAction.FENCE:
                yield (
                    f"{self.plan.source} has no connection, or its circuit's private peering is "
                    "disabled, or its authorization is deleted, or your routers filter its routes"
                )
            elif step.act in {StepAction.SWITCH, StepAction.START}:
                yield step.postcondition
            elif step.act is StepAction.HOOK:
                yield f"done by hand, as no runbook does it: {step.title}"
        if routes := self._routes():
            gateway = ResourceId.of(routes["gateway"]).name
            yield f"{gateway} has learned {', '.join(routes['prefixes'])} from on-premises"

    @property
    def _source(self) -> tuple[Region, RegionBodies]:
        region = self._failover.before[self.plan.source]
        subscription = self.subscriptions[self.plan.source]
        return region, RegionBodies(region=region, subscription=subscription)


def digest_of(text: str) -> str:
    """Return the SHA-256 of the data in hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()


def _scopes(requests: list[dict[str, Any]]) -> Iterator[str]:
    """Yield the ids below which the runbook may write."""
    yield from (str(ResourceId.of(each["path"]).group) for each in requests)


def _circuits(steps: list[dict[str, Any]]) -> Iterator[str]:
    for step in steps:
        yield from (each["circuit"] for each in step.get("circuits", ()))
