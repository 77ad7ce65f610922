"""The commands of a drill and their options."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sparehub.cli.options import Json, StackDirectory, Yes

app = typer.Typer(
    help="Rehearse: isolated test networks for Site Recovery, or the whole failover on a copy.",
    no_args_is_help=True,
)
PlanId = Annotated[str, typer.Option("--plan", help="Id of the plan that is confirmed.")]


@app.command()
def start(
    *, plan: PlanId = "", yes: Yes = False, stack_dir: StackDirectory = Path(), json: Json = False
) -> None:
    """Create isolated test networks in the secondary's region; production is not changed.

    [bold]sparehub drill start[/bold]
    """
    from sparehub.drill import networks
    from sparehub.output import Output

    raise typer.Exit(networks.start(stack_dir, Output(as_json=json), plan=plan, yes=yes))


@app.command()
def stop(
    *,
    plan: PlanId = "",
    yes: Yes = False,
    result: Annotated[str, typer.Option(help="Result of the drill, for the journal.")] = "",
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Remove the test networks, after Site Recovery's clean-up, and record the result.

    [bold]sparehub drill stop --result "all 14 machines answered"[/bold]
    """
    from sparehub.drill import networks
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(networks.stop(stack_dir, output, plan=plan, yes=yes, result=result))


@app.command()
def rehearse(
    *,
    run_hooks: Annotated[
        bool, typer.Option("--run-hooks", help="Run the hooks; without it they are simulated.")
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Fail over and back on a local Azure with copies of both stack files; report the times.

    [bold]sparehub drill rehearse[/bold]
    """
    from sparehub.drill import rehearse as rehearsal
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(rehearsal.rehearse(stack_dir, output, os.environ, run_hooks=run_hooks))
