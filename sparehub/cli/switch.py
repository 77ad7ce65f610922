"""``sparehub switch``: the switch in both stack files, for who deploys them otherwise."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from sparehub.output import Output
from sparehub.stacks.stack_file_edit import ACTIVATION, GENERATION, set_values
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import ExitCode, PreflightError, UnknownNameError
from sparehub.topology.model.pair import Stack, summarize_pair
from sparehub.topology.rules.stack_outputs import recorded_stack
from sparehub.topology.state.generation import recorded_generation, said_by

_Values = dict[str, str | int | bool | None]


def switch(directory: Path, target: str, output: Output) -> int:
    """Make one stack's file active and the other's standby, one generation on; deploy nothing.

    Raises:
        UnknownNameError: where there is no such stack.
        ConfigurationError: where a stack file is missing or wrong.
        PreflightError: where a file cannot be edited.
    """
    if target not in STACKS:
        raise UnknownNameError("stack", target, STACKS)
    pair = {name: read_stack(directory, name) for name in STACKS}
    generation = 1 + max(said_by(pair).values())
    activations = {
        name: Activation.ACTIVE if name == target else Activation.STANDBY for name in STACKS
    }
    _write(directory, {name: _values(each, generation) for name, each in activations.items()})
    _tell(output, generation, activations, _in_order(pair, target))
    return ExitCode.DONE


def switch_from_state(directory: Path, output: Output) -> int:
    """Bring both files to the activation and generation that the stacks recorded.

    For a pipeline, or a colleague, whose checkout is of before a switch. Everything else that the
    files say must be what is recorded, or they would undo more than the switch.

    Raises:
        PreflightError: where a stack was never deployed, or its file says something else.
    """
    from sparehub.failover.session import open_session

    with open_session(directory, output) as place:
        switches = {name: each.switch for name, each in place.snapshots.items()}
        for name, stack in place.pair.items():
            recorded = recorded_stack(
                name, place.snapshots[name].resources, paired_stack=stack.config.paired_stack
            )
            _refuse_other(name, stack, recorded)
    generation = recorded_generation(switches.values())
    activations = {name: Activation(each.activation) for name, each in switches.items()}
    _write(directory, {name: _values(each, generation) for name, each in activations.items()})
    _tell(output, generation, activations, [])
    return ExitCode.DONE


def _values(activation: Activation, generation: int) -> _Values:
    return {ACTIVATION: activation.value, GENERATION: generation or None}


def _write(directory: Path, values: Mapping[str, _Values]) -> None:
    for name, each in values.items():
        set_values(directory, name, each)


def _in_order(pair: Mapping[str, Stack], target: str) -> list[str]:
    """Return the stacks in the order in which the pair may be deployed (ER-18, ER-23)."""
    (source,) = (name for name in STACKS if name != target)
    at_once = summarize_pair([pair[source], pair[target]]).connected_at_once
    return [target, source] if at_once else [source, target]


def _refuse_other(name: str, stack: Stack, recorded: Stack | None) -> None:
    if recorded is None:
        message = f"stack {name!r} was never deployed, so nothing is recorded of its switch"
        raise PreflightError(message)
    same = stack.config.location == recorded.config.location and _said(stack) == _said(recorded)
    if not same:
        message = (
            f"the file of stack {name!r} says something else than what is deployed, beside the "
            f"switch: bring it up to date (`git pull`; `pulumi preview --stack {name}` shows what "
            "differs). Nothing was changed"
        )
        raise PreflightError(message)


def _said(stack: Stack) -> dict[str, Any]:
    return stack.config.region.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _tell(
    output: Output, generation: int, activations: Mapping[str, Activation], order: list[str]
) -> None:
    deployments = [f"pulumi up --stack {name}" for name in order]
    if output.as_json:
        output.document(
            {
                "generation": generation,
                "activations": {name: each.value for name, each in activations.items()},
                "deployments": deployments,
            }
        )
        return
    for name, each in activations.items():
        output.results.print(f"Pulumi.{name}.yaml: {each.value}, generation {generation}")
    if deployments:
        output.results.print("now, in this order:")
    for command in deployments:
        output.results.print(f"  {command}")
