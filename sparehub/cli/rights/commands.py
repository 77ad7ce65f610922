"""The command `roles`."""

from pathlib import Path
from typing import Annotated

import typer

from sparehub.cli.options import Json, StackDirectory

app = typer.Typer()


@app.command("roles")
def print_roles(  # noqa: PLR0913 - one option each
    name: Annotated[
        str | None, typer.Argument(help="deployer, fence, operator, reader or runbook.")
    ] = None,
    *,
    scope: Annotated[
        list[str] | None,
        typer.Option(
            help="Where to assign it, in place of the scopes of the stack files: the id of a "
            "subscription, a resource group or a resource. May be repeated."
        ),
    ] = None,
    subscription: Annotated[
        str | None,
        typer.Option(help="The subscription of a stack whose file does not name one."),
    ] = None,
    out: Annotated[
        Path | None,
        typer.Option("-o", "--out", help="Write each definition to a file in this directory."),
    ] = None,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Print role definitions for Azure with the least actions, and the commands to assign them.

    Needs no Pulumi and no cloud. Without a name it lists who needs which role where.

    [bold]sparehub roles[/bold]

    [bold]sparehub roles operator --json > operator.json[/bold]

    [bold]sparehub roles -o roles[/bold], then
    [bold]az role definition create --role-definition @roles/operator.json[/bold]
    """
    from sparehub.cli.rights.roles import RoleRequest, show_roles
    from sparehub.output import Output

    request = RoleRequest(
        name=name or "", scopes=tuple(scope or ()), subscription=subscription or "", out=out
    )
    raise typer.Exit(show_roles(stack_dir, request, Output(as_json=json)))
