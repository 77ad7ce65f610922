"""The command line: names, options and exit codes; each command is a module of its own.

A command imports its module when it runs. So ``--help`` loads none of them, and a command needs
only the extras that it uses.
"""

import json as json_module
import os
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, Any, NoReturn

import typer
from typer.core import TyperGroup

from sparehub.cli import drill, failover, simulate
from sparehub.cli.extras import missing_extra
from sparehub.cli.options import Json, StackDirectory
from sparehub.simulator.errors import SimulatorError
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.config.printable import printable
from sparehub.topology.errors import ExitCode, SparehubError
from sparehub.topology.reachability.states.names import STATES


class _Group(TyperGroup):
    """The commands; what is wrong with how one was called is shown and not obeyed."""

    def make_context(self, *arguments: Any, **named: Any) -> Any:  # noqa: ANN401 - typer's own
        """Read the options that stand before the command."""
        with _printable_errors():
            return super().make_context(*arguments, **named)

    def invoke(self, ctx: Any) -> Any:  # noqa: ANN401 - typer's own
        """Run the command, its own options included."""
        with _printable_errors():
            return super().invoke(ctx)


@contextmanager
def _printable_errors() -> Iterator[None]:
    try:
        yield
    except Exception as error:
        if isinstance(message := getattr(error, "message", None), str):
            error.message = printable(message)  # type: ignore[attr-defined] # click's errors show it
        raise


app = typer.Typer(
    cls=_Group,
    help="A spare Azure hub in a second region: checked, built, switched and rehearsed.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 interlock or another operator, "
    "5 stopped half-way, 6 a region does not answer, 7 done, but something is owed, 8 (status) no "
    "region is live.",
)
app.add_typer(failover.app)
app.add_typer(drill.app, name="drill")
app.add_typer(simulate.app, name="simulate")


def _print_version(asked: bool) -> None:  # noqa: FBT001 - typer's callback
    if asked:
        from importlib import metadata

        typer.echo(f"sparehub {metadata.version('sparehub')}")
        raise typer.Exit(ExitCode.DONE)


@app.callback()
def options(
    *,
    version: Annotated[
        bool,
        typer.Option(
            "--version", help="Print the version.", is_eager=True, callback=_print_version
        ),
    ] = False,
) -> None:
    """Read the options that precede the command."""


@app.command("check")
def check_stacks(
    stacks: Annotated[
        list[str] | None, typer.Argument(help="primary, secondary; both where left out.")
    ] = None,
    *,
    live: Annotated[
        bool,
        typer.Option("--live", help="Ask Pulumi's states and Azure, too: could one fail over?"),
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Say what is wrong with one or both stack files; needs no Pulumi, no cloud and no state.

    With --live it asks everything that a planned failover, or failback, would be refused for now:
    of both states, of Azure and of the journal. It writes nothing, and ends with 3 if not ready.

    [bold]sparehub check[/bold]   [bold]sparehub check secondary --json[/bold]

    [bold]sparehub check --live --json[/bold]
    """
    from sparehub.output import Output

    output = Output(as_json=json)
    if live:
        from sparehub.cli.check_live import check_live

        raise typer.Exit(check_live(stack_dir, stacks or (), output))
    from sparehub.cli import check

    raise typer.Exit(check.check(stack_dir, stacks or (), output))


@app.command()
def derive(  # noqa: PLR0913 - one option each
    *,
    primary: Annotated[str, typer.Option("--from", help="Stack to derive from.")] = "primary",
    secondary: Annotated[str, typer.Option("--to", help="Stack to derive.")] = "secondary",
    location: Annotated[
        str | None, typer.Option(help="Azure region; the region pair where left out.")
    ] = None,
    remap: Annotated[
        list[str] | None,
        typer.Option(help="OLD=NEW, prefixes of one size, again for each; else addresses stay."),
    ] = None,
    peering_location: Annotated[
        str | None, typer.Option(help="Of a circuit of the second region's own.")
    ] = None,
    same_circuit: Annotated[
        bool, typer.Option("--same-circuit", help="Refer to the first region's circuit.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the file; else a diff is printed.")
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Derive the second region's stack file from the first's; print a diff, or write it.

    Comments, order and what you changed in the second region's file on purpose stay.

    [bold]sparehub derive --peering-location Singapore --write[/bold]

    [bold]sparehub derive --remap 10.0.0.0/12=10.128.0.0/12 --same-circuit[/bold]
    """
    from sparehub.cli.authoring.derive import derive_stack
    from sparehub.output import Output
    from sparehub.topology.derivation.derive import DeriveRequest

    wanted = DeriveRequest(
        primary=primary,
        secondary=secondary,
        location=location,
        remaps=tuple(remap or ()),
        peering_location=peering_location,
        same_circuit=same_circuit,
    )
    derive_stack(stack_dir, wanted, Output(as_json=json), write=write)


@app.command()
def parity(
    *,
    deployed: Annotated[
        bool, typer.Option("--deployed", help="What the stacks hold, by `pulumi stack export`.")
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Say how primary and secondary differ: expected, allowed by configuration, or wrong.

    With --deployed also how each stack's state differs from what its file builds; `pulumi refresh`
    first, where somebody may have changed Azure behind Pulumi's back.

    [bold]sparehub parity[/bold]   [bold]sparehub parity --deployed --json[/bold]
    """
    from sparehub.cli.authoring.parity import compare
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(compare(stack_dir, output, os.environ, deployed=deployed))


@app.command()
def adopt(
    source: Annotated[
        Path, typer.Argument(help="An exported template, or a list of resources in ARM's JSON.")
    ],
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The stack file to write.")] = Path(
        "Pulumi.primary.yaml"
    ),
    subscription: Annotated[
        str | None, typer.Option(help="Of a template, which does not say it.")
    ] = None,
    resource_group: Annotated[
        str | None, typer.Option(help="Of a template, which does not say it.")
    ] = None,
    json: Json = False,
) -> None:
    """Write the stack file of a network that exists, and the file to import it with.

    Beside FILE.yaml it writes FILE.import.json, for `pulumi import -f`, and it lists every resource
    and every property that the configuration does not say.

    [bold]az group export -n rg-hub > hub.json[/bold], then
    [bold]sparehub adopt hub.json --resource-group rg-hub[/bold]
    """
    from sparehub.cli.authoring.adopt import adopt_file
    from sparehub.output import Output

    code = adopt_file(
        source,
        out,
        Output(as_json=json),
        subscription=subscription,
        resource_group=resource_group,
    )
    raise typer.Exit(code)


@app.command()
def routes(  # noqa: PLR0913 - one option a question
    stack: Annotated[str, typer.Argument(help="primary or secondary.")],
    subnet: Annotated[str, typer.Argument(help="spoke1/app, hub/nva, hub/GatewaySubnet, ...")],
    *,
    activation: Annotated[Activation | None, typer.Option(help="As if the switch said so.")] = None,
    depth: Annotated[Depth | None, typer.Option(help="As if standby.depth said so.")] = None,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Print the effective routes of a subnet, or what on-premises learns (`on-premises`).

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
        list[str] | None, typer.Option(help="Only this state, again for each; all if left out.")
    ] = None,
    pairs: Annotated[bool, typer.Option("--pairs", help="Show every single pair.")] = False,
    junit: Annotated[Path | None, typer.Option(help="Write the answers as JUnit XML, too.")] = None,
    deployed: Annotated[
        bool, typer.Option("--deployed", help="What the stacks hold, by `pulumi stack export`.")
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Prove who reaches whom, by which way, in every state of a failover; nothing is deployed.

    Ends with exit code 3 where an intent, or what the source document promises, does not hold in
    normal or failed-over. With --deployed the regions are those that the stacks recorded; `pulumi
    refresh` first, where somebody may have changed Azure behind Pulumi's back.

    [bold]sparehub verify[/bold]   [bold]sparehub verify --state normal --pairs --json[/bold]
    """
    from sparehub.cli.reachability import verify as verify_command
    from sparehub.output import Output
    from sparehub.topology.reachability.states.states import configured_side

    wanted = verify_command.VerifyRequest(states=state or (), pairs=pairs, junit=junit)
    output = Output(as_json=json)
    read = verify_command.read_sides
    side_of = read(stack_dir, output, os.environ) if deployed else configured_side
    raise typer.Exit(verify_command.verify(stack_dir, wanted, output, side_of))


@app.command()
def report(
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "sparehub-report.html"
    ),
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Write one HTML file: the pair before and after a failover, its steps, routes and findings.

    Also what was done, by the journal in $SPAREHUB_HOME, and what is owed or halted now. It fetches
    nothing and can be printed. Needs no Pulumi, no cloud and no state.

    [bold]sparehub report[/bold]   [bold]sparehub report -o pair.html[/bold]
    """
    from sparehub.cli import report as report_command
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(report_command.report(stack_dir, out, output, os.environ))


@app.command()
def schema() -> None:
    """Print the JSON Schema of `sparehub:region`, for editors.

    [bold]sparehub schema > region.schema.json[/bold]
    """
    from sparehub.output import Output
    from sparehub.topology.config.schema import RegionConfig

    Output().results.out(json_module.dumps(RegionConfig.model_json_schema(), indent=2))


@app.command()
def init(  # noqa: PLR0913 - one option a number
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "Pulumi.primary.yaml"
    ),
    location: Annotated[str | None, typer.Option(help="Azure region.")] = None,
    hub_address_space: Annotated[str | None, typer.Option(help="A prefix.")] = None,
    nva_subnet: Annotated[str | None, typer.Option(help="A prefix.")] = None,
    gateway_subnet: Annotated[str | None, typer.Option(help="A prefix.")] = None,
    nva_ip_address: Annotated[str | None, typer.Option(help="Next hop of the routes.")] = None,
    spoke: Annotated[
        list[str] | None, typer.Option(help="NAME=PREFIX, again for each spoke.")
    ] = None,
    gateway_sku: Annotated[str | None, typer.Option(help="SKU of the gateway.")] = None,
    peering_location: Annotated[str | None, typer.Option(help="Of the circuit.")] = None,
    service_provider: Annotated[str | None, typer.Option(help="Of the circuit.")] = None,
    bandwidth: Annotated[str | None, typer.Option(help="Of the circuit, in Mbps.")] = None,
    tier: Annotated[str | None, typer.Option(help="Local, Standard or Premium.")] = None,
    family: Annotated[str | None, typer.Option(help="MeteredData or UnlimitedData.")] = None,
    peer_asn: Annotated[str | None, typer.Option(help="ASN of your routers.")] = None,
    vlan_id: Annotated[str | None, typer.Option(help="Of the private peering.")] = None,
    primary_link: Annotated[str | None, typer.Option(help="A /30.")] = None,
    secondary_link: Annotated[str | None, typer.Option(help="A /30.")] = None,
    on_premises: Annotated[list[str] | None, typer.Option(help="A prefix, again for each.")] = None,
    circuit_location: Annotated[
        str | None, typer.Option(help="Of the circuit's record: in neither region of the pair.")
    ] = None,
) -> None:
    """Ask for your own numbers and write the primary's stack file.

    Every question is an option, too; what is left out is asked for.

    [bold]sparehub init --location westeurope --spoke web=10.20.0.0/24[/bold]
    """
    from sparehub.cli.authoring.init import ask_for_numbers, write_stack_file
    from sparehub.output import Output

    # Every parameter but the file is a number of the region, under its option's name.
    given = {name.replace("_", "-"): value for name, value in locals().items() if name != "out"}
    write_stack_file(ask_for_numbers(given), out, Output())


def main() -> None:
    """Run the command; an expected failure is one message and an exit code."""
    try:
        app()
    except (SparehubError, SimulatorError) as error:
        _end(str(error), error.exit_code if isinstance(error, SparehubError) else ExitCode.FAILED)
    except ModuleNotFoundError as error:
        if message := missing_extra(error):
            _end(message, ExitCode.FAILED)
        raise
    except BrokenPipeError:
        sys.exit(ExitCode.FAILED)


def _end(message: str, code: int) -> NoReturn:
    from sparehub.output import Output

    Output().note(f"error: {message}")
    sys.exit(code)
