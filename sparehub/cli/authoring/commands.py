"""Commands that write and compare stack files: init, derive, parity, adopt, schema."""

import json as json_module
import os
from pathlib import Path
from typing import Annotated

import typer

from sparehub.cli.options import Json, StackDirectory

app = typer.Typer()


@app.command()
def init(  # noqa: PLR0913 - one option a number
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The file to write.")] = Path(
        "Pulumi.primary.yaml"
    ),
    location: Annotated[str | None, typer.Option(help="Azure region.")] = None,
    hub_address_space: Annotated[str | None, typer.Option(help="Prefix of the hub.")] = None,
    nva_subnet: Annotated[str | None, typer.Option(help="Prefix of the NVA's subnet.")] = None,
    gateway_subnet: Annotated[str | None, typer.Option(help="Prefix of GatewaySubnet.")] = None,
    nva_ip_address: Annotated[str | None, typer.Option(help="IP address of the NVA.")] = None,
    spoke: Annotated[
        list[str] | None, typer.Option(help="NAME=PREFIX of a spoke; repeatable.")
    ] = None,
    gateway_sku: Annotated[str | None, typer.Option(help="SKU of the gateway.")] = None,
    peering_location: Annotated[
        str | None, typer.Option(help="Peering location of the circuit.")
    ] = None,
    service_provider: Annotated[
        str | None, typer.Option(help="Connectivity provider of the circuit.")
    ] = None,
    bandwidth: Annotated[str | None, typer.Option(help="Bandwidth of the circuit in Mbps.")] = None,
    tier: Annotated[str | None, typer.Option(help="Tier: Local, Standard or Premium.")] = None,
    family: Annotated[
        str | None, typer.Option(help="Family: MeteredData or UnlimitedData.")
    ] = None,
    peer_asn: Annotated[str | None, typer.Option(help="ASN of your routers.")] = None,
    vlan_id: Annotated[str | None, typer.Option(help="VLAN of the private peering.")] = None,
    primary_link: Annotated[str | None, typer.Option(help="Primary link, a /30.")] = None,
    secondary_link: Annotated[str | None, typer.Option(help="Secondary link, a /30.")] = None,
    on_premises: Annotated[
        list[str] | None, typer.Option(help="On-premises prefix; repeatable.")
    ] = None,
    circuit_location: Annotated[
        str | None, typer.Option(help="Region of the circuit's record, outside the pair.")
    ] = None,
    replicate: Annotated[
        list[str] | None,
        typer.Option(help="NAME=VM_ID:SPOKE/SUBNET[:IP] of a machine to replicate; repeatable."),
    ] = None,
    cache_storage_account: Annotated[
        str | None, typer.Option(help="Storage account for the data of replicated machines.")
    ] = None,
) -> None:
    """Ask for addresses and circuits, and write the primary's stack file.

    Every question is also an option; missing options are asked for.

    [bold]sparehub init --location westeurope --spoke web=10.20.0.0/24[/bold]
    """
    # Every parameter except the file is an answer, under the name of its option.
    given = {name.replace("_", "-"): value for name, value in locals().items() if name != "out"}
    from sparehub.cli.authoring.init import ask_for_numbers, write_stack_file
    from sparehub.output import Output

    write_stack_file(ask_for_numbers(given), out, Output())


@app.command()
def derive(  # noqa: PLR0913 - one option each
    *,
    primary: Annotated[str, typer.Option("--from", help="Stack to derive from.")] = "primary",
    secondary: Annotated[str, typer.Option("--to", help="Stack to derive.")] = "secondary",
    location: Annotated[
        str | None, typer.Option(help="Azure region; by default the paired region.")
    ] = None,
    remap: Annotated[
        list[str] | None,
        typer.Option(help="OLD=NEW: move addresses between prefixes of one length; repeatable."),
    ] = None,
    peering_location: Annotated[
        str | None, typer.Option(help="Peering location of the second region's own circuit.")
    ] = None,
    same_circuit: Annotated[
        bool, typer.Option("--same-circuit", help="Use the first region's circuit in both regions.")
    ] = False,
    write: Annotated[
        bool, typer.Option("--write", help="Write the file, instead of printing a diff.")
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """Derive the second region's stack file from the first's; print a diff, or write it.

    Comments, order and deliberate changes in the second region's file stay.

    [bold]sparehub derive --peering-location Singapore --write[/bold]

    [bold]sparehub derive --remap 10.0.0.0/12=10.128.0.0/12 --same-circuit[/bold]
    """
    from sparehub.cli.authoring.derive import derive_stack
    from sparehub.output import Output
    from sparehub.topology.derivation.derive import DeriveRequest

    request = DeriveRequest(
        primary=primary,
        secondary=secondary,
        location=location,
        remaps=tuple(remap or ()),
        peering_location=peering_location,
        same_circuit=same_circuit,
    )
    derive_stack(stack_dir, request, Output(as_json=json), write=write)


@app.command()
def parity(
    *,
    deployed: Annotated[
        bool,
        typer.Option("--deployed", help="Compare the deployed stacks (`pulumi stack export`)."),
    ] = False,
    stack_dir: StackDirectory = Path(),
    json: Json = False,
) -> None:
    """List the differences of primary and secondary: expected, allowed by configuration, or wrong.

    With --deployed also the differences between each stack's state and its file (drift). Run
    `pulumi refresh` first, if Azure may have been changed without Pulumi.

    [bold]sparehub parity[/bold]   [bold]sparehub parity --deployed --json[/bold]
    """
    from sparehub.cli.authoring.parity import compare
    from sparehub.output import Output

    output = Output(as_json=json)
    raise typer.Exit(compare(stack_dir, output, os.environ, deployed=deployed))


@app.command()
def adopt(  # noqa: PLR0913 - one option each
    source: Annotated[
        Path, typer.Argument(help="An exported template, or a list of resources in ARM's JSON.")
    ],
    *,
    out: Annotated[Path, typer.Option("-o", "--out", help="The stack file to write.")] = Path(
        "Pulumi.primary.yaml"
    ),
    subscription: Annotated[
        str | None, typer.Option(help="Subscription id; a template does not have it.")
    ] = None,
    resource_group: Annotated[
        str | None, typer.Option(help="Resource group; a template does not have it.")
    ] = None,
    other_out: Annotated[
        Path | None,
        typer.Option(
            "--other-out", help="A file for the other region's half of Site Recovery, if any."
        ),
    ] = None,
    json: Json = False,
) -> None:
    """Write the stack file of an existing network, and a file to import it with.

    Beside FILE.yaml it writes FILE.import.json, for `pulumi import -f`. It lists every resource
    and property that the configuration cannot describe.

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
        other_out=other_out,
    )
    raise typer.Exit(code)


@app.command()
def schema() -> None:
    """Print the JSON Schema of `sparehub:region`, for editors.

    [bold]sparehub schema > region.schema.json[/bold]
    """
    from sparehub.output import Output
    from sparehub.topology.config.schema import RegionConfig

    Output().results.out(json_module.dumps(RegionConfig.model_json_schema(), indent=2))
