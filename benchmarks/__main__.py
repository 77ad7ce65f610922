"""``make bench``: measures, and writes ``docs/benchmarks.md``."""

import os
import sys
from time import monotonic

import typer

from benchmarks import document, previews
from benchmarks.figures import table
from engine.paths import ROOT
from sparehub.home import Home
from sparehub.output import Output
from topology.errors import SparehubError

DOCUMENT = ROOT / "docs" / "benchmarks.md"
app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


@app.command(epilog="Exit codes: 0 every target reached, 1 a target missed or a failure, 2 usage.")
def bench() -> None:
    """Measure `pulumi preview` of large regions, beside the same regions declared by hand.

    Takes about ten minutes on two cores; let nothing else run meanwhile. Writes the figures to
    docs/benchmarks.md and ends with exit code 1 where a target is missed.
    """
    output = Output()
    started = monotonic()
    directory = Home.of(ROOT, os.environ).path / "benchmarks"
    found = previews.measure(directory, output.progress)
    targets = previews.targets(found)
    titles = {key: variant.title for key, variant in previews.VARIANTS.items()}
    lines = [
        table(found, titles, reference="ours"),
        "",
        *(f"- {target}" for target in targets),
        "",
        f"Measured on {document.machine(previews.pulumi_version(directory))}",
    ]
    text = "\n".join(lines)
    document.write_section(DOCUMENT, "previews", text)
    output.results.print(text, markup=False)
    output.note(f"written to {DOCUMENT.relative_to(ROOT)}, after {monotonic() - started:.0f} s")
    if not all(target.reached for target in targets):
        raise typer.Exit(1)


def main() -> None:
    """Run; an expected failure is one message."""
    try:
        app()
    except SparehubError as error:
        Output().note(f"error: {error}")
        sys.exit(1)


if __name__ == "__main__":
    main()
