"""The command `runbook export` and its options."""

import os
from pathlib import Path
from typing import Annotated, Literal

import typer

from sparehub.cli.options import Json, StackDirectory

app = typer.Typer(help="The runbook that switches the network from the portal.")
Way = Literal["failover", "failback"]


@app.callback()
def runbook() -> None:
    """Export the runbook that switches the network when a recovery plan starts it."""


@app.command()
def export(
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The directory to write into.")] = Path(
        "sparehub-runbook"
    ),
    direction: Annotated[Way, typer.Option(help="Which way the network is switched.")] = "failover",
    subscription: Annotated[
        str, typer.Option(help="Of a region whose stack file names none.")
    ] = "",
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Write the runbooks, their data, the plan and a description of one page.

    For `siteRecovery.network: runbook`. `sparehub replicate` publishes the same texts. No secret is
    in them. Needs no Pulumi, no cloud and no state.

    [bold]sparehub runbook export -o runbook[/bold]

    [bold]sparehub runbook export --direction failback --json[/bold]
    """
    from sparehub.cli.operations import runbook_export
    from sparehub.output import Output

    output = Output(as_json=json)
    code = runbook_export.export(
        stack_dir, out, direction, output, environment=os.environ, subscription=subscription
    )
    raise typer.Exit(code)
