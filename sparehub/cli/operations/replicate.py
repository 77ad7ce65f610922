"""The command `replicate` and its options."""

from pathlib import Path
from typing import Annotated

import typer

from sparehub.cli.options import Json, StackDirectory, Yes

app = typer.Typer()


@app.command()
def replicate(  # noqa: PLR0913 - one option a decision
    machines: Annotated[
        list[str] | None, typer.Argument(help="With --off: only these machines.")
    ] = None,
    *,
    preview: Annotated[
        bool, typer.Option("--preview", help="Show what would be done, and write nothing.")
    ] = False,
    off: Annotated[
        bool, typer.Option("--off", help="End the replication, the recovery plan first.")
    ] = False,
    yes: Yes = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Replicate the machines of the stack files by Site Recovery, until they are Protected.

    Enables the machines in batches of ten, waits for their first recovery points, sets every
    address, and writes the recovery plan. Run it again after an interruption, or after a change of
    the files. It needs both stacks deployed.

    [bold]sparehub replicate --preview[/bold]   [bold]sparehub replicate[/bold]

    [bold]sparehub replicate --off app1[/bold]
    """
    from sparehub.failover.machines.replication import replicate_command as command
    from sparehub.output import Output

    if machines and not off:
        raise typer.BadParameter("machines are named with --off only: the files say which are on")
    output = Output(as_json=json)
    if off:
        code = command.end(stack_dir, output, names=machines or (), preview=preview, yes=yes)
    else:
        code = command.replicate(stack_dir, output, preview=preview, yes=yes)
    raise typer.Exit(code)
