"""Commands about reachability: routes and verify."""

import os
from pathlib import Path
from typing import Annotated

import typer

from sparehub.cli.options import Json, StackDirectory
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.reachability.states.names import STATES

app = typer.Typer()


@app.command()
def routes(  # noqa: PLR0913 - one option a question
    stack: Annotated[str, typer.Argument(help="primary or secondary.")],
    subnet: Annotated[str, typer.Argument(help="spoke1/app, hub/nva, hub/GatewaySubnet, ...")],
    *,
    activation: Annotated[Activation | None, typer.Option(help="Assume this activation.")] = None,
    depth: Annotated[Depth | None, typer.Option(help="Assume this standby.depth.")] = None,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Print the effective routes of a subnet, or the routes learned by `on-premises`.

    [bold]sparehub routes primary spoke1/app[/bold]
    [bold]sparehub routes secondary hub/GatewaySubnet --activation active --json[/bold]
    """
    from sparehub.cli.reachability import routes as routes_command
    from sparehub.output import Output

    output = Output(as_json=json)
    routes_command.routes(stack_dir, stack, subnet, (activation, depth), output)


@app.command(epilog=f"States: {', '.join(STATES)}.")
def verify(  # noqa: PLR0913 - one option a question
    *,
    state: Annotated[
        list[str] | None, typer.Option(help="Verify only this state; repeatable.")
    ] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Print every pair of subnets.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Also write the results as JUnit XML.")] = None,
    deployed: Annotated[
        bool,
        typer.Option("--deployed", help="Verify the deployed stacks (`pulumi stack export`)."),
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Verify reachability and paths in every state of a failover; nothing is deployed.

    The exit code is 3 if an intent or an invariant is violated in normal or failed-over. With
    --deployed the regions are those in the stacks' states. Run `pulumi refresh` first, if Azure may
    have been changed without Pulumi.

    [bold]sparehub verify[/bold]   [bold]sparehub verify --state normal --pairs --json[/bold]
    """
    from sparehub.cli.reachability import verify as verify_command
    from sparehub.output import Output
    from sparehub.topology.reachability.states.states import configured_side

    request = verify_command.VerifyRequest(states=state or (), pairs=pairs, junit=junit)
    output = Output(as_json=json)
    read = verify_command.read_sides
    side_of = read(stack_dir, output, os.environ) if deployed else configured_side
    raise typer.Exit(verify_command.verify(stack_dir, request, output, side_of))
