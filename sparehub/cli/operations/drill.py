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
    """Test the failover into isolated networks; production is not changed.

    The networks are in the secondary's region. Where machines are replicated, each is failed over
    into them as a test, group after group. Run it again after an interruption.

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
    """Clean up the tests in Site Recovery, remove the test networks, and record the result.

    [bold]sparehub drill stop --result "all 14 machines answered"[/bold]
    """
    from sparehub.drill import networks
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(networks.stop(stack_dir, output, plan=plan, yes=yes, result=result))


@app.command()
def validate(
    groups: Annotated[
        list[int] | None,
        typer.Argument(help="Groups of the recovery plan; all that have not passed by default."),
    ] = None,
    *,
    answer: Annotated[
        list[str] | None,
        typer.Option(
            "--answer",
            metavar="GROUP=yes|no...",
            help="Answer of a manual validation, and what was seen; repeatable.",
        ),
    ] = None,
    approver: Annotated[
        str, typer.Option("--approver", help="Who answers for it; else the account signed in.")
    ] = "",
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Find out whether the machines of a drill work: by scripts on them, or by asking you.

    Exit codes: 0 every group has passed, 1 the drill has failed, 3 not everything is validated.

    [bold]sparehub drill validate[/bold]

    [bold]sparehub drill validate --answer "2=yes, users sign in" --approver "A. Chan"[/bold]
    """
    from sparehub.drill import validate as validation
    from sparehub.output import Output

    code = validation.validate(
        stack_dir,
        Output(as_json=json),
        groups=groups or (),
        answers=answer or (),
        approver=approver,
    )
    raise typer.Exit(code)


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
