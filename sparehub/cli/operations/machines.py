"""The options of a failover or failback about machines, and `--prepare`, which re-protects them."""

from pathlib import Path
from typing import Annotated, Literal

import typer

NetworkOnly = Annotated[
    bool,
    typer.Option("--network-only", help="Leave the machines alone that Site Recovery replicates."),
]
CleanDrill = Annotated[
    bool,
    typer.Option(
        "--clean-drill", help="First clean up tests of machines, with which no failover begins."
    ),
]
AcceptLoss = Annotated[
    str,
    typer.Option(
        "--accept-loss",
        metavar="REASON",
        help="Continue although data after the newest recovery point, or a machine, is lost.",
    ),
]
Prepare = Annotated[
    bool,
    typer.Option(
        "--prepare",
        help="Replicate the machines that were failed over the way that this operation leads, "
        "and move nothing. Azure deletes their originals at the end.",
    ),
]
ConfirmDeletion = Annotated[
    str,
    typer.Option(
        "--confirm-deletion",
        metavar="MACHINE,...",
        help="With --prepare --yes: the machines whose originals Azure may delete.",
    ),
]


def prepare_machines(  # noqa: PLR0913 - one option a decision
    stack_dir: Path,
    kind: Literal["failover", "failback"],
    confirm_deletion: str | None,
    *,
    yes: bool,
    json: bool,
    others: bool,
) -> None:
    """Re-protect machines, and exit.

    Args:
        stack_dir: the Pulumi project.
        kind: the operation that is prepared.
        confirm_deletion: the machines that may be deleted; None where ``--prepare`` is missing.
        yes: whether nobody is asked.
        json: whether one JSON document is printed.
        others: whether options were given that say nothing about it.

    Raises:
        Exit: with the exit code.
    """
    from sparehub.failover.machines.reprotection import command
    from sparehub.output import Output
    from sparehub.topology.planning.plan import PlanKind

    if confirm_deletion is None:
        raise typer.BadParameter("--confirm-deletion belongs to --prepare")
    if others:
        raise typer.BadParameter("--prepare takes --yes, --confirm-deletion and --json only")
    if confirm_deletion and not yes:
        raise typer.BadParameter("--confirm-deletion belongs to --yes: at a terminal you are asked")
    names = tuple(filter(None, map(str.strip, confirm_deletion.split(","))))
    output = Output(as_json=json)
    raise typer.Exit(
        command.prepare(stack_dir, output, kind=PlanKind(kind), yes=yes, confirmed=names)
    )
