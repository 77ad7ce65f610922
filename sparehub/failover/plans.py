"""``sparehub plan``: the steps of a failover, before anything is done."""

import json
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import Any

from sparehub.output import Output
from sparehub.stacks.program_digest import read_program
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.topology.azure.durations import Duration
from sparehub.topology.errors import SparehubError
from sparehub.topology.planning import failover
from sparehub.topology.planning.drill import plan_drill
from sparehub.topology.planning.plan import Mode, Plan, PlanKind


def read_plan(  # noqa: PLR0913 - one argument an option
    directory: Path,
    kind: PlanKind,
    mode: Mode,
    *,
    raise_bandwidth: bool = False,
    network_only: bool = False,
    clean_drill: bool = False,
) -> Plan:
    """Return the plan that both stack files lead to.

    Raises:
        ConfigurationError: where a file is missing or wrong.
        OptionsError: where there is no bandwidth to raise.
    """
    primary, secondary = (read_stack(directory, name) for name in STACKS)
    program = read_program(directory)
    if kind is PlanKind.DRILL:
        return plan_drill(primary, secondary, program)
    return failover.plan(
        primary,
        secondary,
        kind,
        mode,
        raise_bandwidth=raise_bandwidth,
        network_only=network_only,
        clean_drill=clean_drill,
        program=program,
    )


def show_plan(
    plan: Plan, out: Path | None, output: Output, more: Mapping[str, Any] = MappingProxyType({})
) -> None:
    """Print a plan, and write it to a file where one is named.

    Args:
        plan: what is printed.
        out: the file.
        output: where it is printed.
        more: keys of the printed document beside those of the plan.

    Raises:
        SparehubError: where the file cannot be written.
    """
    if out is not None:
        try:
            out.write_text(json.dumps(plan.document(), indent=2) + "\n", encoding="utf-8")
        except OSError as error:
            message = f"{out} cannot be written ({error.strerror}): name another file"
            raise SparehubError(message) from None
    if output.as_json:
        output.document({**plan.document(), **more})
    else:
        print_plan(plan, output)


def print_plan(plan: Plan, output: Output) -> None:
    """Print the steps as a table, then what recovery takes and rests on."""
    recovery = plan.recovery
    output.results.print(
        f"{plan.mode.value} {plan.kind.value} from {plan.source} to {plan.target}, "
        f"plan {plan.short}"
    )
    output.table(
        ("step", "what", "needs", "writes", "takes, s", "traffic"),
        [
            (
                step.id,
                step.title,
                ", ".join(step.needs) or "nothing",
                step.writes,
                _range(step.seconds),
                step.effect,
            )
            for step in plan.steps
        ],
    )
    path = " > ".join(recovery.critical_path)
    output.results.print(f"recovery time: {_range(recovery.seconds)} s ({path})")
    output.results.print(
        f"with a gateway that stands by {_range(recovery.warm)} s, "
        f"with one to be made {_range(recovery.cold)} s"
    )
    if recovery.portal:
        output.results.print(
            f"started in the portal instead: {_range(recovery.portal)} s, one after the other "
            "(two jobs, network, machines), and the time of who answers the manual action"
        )
    for group, seconds in recovery.groups.items():
        output.results.print(
            f"machines of group {group} are verified and found by name after {_range(seconds)} s"
        )
    for result in plan.objectives:
        output.results.print(f"objective: {result.text}")
    for option in plan.options:
        said = (
            f"--raise-bandwidth: {option.title} ({option.precondition}), or later: {option.action}"
        )
        output.results.print(said)
    for each in plan.assumptions:
        output.results.print(f"assumed: {each}")


def _range(seconds: Duration) -> str:
    return f"{seconds.typical} (worst {seconds.worst})"
