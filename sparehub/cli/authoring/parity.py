"""``sparehub parity``: how the two regions differ, and which differences are wrong."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from pathlib import Path

from rich.text import Text

from sparehub.cli.check import check
from sparehub.output import Output
from sparehub.stacks.stack_files import STACKS, read_stack
from sparehub.stacks.stack_state import standing, target
from sparehub.topology.comparison.parity import Difference, deployed_parity, displayed, parity
from sparehub.topology.errors import ConfigurationError, ExitCode

_COLOURS = {"wrong": "red", "allowed": "yellow", "expected": "green"}


def compare(
    directory: Path, output: Output, environment: Mapping[str, str], *, deployed: bool
) -> int:
    """Print every difference, wrong first; return the exit code.

    Raises:
        SparehubError: where a state cannot be read.
    """
    if deployed:
        output.note(target(environment))
    try:
        primary, secondary = (read_stack(directory, name) for name in STACKS)
    except ConfigurationError:
        return check(directory, STACKS, output)  # says all of both files
    if deployed:
        states = [standing(directory, each, environment) for each in (primary, secondary)]
        found = deployed_parity(primary, secondary, (states[0], states[1]))
    else:
        found = parity(primary, secondary)
    if output.as_json:
        output.document({"differences": [asdict(each) for each in found]})
    else:
        _print(output, found)
    return ExitCode.REFUSED if any(each.verdict == "wrong" for each in found) else ExitCode.DONE


def _print(output: Output, found: Sequence[Difference]) -> None:
    headers = ("verdict", "path", "primary", "secondary", "reason")
    rows = [
        (
            Text(each.verdict, _COLOURS[each.verdict]),
            each.path,
            displayed(each.primary),
            displayed(each.secondary),
            each.reason,
        )
        for each in found
    ]
    if rows:
        output.table(headers, rows)
    counts = {v: sum(each.verdict == v for each in found) for v in _COLOURS}
    output.results.print(", ".join(f"{count} {verdict}" for verdict, count in counts.items()))
