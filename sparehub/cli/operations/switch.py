"""``sparehub switch``: sets the switch in both stack files, for deployments by other means."""

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
    """Set one stack's file to active, the other's to standby, with the next generation.

    Raises:
        UnknownNameError: There is no such stack.
        ConfigurationError: A stack file is missing or invalid.
        PreflightError: A file cannot be edited.
    """
    if target not in STACKS:
        raise UnknownNameError("stack", target, STACKS)
    pair = {name: read_stack(directory, name) for name in STACKS}
    generation = 1 + max(said_by(pair).values())
    activations = {
        name: Activation.ACTIVE if name == target else Activation.STANDBY for name in STACKS
    }
    _write(directory, {name: _values(each, generation) for name, each in activations.items()})
    _print_deployments(output, generation, activations, _in_order(pair, target))
    return ExitCode.DONE


def switch_from_state(directory: Path, output: Output) -> int:
    """Set both files to the activation and generation in the stacks' states.

    For a checkout that is older than the last switch. Everything else in the files must equal
    what is deployed; otherwise a deployment would revert more than the switch.

    Raises:
        PreflightError: A stack was never deployed, or its file differs from what is deployed.
    """
    from sparehub.failover.session import open_session

    with open_session(directory, output) as session:
        switches = {name: each.switch for name, each in session.snapshots.items()}
        for name, stack in session.pair.items():
            recorded = recorded_stack(
                name, session.snapshots[name].resources, paired_stack=stack.config.paired_stack
            )
            _refuse_other(name, stack, recorded)
    generation = recorded_generation(switches.values())
    activations = {name: Activation(each.activation) for name, each in switches.items()}
    _write(directory, {name: _values(each, generation) for name, each in activations.items()})
    _print_deployments(output, generation, activations, [])
    return ExitCode.DONE


def _values(activation: Activation, generation: int) -> _Values:
    return {ACTIVATION: activation.value, GENERATION: generation or None}


def _write(directory: Path, values: Mapping[str, _Values]) -> None:
    for name, keys in values.items():
        set_values(directory, name, keys)


def _in_order(pair: Mapping[str, Stack], target: str) -> list[str]:
    """Return the stacks in the order in which they may be deployed (ER-18, ER-23)."""
    (source,) = (name for name in STACKS if name != target)
    at_once = summarize_pair([pair[source], pair[target]]).connected_at_once
    return [target, source] if at_once else [source, target]


def _refuse_other(name: str, stack: Stack, recorded: Stack | None) -> None:
    if recorded is None:
        message = f"stack {name!r} was never deployed, so its state has no switch"
        raise PreflightError(message)
    same_location = stack.config.location == recorded.config.location
    same = same_location and _region_keys(stack) == _region_keys(recorded)
    if not same:
        message = (
            f"the file of stack {name!r} differs from what is deployed in more than the "
            f"switch: bring it up to date (`git pull`; `pulumi preview --stack {name}` shows what "
            "differs). Nothing was changed"
        )
        raise PreflightError(message)


def _region_keys(stack: Stack) -> dict[str, Any]:
    return stack.config.region.model_dump(mode="json", by_alias=True, exclude_unset=True)


def _print_deployments(
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
        output.results.print("next, in this order:")
    for command in deployments:
        output.results.print(f"  {command}")
