"""The command `trial` and its options."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer

from sparehub.cli.options import Json, Yes

app = typer.Typer()


@app.command()
def trial(  # noqa: PLR0913 - one option a decision
    *,
    subscription: Annotated[
        str, typer.Option("--subscription", help="The subscription's id; there is no default.")
    ],
    machines: Annotated[
        bool,
        typer.Option("--machines", help="Also make two machines, replicate them, test a failover."),
    ] = False,
    region: Annotated[str, typer.Option("--region", help="The first region.")] = "eastasia",
    pair: Annotated[str, typer.Option("--pair", help="The second region.")] = "southeastasia",
    budget: Annotated[
        float | None,
        typer.Option("--budget", metavar="DOLLARS", help="Refuse a trial that may cost more."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Directory of the recording and the report."),
    ] = None,
    clean_up: Annotated[
        bool, typer.Option("--clean-up", help="Only remove what earlier trials have left.")
    ] = False,
    trials: Annotated[
        list[str] | None,
        typer.Option("--trial", metavar="ID", help="With --clean-up: only this one; repeatable."),
    ] = None,
    yes: Yes = False,
    json: Json = False,
) -> None:
    """Make a throw-away pair in a real subscription, compare it with the local Azure, remove it.

    Networks without gateways, in two resource groups of its own. Every request and answer is
    recorded without secrets, sent again to a local Azure, and each difference is listed. What it
    may cost is shown before. The groups are removed at the end, also after an error or Ctrl-C. It
    needs the role Contributor, and signs in as a failover does.

    [bold]sparehub trial --subscription ID[/bold]

    [bold]sparehub trial --subscription ID --machines --budget 5[/bold]

    [bold]sparehub trial --subscription ID --clean-up[/bold]   after a kill: lists, asks, removes

    --clean-up removes what was begun from here, and what is past its time. What somebody else may
    be running is removed only where you type its id, or give it with --trial.

    Exit codes: 0 done, whether or not something differs; 1 Azure refused a request, or it was
    interrupted; 3 something is in the way; 7 something could not be removed.
    """
    from sparehub.cli.trial import clean_up as removal
    from sparehub.cli.trial import operation
    from sparehub.output import Output

    output = Output(as_json=json)
    if trials and not clean_up:
        raise typer.BadParameter("--trial names what --clean-up removes: give both")
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to confirm at: give --yes")

    def ask(question: str) -> str:
        return str(typer.prompt(question, default="", show_default=False, err=True))

    if clean_up:
        asked = None if yes else ask
        chosen = trials or ()
        raise typer.Exit(
            removal.clean_up(subscription, output, os.environ, chosen=chosen, confirm=asked)
        )

    def confirm(question: str) -> str:
        return subscription if yes else ask(question)

    options = operation.TrialOptions(
        subscription=subscription,
        region=region,
        pair=pair,
        machines=machines,
        budget=budget,
        out=out,
    )
    raise typer.Exit(operation.begin(options, output, os.environ, confirm))
