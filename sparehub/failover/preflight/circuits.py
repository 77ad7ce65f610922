"""Questions about the circuits of the region that takes over, and the keys to them."""

from collections.abc import Iterator
from dataclasses import replace

from sparehub.azure.answers import NOT_FOUND
from sparehub.azure.reading import read, state_of
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.preflight.keys.authorization_keys import announcements
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.failover.queries.circuit_users import PRIVATE_PEERING_PATH
from sparehub.failover.steps.keys.authorization_keys import Keys
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.resources import Circuit, CircuitReference


def circuits_can_carry_a_connection(situation: PreflightContext) -> Iterator[Objection]:
    """Provisioned, in order, with a private peering that is enabled (ER-09, ER-12).

    A circuit that is referenced may be out of sight, which is said.
    """
    snapshot = situation.snapshots.get(situation.plan.target)
    if snapshot is None:
        return
    target = situation.plan.target
    for circuit in situation.live(target).connected_circuits:
        for each in _of_circuit(situation, circuit, snapshot):
            yield replace(each, stack=target)


def _of_circuit(
    situation: PreflightContext, circuit: Circuit | CircuitReference, snapshot: Snapshot
) -> Iterator[Objection]:
    referenced = isinstance(circuit, CircuitReference)
    unseen = Refuses.NONE if referenced else Refuses.PLANNED
    missing = Refuses.NONE if referenced else Refuses.EVERY
    name = f"circuit {circuit.key}"
    identity = (
        circuit.id
        if isinstance(circuit, CircuitReference)
        else snapshot.ids.get(REGION.circuit(circuit.key))
    )
    if identity is None:
        stack = situation.plan.target
        text = f"{name} is not in the state of stack {stack!r}: `pulumi up --stack {stack}` first"
        yield Objection(text=text)
        return
    found = read(situation.azure, str(identity))
    if not found.accepted:
        refuses = missing if found.status == NOT_FOUND else unseen
        where = f", whose record lies in {circuit.location}," if circuit.location else ""
        yield Objection(text=f"{name}{where} cannot be read: {found.problem}", refuses=refuses)
        return
    if circuit.location is None:
        text = f"the record of {name} lies in {found.body.get('location')}"
        yield Objection(text=text, refuses=Refuses.NONE, word="")
    provider = found.properties.get("serviceProviderProvisioningState")
    yield from _held(name, identity, "its provider's state", provider, "Provisioned", unseen)
    yield from _held(name, identity, "it", state_of(found), "Succeeded", unseen)
    peering = read(situation.azure, f"{identity}{PRIVATE_PEERING_PATH}")
    if not peering.accepted:
        refuses = missing if peering.status == NOT_FOUND else unseen
        text = f"the private peering of {name} cannot be read: {peering.problem} ({identity})"
        yield Objection(text=text, refuses=refuses)
        return
    what = "its private peering"
    yield from _held(name, identity, what, state_of(peering), "Succeeded", unseen)
    enabled = peering.properties.get("state", "Enabled")
    yield from _held(name, identity, what, enabled, "Enabled", unseen)


def _held(  # noqa: PLR0913, PLR0917 - a state of a circuit, and what it is to be
    name: str, identity: ResourceId, what: str, state: str | None, wanted: str, unseen: Refuses
) -> Iterator[Objection]:
    if not state:
        text = f"{name} does not say whether {what} is {wanted!r} ({identity})"
        yield Objection(text=text, refuses=unseen)
    elif state != wanted:
        text = f"{name} cannot carry a connection: {what} is {state!r}, not {wanted!r} ({identity})"
        yield Objection(text=text)


def keys_are_usable(situation: PreflightContext) -> Iterator[Objection]:
    """A key that is known to be no good, where no new one can be issued (ER-14).

    It is said of each whether a new authorization will be written, where, and as whom.
    """
    target = situation.plan.target
    snapshot = situation.snapshots.get(target)
    if snapshot is None:
        return
    stack = situation.pair[target]
    keys = Keys(situation.stacks, situation.azure, stack, snapshot, situation.journal_state)
    for each in announcements(situation.plan, keys, situation.given):
        yield replace(each, stack=target)
