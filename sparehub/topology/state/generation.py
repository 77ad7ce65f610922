"""Which switch a checkout's files belong to, and what an older checkout must not undo.

Every switch of the live region counts ``sparehub:generation`` up in both stack files. Each stack
records the generation that it was deployed with, in a component of its own that is registered
before any other: its outputs survive a deployment that fails, the outputs of a stack do not.
A file without the key counts as generation 0.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Self

from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import GenerationError
from sparehub.topology.model.pair import Stack
from sparehub.topology.state.deployed import Deployed
from sparehub.topology.state.pulumi_state import STACK_TYPE, outputs_of
from sparehub.topology.state.resources import Resources

KEY = "sparehub:generation"
"""The key of a stack file."""
SWITCH_TYPE = "sparehub:network:SwitchRecord"
"""The type of the component that records the switch of a stack."""
SWITCH_NAME = "switch"
"""Its logical name."""
OPERATION_VARIABLE = "SPAREHUB_OPERATION"
"""The environment variable that names the failover or failback that a deployment is part of."""
UP_TO_DATE = (
    "bring this checkout up to date (`git pull`), or set what is recorded: "
    "`sparehub switch --from-state`"
)


@dataclass(frozen=True, kw_only=True)
class SwitchRecord:
    """The switch that a stack was last deployed with; ``activation`` is empty of one never was."""

    generation: int = 0
    activation: str = ""
    operation: str = ""
    """The id of the failover or failback that deployed it; empty for any other deployment."""

    @classmethod
    def of(cls, resources: Resources) -> Self:
        """Read it from what a stack recorded; before the first generation its outputs say it."""
        outputs = outputs_of(resources, SWITCH_TYPE)
        if outputs:
            return cls(
                generation=int(
                    outputs.get("generation") or 0
                ),  # Pulumi hands numbers over as floats
                activation=str(outputs.get("activation") or ""),
                operation=str(outputs.get("operation") or ""),
            )
        return cls(activation=str(outputs_of(resources).get("activation", "")))


def said_by(pair: Mapping[str, Stack]) -> dict[str, int]:
    """Return the generation of each stack file; 0 where it names none."""
    return {name: stack.config.generation for name, stack in pair.items()}


def differing(pair: Mapping[str, Stack]) -> str:
    """Return how the two files differ in their generation; empty where they do not."""
    said = said_by(pair)
    if len(set(said.values())) == 1:
        return ""
    return " and ".join(f"generation {number} in {name}" for name, number in said.items())


def recorded_generation(records: Iterable[SwitchRecord]) -> int:
    """Return the highest generation that any of the stacks recorded."""
    return max((record.generation for record in records), default=0)


def with_switch(state: Sequence[Mapping[str, Any]], record: SwitchRecord) -> list[dict[str, Any]]:
    """Return the resources of an exported state with a switch recorded in it, in their order.

    The component follows the stack itself, as where the program registers it first.
    """
    stack = next(each for each in state if each["type"] == STACK_TYPE)
    prefix = "::".join(str(stack["urn"]).split("::")[:2])
    entry = {
        "urn": f"{prefix}::{SWITCH_TYPE}::{SWITCH_NAME}",
        "custom": False,
        "type": SWITCH_TYPE,
        "parent": stack["urn"],
        "protect": True,
    }
    outputs = {
        "generation": record.generation,
        "activation": record.activation,
        "operation": record.operation,
    }
    found: list[dict[str, Any]] = []
    for each in state:
        if each["type"] == SWITCH_TYPE:
            entry = {**each}
        else:
            found.append({**each})
    place = next(n for n, each in enumerate(found) if each["type"] == stack["type"]) + 1
    return [*found[:place], {**entry, "outputs": outputs}, *found[place:]]


def is_live(resources: Resources) -> bool:
    """Return whether a stack recorded a live region: active, with a connection."""
    record = SwitchRecord.of(resources)
    return record.activation == Activation.ACTIVE and bool(
        Deployed.from_resources(resources).connections
    )


def refuse_older(stack: str, generation: int, records: Mapping[str, SwitchRecord]) -> None:
    """Refuse a file of a generation below one that is recorded, of this stack or of its pair.

    Raises:
        GenerationError: with both numbers.
    """
    highest = recorded_generation(records.values())
    if generation >= highest:
        return
    recorded_by = next(name for name, each in records.items() if each.generation == highest)
    said = f"is of generation {generation}" if generation else "has no sparehub:generation"
    message = (
        f"the file of stack {stack!r} {said}, and generation {highest} is recorded by stack "
        f"{recorded_by!r}: the live region was switched since this file was written. Nothing was "
        f"changed. First {UP_TO_DATE}"
    )
    raise GenerationError(message)


@dataclass(frozen=True, kw_only=True)
class Deployment:
    """A deployment that is about to begin."""

    stack: str
    generation: int
    activation: Activation
    operation: str = ""
    """The id of the failover or failback that it is part of; empty where it is part of none."""


def refuse_disconnecting(deployment: Deployment, own: SwitchRecord, *, pair_is_live: bool) -> None:
    """Refuse to disconnect the only live region by a file of the generation that connected it.

    A switch has a generation of its own, so an equal one is a checkout or an edit that means no
    switch. The operation that recorded this generation may go on.

    Raises:
        GenerationError: with what to do.
    """
    if not disconnects(deployment, own) or pair_is_live:
        return
    if own.operation and own.operation == deployment.operation:
        return
    stack = deployment.stack
    message = (
        f"stack {stack!r} is live, its pair is not, and its file says standby with the generation "
        f"{own.generation} that is recorded: on-premises would reach no region. Nothing was "
        "changed. To move the traffic: `sparehub failover`, `sparehub failback`, or `sparehub "
        "switch STACK` with the stack that is to be live. To take this region down: set "
        f"`sparehub:generation` to {own.generation + 1} in both files first"
    )
    raise GenerationError(message)


def disconnects(deployment: Deployment, own: SwitchRecord) -> bool:
    """Return whether a deployment turns an active stack to standby within one generation."""
    return (
        deployment.generation > 0
        and deployment.generation == own.generation
        and own.activation == Activation.ACTIVE
        and deployment.activation is Activation.STANDBY
    )
