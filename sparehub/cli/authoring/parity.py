"""``sparehub parity``: differences between the regions, and which of them are wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from sparehub.cli.check import check
from sparehub.output import Output
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.stacks.stack_state import azure_target, deployed_region
from sparehub.topology.comparison.parity import Difference, deployed_parity, displayed, parity
from sparehub.topology.errors import ConfigurationError, ExitCode

_COLOURS = {"wrong": "red", "allowed": "yellow", "expected": "green"}


def compare(
    directory: Path, output: Output, environment: Mapping[str, str], *, deployed: bool
) -> int:
    """Print every difference, wrong first; return the exit code.

    Raises:
        SparehubError: A state cannot be read.
    """
    if deployed:
        output.note(azure_target(environment))
    try:
        primary, secondary = (read_stack(directory, name) for name in STACKS)
    except ConfigurationError:
        return check(directory, STACKS, output)  # reports every problem of both files
    if deployed:
        regions = [deployed_region(directory, stack, environment) for stack in (primary, secondary)]
        differences = deployed_parity(primary, secondary, (regions[0], regions[1]))
    else:
        differences = parity(primary, secondary)
    if output.as_json:
        output.document({"differences": [asdict(difference) for difference in differences]})
    else:
        _print(output, differences)
    wrong = any(difference.verdict == "wrong" for difference in differences)
    return ExitCode.REFUSED if wrong else ExitCode.DONE


def _print(output: Output, differences: Sequence[Difference]) -> None:
    headers = ("verdict", "path", "primary", "secondary", "reason")
    rows = [
        (
            Text(difference.verdict, _COLOURS[difference.verdict]),
            difference.path,
            displayed(difference.primary),
            displayed(difference.secondary),
            difference.reason,
        )
        for difference in differences
    ]
    if rows:
        output.table(headers, rows)
    counts = {v: sum(difference.verdict == v for difference in differences) for v in _COLOURS}
    output.results.print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
