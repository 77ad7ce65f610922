"""Whether the network of a pair was switched outside of Sparehub, and what is missing of it.

A recovery plan's runbook, or a person in the portal, connects the target and disconnects the
source. Pulumi's states do not know of it. What is there is adopted only where it is exactly what
the target's stack makes while it is active, and where the source does not advertise any more.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import InterlockError, PreflightError, SparehubError, UnreachableError
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.logical_names import DRILL, REGION
from sparehub.topology.model.resources import CircuitReference, Connection, Gateway, Region
from sparehub.topology.planning.disconnect import Disconnection
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import Plan

_WAY_ON = (
    "run the recovery plan's runbook again, which does what is missing alone, then `sparehub "
    "resume --adopt`; or `sparehub {kind} --unplanned`, which does the rest itself"
)


@dataclass(frozen=True, kw_only=True)
class FoundResource:
    """One resource that the target needs while it is active, as Azure shows it."""

    operation: ResourceOperation
    id: ResourceId
    body: Mapping[str, Any] | None
    """None where there is none."""
    problem: str = ""
    """Why it cannot be read."""

    @property
    def name(self) -> str:
        """The logical name."""
        return self.operation.name


@dataclass(frozen=True, kw_only=True)
class FoundSource:
    """The region that was left, as Azure shows it."""

    answers: bool
    writes: frozenset[ResourceOperation] = frozenset()
    """What its stack would still write on standby, by Azure and not by its state."""
    unfenced: tuple[str, ...] = ()
    """The circuits of its connections at which no fence is proven."""


@dataclass(frozen=True, kw_only=True)
class OutsideSwitch:
    """What was found of a switch, and what follows."""

    plan: Plan
    live: Region
    """The target while it is active."""
    disconnection: Disconnection
    """Of the source."""
    subscription: str
    """The subscription of the target's own circuits."""
    created: tuple[FoundResource, ...]
    """What the target's state does not know, in the order in which it is made."""
    writes: frozenset[ResourceOperation]
    """What the target's stack would still write while active, by Azure and not by its state."""
    source: FoundSource
    besides: frozenset[tuple[str, ResourceOperation]] = field(default_factory=frozenset)
    """Further writes that are expected, with their stack: what an earlier operation left."""
    accepted: bool = False
    """Whether somebody accepts that the source may advertise, or filters it on-premises."""

    @property
    def missing(self) -> tuple[str, ...]:
        """What the target lacks, in words."""
        return tuple(self._missing())

    def _missing(self) -> Iterator[str]:
        target = self.plan.target
        for found in self.created:
            what = f"{target}: {found.id.name or found.name}"
            if found.problem:
                yield f"{what} cannot be read: {found.problem}"
            elif found.body is None:
                yield f"{what} is not there"
            else:
                differing = differences(self.live, found, self.subscription)
                yield from (f"{what}: {each}" for each in differing)
        known = {found.operation for found in self.created}
        for write in sorted((self.writes & self._planned) - known):
            yield f"{target}: {write.name} is not as it is while {target} is active"

    @property
    def unexpected(self) -> tuple[str, ...]:
        """What either stack would write besides, which is not part of a switch."""
        target, source = self.plan.target, self.plan.source
        expected = self._planned | {found.operation for found in self.created}
        found = {
            target: self.writes - expected,
            source: self.source.writes - self.disconnection.at_once.operations,
        }
        return tuple(
            f"{stack}: {write.verb.value} {write.name}"
            for stack, writes in found.items()
            for write in sorted(writes)
            if (stack, write) not in self.besides and write.name not in DRILL
        )

    @property
    def _planned(self) -> frozenset[ResourceOperation]:
        changes = (step.change for step in self.plan.steps if step.change)
        return frozenset(
            write
            for change in changes
            if change.stack == self.plan.target
            for write in change.operations
        )

    @property
    def is_connected(self) -> bool:
        """Whether the source's connections are there, or may be."""
        return not self.source.answers or bool(
            self.source.writes & self.disconnection.fence.operations
        )

    @property
    def advertising(self) -> tuple[str, ...]:
        """Why the source may still advertise what the target advertises, in words."""
        if not self.plan.conflict or not self.is_connected or self.accepted:
            return ()
        source = self.plan.source
        why = "is connected" if self.source.answers else "does not answer"
        return tuple(
            f"{source}: it {why}, and no fence is proven at the circuit {circuit}"
            for circuit in self.source.unfenced
        )

    @property
    def left(self) -> tuple[str, ...]:
        """What the source has and needs only while it is active."""
        teardown = self.disconnection.at_once.operations - self.disconnection.fence.operations
        return tuple(write.name for write in sorted(self.source.writes & teardown))

    def objection(self) -> SparehubError | None:
        """Return why this cannot be adopted; None where it is a finished switch."""
        plan, missing, advertising = self.plan, self.missing, self.advertising
        if self.unexpected:
            return PreflightError(
                "more than the switch differs from the stacks; nothing was done. Put that right "
                f"first (`pulumi preview --diff --refresh`):{_list(self.unexpected)}"
            )
        if advertising and not missing:
            if not self.source.answers:
                return UnreachableError(
                    f"{plan.target} is connected, and nothing proves that {plan.source} does not "
                    f"advertise; nothing was done:{_list(advertising)}\nDisable its private "
                    "peering, or give "
                    "`sparehub resume --adopt --fenced-on-premises TICKET`, or "
                    "`--accept-unfenced REASON`"
                )
            return InterlockError(
                f"both regions advertise {', '.join(plan.conflict)}; nothing was done:"
                f"{_list(advertising)}\nDelete the connection of {plan.source}, or disable the "
                "private peering of its circuit, then `sparehub resume --adopt`"
            )
        if missing and self._is_untouched:
            return PreflightError(
                f"nothing was switched outside of Sparehub: {plan.source} is as its stack says, "
                f"and so is {plan.target}. Nothing was done. To switch: `sparehub "
                f"{plan.kind.value}`"
            )
        if missing:
            return PreflightError(
                f"the switch to {plan.target} is not finished; nothing was done:"
                f"{_list((*missing, *advertising))}\n"
                f"The way on: {_WAY_ON.format(kind=plan.kind.value)}"
            )
        return None

    @property
    def _is_untouched(self) -> bool:
        """Whether neither region differs from its state."""
        absent = all(found.body is None and not found.problem for found in self.created)
        fence = self.disconnection.fence.operations
        answers = self.source.answers and fence <= self.source.writes
        return absent and answers and self._planned <= self.writes

    def intentions(self) -> tuple[str, ...]:
        """Return what an adoption does, in words."""
        plan = self.plan
        names = [found.id.name for found in self.created]
        source = (
            f"{plan.source}: recorded as left, to be finished by `sparehub finish-fence`"
            if self.is_connected
            else f"{plan.source}: what is gone leaves its state, which then says standby"
        )
        return (
            f"{plan.target}: import {', '.join(names)}" if names else f"{plan.target}: nothing new",
            f"{plan.target}: read its peerings again; its stack then says active",
            source,
            "both stack files: activation, and the next generation",
            "no network resource in Azure is written",
        )


def differences(region: Region, found: FoundResource, subscription: str) -> tuple[str, ...]:
    """Return how a resource differs from what the region's stack would make, in words.

    What Azure does not show is not compared: an authorization key is one such value.
    """
    body = found.body or {}
    properties = body.get("properties") or {}
    state = properties.get("provisioningState")
    problems = [] if state == "Succeeded" else [f"provisioningState is {state}, not Succeeded"]
    wanted: dict[str, tuple[object, object]] = {}
    for connection in region.connections:
        if found.name == REGION.connection(connection.key):
            wanted = dict(_of_connection(region, connection, properties, subscription))
    if region.gateway and found.name == REGION.gateway:
        wanted = dict(_of_gateway(region, region.gateway, properties))
    if "location" in body:
        wanted["location"] = body["location"], region.location
    wanted["tags"] = body.get("tags") or {}, dict(region.tags)
    problems += [
        f"{name} is {shown}, not {said}"
        for name, (shown, said) in wanted.items()
        if shown is not None and not _same(shown, said)
    ]
    return tuple(problems)


def _of_connection(
    region: Region, connection: Connection, shown: Mapping[str, Any], subscription: str
) -> Iterator[tuple[str, tuple[object, object]]]:
    circuit = next(each for each in region.circuits if each.key == connection.key)
    wanted = str(circuit_id(circuit))
    if not isinstance(circuit, CircuitReference):
        wanted = f"/subscriptions/{subscription}{wanted}"
    yield "type", (shown.get("connectionType"), "ExpressRoute")
    yield "circuit", (_id(shown.get("peer")), wanted)
    yield "routingWeight", (shown.get("routingWeight"), connection.routing_weight)
    if region.gateway:
        named = ResourceId.of(str(_id(shown.get("virtualNetworkGateway1")) or "")).name or None
        yield "gateway", (named, region.gateway.name)


def _of_gateway(
    region: Region, gateway: Gateway, shown: Mapping[str, Any]
) -> Iterator[tuple[str, tuple[object, object]]]:
    configurations = shown.get("ipConfigurations") or [{}]
    inside = configurations[0].get("properties") or configurations[0]
    subnet = ResourceId.of(str(_id(inside.get("subnet")) or ""))
    bounds = (shown.get("autoScaleConfiguration") or {}).get("bounds") or {}
    yield "type", (shown.get("gatewayType"), "ExpressRoute")
    yield "SKU", ((shown.get("sku") or {}).get("name"), gateway.sku)
    yield "network", (subnet.parent.name if subnet.is_id else None, region.hub.name)
    if gateway.max_scale_units is not None:
        yield "maxScaleUnits", (bounds.get("max"), gateway.max_scale_units)
        yield "minScaleUnits", (bounds.get("min"), gateway.min_scale_units)


def _id(reference: object) -> str | None:
    return str(reference["id"]) if isinstance(reference, Mapping) and "id" in reference else None


def _same(shown: object, said: object) -> bool:
    """Return whether two values are the same; Azure ignores case in names and ids."""
    if isinstance(shown, str) and isinstance(said, str):
        return shown.lower() == said.lower()
    return shown == said


def _list(lines: Iterable[str]) -> str:
    return "".join(f"\n  {line}" for line in lines)


def imported(found: Iterable[FoundResource]) -> tuple[FoundResource, ...]:
    """Return what is imported, a gateway before the connections that need it."""
    created = [each for each in found if each.operation.verb is Verb.CREATE]
    return tuple(sorted(created, key=lambda each: (each.name != REGION.gateway, each.name)))
