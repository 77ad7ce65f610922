"""``sparehub simulate``: the switches of the local Azure."""

import os
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal

import typer

from sparehub.cli.options import Json

if TYPE_CHECKING:
    from sparehub.home import Home

app = typer.Typer(
    help="The local Azure: rehearse everything without a subscription.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
ClockSpeed = Literal["1", "100", "instant"]
FaultName = Literal["region-down", "throttled", "conflict", "failed", "lost-response", "transport"]
"""The values of ``Speed`` and ``FaultKind``, which ``--help`` would load the simulator for."""
fault = typer.Typer(help="What goes wrong in the local Azure, on order.", no_args_is_help=True)
app.add_typer(fault, name="fault")


def _home() -> "Home":
    from sparehub.home import Home

    return Home.of(Path.cwd(), os.environ)


def _simulator() -> Path:
    """Return the simulator's directory, and say which one is about to be written."""
    from sparehub.output import Output

    directory = _home().simulator
    Output().note(f"simulated Azure at {directory}")
    return directory


@app.command()
def env(
    *,
    unset: Annotated[bool, typer.Option("--unset", help="Put the shell back as it was.")] = False,
) -> None:
    """Print what makes a shell's plain `pulumi` work against the local Azure.

    [bold]eval "$(sparehub simulate env)" && pulumi preview --stack primary[/bold]
    """
    from sparehub.home import BEFORE
    from sparehub.output import Output
    from sparehub.topology.errors import SparehubError

    home = _home()
    names = home.variables()
    lines = []
    if unset:
        for name in names:
            before = os.environ.get(BEFORE + name)
            lines += [f"unset {BEFORE}{name}"]
            lines += [f"unset {name}" if before is None else _export(name, before)]
        own = set(home.search_path("").split(os.pathsep))
        rest = [each for each in os.environ.get("PATH", "").split(os.pathsep) if each not in own]
        lines += [_export("PATH", os.pathsep.join(rest))]
    else:
        try:
            home.prepare()
        except SparehubError:
            # Whoever evaluates this must not go on to the real Azure.
            Output().exactly("false")
            raise
        # A second time in one shell there is nothing to keep: the values are ours.
        again = os.environ.get("SPAREHUB_SIMULATOR") == names["SPAREHUB_SIMULATOR"]
        for name, value in names.items():
            before = os.environ.get(name)
            if before is not None and not again:
                lines += [_export(BEFORE + name, before)]
            lines += [_export(name, value)]
        lines += [_export("PATH", home.search_path(os.environ.get("PATH", os.defpath)))]
        Output().note(f"simulated Azure at {home.simulator}")
    Output().exactly("\n".join(lines))


def _export(name: str, value: str) -> str:
    """Return what sets a variable in sh, bash or zsh: whatever is between single quotes is text."""
    return f"export {name}={shlex.quote(value)}"


@app.command()
def reset() -> None:
    """Empty the local Azure. The stacks' own state stays: destroy them first, or remove them."""
    from sparehub.simulator import control

    control.reset(_simulator())


@app.command()
def clock(
    speed: Annotated[
        ClockSpeed | None, typer.Argument(help="1, 100 or instant; leave out to read.")
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Read the simulated clock, or set its speed: 1 and 100 wait, instant only accounts."""
    from sparehub.output import Output
    from sparehub.simulator import control

    if speed is not None:
        control.set_clock(_simulator(), speed)
    reading = control.read_clock(_home().simulator)
    output = Output(as_json=json)
    if json:
        output.document({"seconds": reading.seconds, "speed": reading.speed})
    else:
        minutes = f"{reading.seconds:.0f} s ({reading.seconds / 60:.1f} min)"
        output.results.print(f"{minutes}, speed {reading.speed}")


@app.command()
def log(*, json: Json = False) -> None:
    """Show every write and its outcome, in order of start, in simulated seconds."""
    from sparehub.output import Output
    from sparehub.simulator import control

    entries = control.read_log(_home().simulator)
    output = Output(as_json=json)
    if json:
        output.document([entry.as_json() for entry in entries])
        return
    output.table(
        ("at", "took", "operation", "status", "outcome", "path"),
        [
            (f"{e.at:.0f}", f"{e.seconds:.0f}", e.operation, str(e.status), e.outcome, e.path)
            for e in entries
        ],
    )


@app.command()
def provision(
    circuit: Annotated[str, typer.Argument(help="Name or id of a circuit.")] = "",
    *,
    manual: Annotated[
        bool, typer.Option("--manual", help="New circuits wait for this command from now on.")
    ] = False,
    automatic: Annotated[
        bool, typer.Option("--automatic", help="New circuits are provisioned at once (default).")
    ] = False,
) -> None:
    """Do the connectivity provider's part: provision a circuit.

    [bold]sparehub simulate provision erc-hong-kong[/bold]
    """
    from sparehub.simulator import control

    if sum((bool(circuit), manual, automatic)) != 1:
        raise typer.BadParameter("name one circuit, or give --manual or --automatic")
    if circuit:
        control.provision(_simulator(), circuit)
    else:
        control.provision_by_hand(_simulator(), by_hand=manual)


@app.command()
def deprovision(
    circuit: Annotated[str, typer.Argument(help="Name or id of a circuit.")],
) -> None:
    """Take the provider's part back, without which Azure refuses to delete a circuit (ER-39)."""
    from sparehub.simulator import control

    control.deprovision(_simulator(), circuit)


@app.command()
def advertise(
    prefixes: Annotated[
        list[str] | None, typer.Argument(help="Such as 192.168.0.0/16; none: silence.")
    ] = None,
    *,
    circuit: Annotated[
        str, typer.Option(help="Name of a circuit; any that has none of its own.")
    ] = "",
) -> None:
    """Say what on-premises routers advertise over a circuit; at first, what stack files call so.

    [bold]sparehub simulate advertise 192.168.0.0/16[/bold]   silence on one circuit:
    [bold]sparehub simulate advertise --circuit erc-singapore[/bold]
    """
    from sparehub.simulator import control

    control.advertise(_simulator(), prefixes or (), circuit)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="0 for any that is free.")],
) -> None:
    """Serve the local Azure over HTTP on this machine, for Microsoft's clients, until stopped.

    [bold]sparehub simulate serve --port 8080[/bold] Any GUID is a subscription, any bearer token
    is good.
    """
    from sparehub.simulator.http import server

    server.serve(_home().simulator, port)


@fault.command("add")
def add_fault(
    kind: Annotated[FaultName, typer.Argument(help="What goes wrong.")],
    *,
    region: Annotated[str, typer.Option(help="Only there.")] = "",
    type_name: Annotated[
        str, typer.Option("--type", help="Only on such resources: virtualNetworkGateways.")
    ] = "",
    after: Annotated[int, typer.Option(min=0, help="Matching writes that pass before.")] = 0,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Writes that are struck: 1; of a region that is down, all."),
    ] = None,
) -> None:
    """Order a fault: the next writes that match meet it.

    [bold]sparehub simulate fault add region-down --region eastasia[/bold]
    """
    from sparehub.simulator import control
    from sparehub.simulator.arm.storage import faults

    control.add_fault(_simulator(), faults.Order(kind, region, type_name, after, count))


@fault.command("list")
def list_faults(*, json: Json = False) -> None:
    """Show the ordered faults, and how many matching writes each has seen."""
    from dataclasses import asdict

    from sparehub.output import Output
    from sparehub.simulator import control

    found = control.read_faults(_home().simulator)
    output = Output(as_json=json)
    if json:
        output.document([asdict(each) for each in found])
        return
    output.table(
        ("fault", "region", "type", "after", "count", "seen"),
        [
            (
                each.kind.value,
                each.region or "any",
                each.type or "any",
                str(each.after),
                "all" if each.count is None else str(each.count),
                str(each.seen),
            )
            for each in found
        ],
    )


@fault.command("clear")
def clear_faults() -> None:
    """Take all faults back; a region that was down answers again."""
    from sparehub.simulator import control

    control.clear_faults(_simulator())
