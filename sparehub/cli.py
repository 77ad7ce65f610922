"""The command line: names, options and exit codes; each command is a module of its own."""

import json as json_module
import sys
from pathlib import Path
from typing import Annotated

import typer

from simulator.errors import SimulatorError
from sparehub import check as check_command
from sparehub import simulate
from sparehub.initialise import first_nva_address, halves, spokes_of, write_stack_file
from sparehub.output import Output
from sparehub.stack_file import Numbers
from topology.config import Bandwidth, CircuitFamily, CircuitTier, GatewaySku, RegionConfig
from topology.errors import SparehubError

app = typer.Typer(
    help="A spare Azure hub in a second region: checked, built, switched and rehearsed.",
    no_args_is_help=True,
    rich_markup_mode="rich",
    add_completion=False,
    pretty_exceptions_enable=False,
    epilog="Exit codes: 0 done, 1 failed, 2 usage, 3 refused, 4 interlock.",
)
app.add_typer(simulate.app, name="simulate")
StackDirectory = Annotated[
    Path, typer.Option("--stack-dir", help="Where Pulumi.yaml and the stack files are.")
]
Json = Annotated[bool, typer.Option("--json", help="One JSON document on standard output.")]


@app.command()
def check(
    stacks: Annotated[
        list[str] | None, typer.Argument(help="primary, secondary; both where left out.")
    ] = None,
    *,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Say what is wrong with one or both stack files; needs no Pulumi, no cloud and no state.

    [bold]sparehub check[/bold]   [bold]sparehub check secondary --json[/bold]
    """
    raise typer.Exit(check_command.check(stack_dir, stacks or (), Output(as_json=json)))


@app.command()
def schema() -> None:
    """Print the JSON Schema of `sparehub:region`, for editors.

    [bold]sparehub schema > region.schema.json[/bold]
    """
    Output().results.out(json_module.dumps(RegionConfig.model_json_schema(), indent=2))


@app.command()
def init(  # noqa: PLR0913 - one option a number
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "Pulumi.primary.yaml"
    ),
    location: Annotated[str, typer.Option(prompt="Azure region")] = "eastasia",
    hub_address_space: Annotated[str, typer.Option(prompt="Hub address space")] = "10.10.10.0/24",
    nva_subnet: Annotated[str, typer.Option(help="Default: the hub's first half.")] = "",
    gateway_subnet: Annotated[str, typer.Option(help="Default: the hub's second half.")] = "",
    nva_ip_address: Annotated[str, typer.Option(help="Default: the subnet's .10.")] = "",
    spoke: Annotated[
        list[str] | None, typer.Option(help="NAME=PREFIX, again for each spoke.")
    ] = None,
    gateway_sku: Annotated[GatewaySku, typer.Option(prompt="Gateway SKU")] = GatewaySku.ER_GW_1_AZ,
    peering_location: Annotated[
        str, typer.Option(prompt="Peering location of the circuit")
    ] = "Hong Kong",
    service_provider: Annotated[str, typer.Option(prompt="Connectivity provider")] = "Equinix",
    bandwidth: Annotated[int, typer.Option(prompt="Bandwidth in Mbps")] = Bandwidth.M1000.value,
    tier: Annotated[CircuitTier, typer.Option(prompt="Circuit SKU tier")] = CircuitTier.STANDARD,
    family: CircuitFamily = CircuitFamily.METERED_DATA,
    peer_asn: Annotated[int, typer.Option(prompt="Your ASN")] = 65001,
    vlan_id: Annotated[int, typer.Option(prompt="VLAN of the private peering")] = 100,
    primary_link: Annotated[str, typer.Option(prompt="Primary link, a /30")] = "172.16.0.0/30",
    secondary_link: Annotated[str, typer.Option(prompt="Secondary link, a /30")] = "172.16.0.4/30",
    on_premises: Annotated[
        list[str] | None, typer.Option(help="A prefix of the datacenter, again for each.")
    ] = None,
) -> None:
    """Ask for your own numbers and write the primary's stack file.

    Every question is an option, too: [bold]sparehub init --location westeurope --spoke
    web=10.20.0.0/24 --on-premises 10.0.0.0/12 ...[/bold]
    """
    spokes = (
        spoke
        or typer.prompt(
            "Spokes, NAME=PREFIX separated by spaces", "spoke1=10.1.0.0/24 spoke2=10.2.0.0/24"
        ).split()
    )
    prefixes = (
        on_premises
        or typer.prompt("On-premises prefixes, separated by spaces", "192.168.0.0/16").split()
    )
    first, second = halves(hub_address_space)
    numbers = Numbers(
        location=location,
        hub_address_space=hub_address_space,
        nva_subnet=nva_subnet or first,
        gateway_subnet=gateway_subnet or second,
        nva_ip_address=nva_ip_address or first_nva_address(nva_subnet or first),
        spokes=spokes_of(spokes),
        gateway_sku=gateway_sku,
        connection=peering_location.lower().replace(" ", "-"),
        peering_location=peering_location,
        service_provider=service_provider,
        bandwidth=bandwidth,
        tier=tier,
        family=family,
        peer_asn=peer_asn,
        vlan_id=vlan_id,
        primary_link=primary_link,
        secondary_link=secondary_link,
        on_premises=tuple(prefixes),
    )
    write_stack_file(numbers, out, Output())


def main() -> None:
    """Run the command; an expected failure is one message and an exit code."""
    try:
        app()
    except (SparehubError, SimulatorError) as error:
        Output().note(f"error: {error}")
        sys.exit(error.exit_code if isinstance(error, SparehubError) else 1)
    except BrokenPipeError:
        sys.exit(1)
