"""``make bench``: measures, and writes ``docs/benchmarks.md``."""

import os
import sys
from collections.abc import Sequence
from time import monotonic
from typing import Annotated, Literal

import typer

from benchmarks import (
    commands,
    document,
    failover_speed,
    machines_speed,
    previews,
    recovery_speed,
    simulator_speed,
    verify_speed,
)
from benchmarks.figures import table
from benchmarks.simulator_speed import Row
from engine.paths import ROOT
from sparehub.files.home import Home
from sparehub.output import Output
from sparehub.topology.errors import ExitCode, SparehubError

DOCUMENT = ROOT / "docs" / "benchmarks.md"
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(epilog="Exit codes: 0 every target reached, 1 a target missed or a failure, 2 usage.")
def bench(
    only: Annotated[
        Literal["previews", "simulator", "recovery", "machines", "commands", "verify", "failover"]
        | None,
        typer.Option(help="Measure one part alone."),
    ] = None,
) -> None:
    """Measure `pulumi preview` of large regions, beside the same regions declared by hand.

    And how fast the local Azure writes, how fast the commands that need no Pulumi are, how fast
    reachability is judged and what a failover takes. Takes about twenty minutes on two cores; let
    nothing else run meanwhile. Writes the figures to docs/benchmarks.md and ends with exit code 1
    where a target is missed.

    [bold]python -m benchmarks --only simulator[/bold]
    """
    output = Output()
    sections = {
        "previews": _previews,
        "simulator": _simulator,
        "recovery": _recovery,
        "machines": _machines,
        "commands": _commands,
        "verify": _verify,
        "failover": _failover,
    }
    reached = [
        section(output) for name, section in sections.items() if only is None or only == name
    ]
    if not all(reached):
        raise typer.Exit(ExitCode.FAILED)


def _simulator(output: Output) -> bool:
    """Measure the local Azure; return whether every target is reached."""
    output.note("measuring how fast the local Azure writes, with up to 10,000 resources in it")
    return _written("simulator", simulator_speed.measure(), output)


def _recovery(output: Output) -> bool:
    """Measure Site Recovery on the local Azure; return whether every target is reached."""
    output.note(f"measuring lists and failovers of up to {recovery_speed.ITEMS:,} machines")
    return _written("recovery", recovery_speed.measure(), output)


def _machines(output: Output) -> bool:
    """Measure commands that move machines; return whether every target is reached."""
    output.note(f"measuring a replication and a failover of {machines_speed.COUNT} machines")
    return _written("machines", machines_speed.measure(), output)


def _commands(output: Output) -> bool:
    """Measure the pure commands; return whether every target is reached."""
    output.note(f"measuring the commands that need no Pulumi, over {commands.SPOKES} spokes")
    return _written("commands", commands.measure(), output)


def _verify(output: Output) -> bool:
    """Measure the proof of reachability; return whether every target is reached."""
    output.note("measuring how fast two regions of 500 spokes are judged, in every state")
    return _written("verify", verify_speed.measure(), output)


def _failover(output: Output) -> bool:
    """Measure a failover; return whether every target is reached."""
    output.note("measuring what a planned failover takes, of the shipped pair and at 500 spokes")
    directory = Home.of(ROOT, os.environ).path / "benchmarks" / "failover"
    return _written("failover", failover_speed.measure(directory, output.progress), output)


def _written(section: str, rows: Sequence[Row], output: Output) -> bool:
    text = "\n".join(f"- {str(row).strip()}" for row in rows)
    document.write_section(DOCUMENT, section, f"{text}\n\nMeasured on {document.machine()}")
    output.results.print(text, markup=False)
    return all(row.reached for row in rows)


def _previews(output: Output) -> bool:
    """Measure previews; return whether every target is reached."""
    started = monotonic()
    directory = Home.of(ROOT, os.environ).path / "benchmarks"
    figures = previews.measure(directory, output.progress)
    targets = previews.targets(figures)
    titles = {key: variant.title for key, variant in previews.VARIANTS.items()}
    lines = [
        table(figures, titles, reference="ours"),
        "",
        *(f"- {target}" for target in targets),
        "",
        f"Measured on {document.machine(previews.pulumi_version(directory))}",
    ]
    text = "\n".join(lines)
    document.write_section(DOCUMENT, "previews", text)
    output.results.print(text, markup=False)
    output.note(f"written to {DOCUMENT.relative_to(ROOT)}, after {monotonic() - started:.0f} s")
    return all(target.reached for target in targets)


def main() -> None:
    """Run; an expected failure is one message."""
    try:
        app()
    except SparehubError as error:
        Output().note(f"error: {error}")
        sys.exit(error.exit_code)


if __name__ == "__main__":
    main()
