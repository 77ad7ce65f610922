"""The commands that control the local Azure (the simulator)."""

import os
import re
import shlex
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Literal, get_args

import typer

from sparehub.cli.options import Json

if TYPE_CHECKING:
    from sparehub.files.home import Home

app = typer.Typer(
    help="The local Azure: rehearse everything without a subscription.",
    no_args_is_help=True,
    rich_markup_mode="rich",
)
ClockSpeed = Literal["1", "100", "instant"]
FaultName = Literal[
    "region-down",
    "throttled",
    "conflict",
    "failed",
    "lost-response",
    "transport",
    "replication-behind",
    "copy-stuck",
    "agent-offline",
    "cache-unreachable",
    "test-left",
    "address-taken",
    "capacity",
    "succeeded-with-error",
]
"""The values of ``Speed`` and ``FaultKind``, which ``--help`` would load the simulator for."""
fault = typer.Typer(help="Inject faults into the local Azure.", no_args_is_help=True)
app.add_typer(fault, name="fault")


def _home() -> "Home":
    from sparehub.files.home import Home

    return Home.of(Path.cwd(), os.environ)


def _simulator() -> Path:
    """Return the simulator's directory, after a note about it."""
    from sparehub.output import Output

    directory = _home().simulator
    Output().note(f"simulated Azure at {directory}")
    return directory


@app.command()
def env(
    *,
    unset: Annotated[bool, typer.Option("--unset", help="Restore the shell's variables.")] = False,
) -> None:
    """Print shell commands that make `pulumi` use the local Azure.

    [bold]eval "$(sparehub simulate env)" && pulumi preview --stack primary[/bold]
    """
    from sparehub.files.home import BEFORE
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
        rest = [path for path in os.environ.get("PATH", "").split(os.pathsep) if path not in own]
        lines += [_export("PATH", os.pathsep.join(rest))]
    else:
        try:
            home.prepare()
        except SparehubError:
            # A shell that evaluates this must not continue with the real Azure.
            Output().exactly("false")
            raise
        # The second time in one shell the variables are already those of the simulator.
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
    """Return the command that exports a variable in sh, bash or zsh, quoted."""
    return f"export {name}={shlex.quote(value)}"


@app.command()
def reset() -> None:
    """Delete everything in the local Azure; destroy or remove the stacks first."""
    from sparehub.simulator import control

    control.reset(_simulator())


_UNITS = {"s": 1, "m": 60, "h": 3_600, "d": 86_400}


def _seconds(text: str) -> float:
    """Return the seconds of a time such as ``+4h``."""
    match = re.fullmatch(r"\+(\d{1,6})([smhd])", text, re.ASCII)
    if match is None or not int(match[1]):
        message = f"{text!r} is neither 1, 100 or instant nor a time such as +4h"
        raise typer.BadParameter(message)
    return int(match[1]) * _UNITS[match[2]]


@app.command()
def clock(
    setting: Annotated[
        str | None,
        typer.Argument(
            metavar="SPEED|+TIME",
            help="1, 100 or instant, or a time to advance by: +90s, +30m, +4h, +2d.",
        ),
    ] = None,
    *,
    json: Json = False,
) -> None:
    """Read the simulated clock, set its speed, or advance it.

    Speeds 1 and 100 wait, instant does not wait. As time passes, operations finish and recovery
    points age.

    [bold]sparehub simulate clock instant[/bold]   [bold]sparehub simulate clock +4h[/bold]
    """
    from sparehub.output import Output
    from sparehub.simulator import control

    if setting in get_args(ClockSpeed):
        control.set_clock(_simulator(), str(setting))
    elif setting is not None:
        seconds = _seconds(setting)
        control.advance_clock(_simulator(), seconds)
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
        bool, typer.Option("--manual", help="New circuits wait for this command.")
    ] = False,
    automatic: Annotated[
        bool, typer.Option("--automatic", help="New circuits are provisioned at once (default).")
    ] = False,
) -> None:
    """Provision a circuit, as its connectivity provider does.

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
    """Deprovision a circuit; Azure refuses to delete a provisioned one (ER-39)."""
    from sparehub.simulator import control

    control.deprovision(_simulator(), circuit)


@app.command()
def advertise(
    prefixes: Annotated[
        list[str] | None,
        typer.Argument(help="Prefixes such as 192.168.0.0/16; default: none."),
    ] = None,
    *,
    circuit: Annotated[
        str,
        typer.Option(help="Name of a circuit; default: all without their own prefixes."),
    ] = "",
) -> None:
    """Set the prefixes that on-premises routers advertise over a circuit.

    [bold]sparehub simulate advertise 192.168.0.0/16[/bold]   nothing on one circuit:
    [bold]sparehub simulate advertise --circuit erc-singapore[/bold]
    """
    from sparehub.simulator import control

    control.advertise(_simulator(), prefixes or (), circuit)


@app.command()
def serve(
    port: Annotated[int, typer.Option(min=0, max=65535, help="Port; 0 for any free one.")],
) -> None:
    """Serve the local Azure over HTTP on this machine, for other Azure clients, until stopped.

    [bold]sparehub simulate serve --port 8080[/bold] It accepts any GUID as subscription and any
    bearer token. It runs the jobs of runbooks of Azure Automation.
    """
    from sparehub.simulator.http import server

    server.serve(_home().simulator, port)


@fault.command("add")
def add_fault(
    kind: Annotated[FaultName, typer.Argument(help="Kind of fault.")],
    *,
    region: Annotated[str, typer.Option(help="Only in this region.")] = "",
    type_name: Annotated[
        str, typer.Option("--type", help="Only on this resource type: virtualNetworkGateways.")
    ] = "",
    after: Annotated[int, typer.Option(min=0, help="Matching writes before the first fault.")] = 0,
    count: Annotated[
        int | None,
        typer.Option(min=1, help="Writes that fail: default 1; for a region that is down, all."),
    ] = None,
) -> None:
    """Add a fault: the next matching writes fail.

    [bold]sparehub simulate fault add region-down --region eastasia[/bold]
    """
    from sparehub.simulator import control
    from sparehub.simulator.arm.storage import faults

    control.add_fault(_simulator(), faults.FaultRequest(kind, region, type_name, after, count))


@fault.command("list")
def list_faults(*, json: Json = False) -> None:
    """Show the faults, and the number of matching writes of fault."""
    from dataclasses import asdict

    from sparehub.output import Output
    from sparehub.simulator import control

    faults = control.read_faults(_home().simulator)
    output = Output(as_json=json)
    if json:
        output.document([asdict(fault) for fault in faults])
        return
    output.table(
        ("fault", "region", "type", "after", "count", "seen"),
        [
            (
                fault.kind.value,
                fault.region or "any",
                fault.type or "any",
                str(fault.after),
                "all" if fault.count is None else str(fault.count),
                str(fault.seen),
            )
            for fault in faults
        ],
    )


@fault.command("clear")
def clear_faults() -> None:
    """Remove all faults; a region that was down answers again."""
    from sparehub.simulator import control

    control.clear_faults(_simulator())
