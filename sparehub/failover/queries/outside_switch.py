"""What Azure shows of a switch that was made outside of Sparehub; nothing is written."""

from collections.abc import Iterator, Mapping

from sparehub.azure.answers import NOT_FOUND, Azure, properties_of
from sparehub.azure.reading import glance, listed, read
from sparehub.failover.adapters.protocols import Assumed, Stacks
from sparehub.failover.adapters.stack_snapshot import (
    Snapshot,
    Unreadable,
    identity_of,
    whole_circuit_id,
)
from sparehub.failover.journal.acceptances import Accepted
from sparehub.failover.journal.open_items import Fence
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING_PATH
from sparehub.failover.queries.probe import responds
from sparehub.topology.adoption.outside_switch import (
    FoundResource,
    FoundSource,
    OutsideSwitch,
    imported,
)
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import PreflightError, SparehubError, UnreachableError
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.disconnect import disconnect
from sparehub.topology.planning.failover import region_at
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import KeyedConnection, Plan, StackChange, StepAction
from sparehub.topology.planning.steps.authorization_keys import keyed_connections


def activation_of(plan: Plan) -> StackChange:
    """Return the change that makes the target active."""
    return next(
        step.change
        for step in plan.steps
        if step.change and step.act is StepAction.SWITCH and step.change.stack == plan.target
    )


def look(  # noqa: PLR0913 - both stacks, Azure, a plan, and what is known of it
    stacks: Stacks,
    azure: Azure,
    plan: Plan,
    pair: Mapping[str, Stack],
    states: Mapping[str, Snapshot | Unreadable],
    *,
    assumed: Assumed,
    accepted: Accepted,
    besides: frozenset[tuple[str, ResourceOperation]],
) -> OutsideSwitch:
    """Return what is found of a switch from the source of a plan to its target.

    Previews of both stacks, with every resource read from Azure again, show what is missing of
    the switch and what else differs.

    Args:
        stacks: Both stacks; they are previewed alone.
        azure: Where the target's resources and the circuits are read.
        plan: The operation that would have made the switch.
        pair: Both stack files.
        states: What each stack recorded.
        assumed: What the previews assume, drift apart.
        accepted: What is accepted of a source that may still advertise.
        besides: Further writes that are expected, with their stack.

    Raises:
        PreflightError: where the target's state cannot be read.
        UnreachableError: where the target's region does not answer.
        DeploymentError: where a preview fails.
    """
    target = states[plan.target]
    if isinstance(target, Unreadable):
        raise PreflightError(target.problem)
    if not responds(azure, target):
        location = pair[plan.target].region.location
        message = f"{plan.target} ({location}) does not answer; nothing was changed"
        raise UnreachableError(message)
    source = states[plan.source]
    answers = isinstance(source, Snapshot) and responds(azure, source)
    activate, leave = activation_of(plan), disconnect(pair[plan.source])
    changes = (activate, leave.at_once) if answers else (activate,)
    reads = Assumed(
        drift=frozenset(change.stack for change in changes),
        override=assumed.override,
        generation=assumed.generation,
        operation=assumed.operation,
    )
    writes = dict(zip(changes, stacks.previews(changes, reads), strict=True))
    live = region_at(pair[plan.target], Activation.ACTIVE)
    subscription = source.subscription if isinstance(source, Snapshot) else target.subscription
    return OutsideSwitch(
        plan=plan,
        live=live,
        disconnection=leave,
        subscription=target.subscription,
        created=found_of(azure, live, target.subscription, writes[activate]),
        writes=writes[activate],
        source=FoundSource(
            answers=answers,
            writes=writes.get(leave.at_once, frozenset()),
            unfenced=tuple(
                circuit
                for circuit, fence in fences_of(
                    stacks, azure, pair[plan.source], subscription
                ).items()
                if fence is None
            ),
        ),
        besides=besides,
        # That nothing fences it can be accepted only of a region that is silent.
        accepted=bool(accepted.ticket or (accepted.reason and not answers)),
    )


def found_of(
    azure: Azure, live: Region, subscription: str, writes: frozenset[ResourceOperation]
) -> tuple[FoundResource, ...]:
    """Return what Azure shows of the gateway and connections that a deployment would create."""
    return imported(_found(azure, live, subscription, writes))


def _found(
    azure: Azure, live: Region, subscription: str, writes: frozenset[ResourceOperation]
) -> Iterator[FoundResource]:
    for write in writes:
        identity = identity_of(write, live, subscription)
        if write.verb is not Verb.CREATE or identity is None:
            continue
        answer = read(azure, str(identity))
        absent = answer.status == NOT_FOUND
        yield FoundResource(
            operation=write,
            id=identity,
            body=answer.body if answer.accepted else None,
            problem="" if answer.accepted or absent else answer.problem,
        )


def fences_of(
    stacks: Stacks, azure: Azure, stack: Stack, subscription: str
) -> dict[str, Fence | None]:
    """Return the fence of each circuit that a region is connected to, by the circuit's name.

    A fence is a private peering that is disabled, or an authorization that was revoked: the key of
    the stack file is none of the circuit's any more. It is None where neither is proven.
    """
    live = region_at(stack, Activation.ACTIVE)
    keyed = {each.key: each for each in keyed_connections(live)}
    found: dict[str, Fence | None] = {}
    for circuit in live.connected_circuits:
        identity = whole_circuit_id(circuit, subscription)
        path = f"{identity}{PRIVATE_PEERING_PATH}"
        fence = None
        if glance(azure, path).properties.get("state") == "Disabled":
            fence = Fence(how="privatePeering", id=path)
        elif circuit.key in keyed and _is_revoked(stacks, azure, stack, keyed[circuit.key]):
            fence = Fence(how="authorization", id=f"{identity}/authorizations/revoked")
        found[identity.name] = fence
    return found


def _is_revoked(stacks: Stacks, azure: Azure, stack: Stack, keyed: KeyedConnection) -> bool:
    """Return whether a circuit shows its authorizations, and none has the key of a connection."""
    shown = listed(azure, f"{keyed.circuit}/authorizations")
    if shown.problem:
        return False
    try:
        key = stacks.secret(stack.name, keyed.place)
    except SparehubError:  # whoever cannot read the key proves nothing
        return False
    keys = [properties_of(each).get("authorizationKey") for each in shown.items]
    return all(keys) and key not in keys
