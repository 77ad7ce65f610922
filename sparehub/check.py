"""``sparehub check``: what is wrong with one or both stack files, without Pulumi or Azure."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sparehub.failover.switch import editing_problems
from sparehub.output import Output
from sparehub.stacks import STACKS, read_stack, stack_file
from topology.build import build
from topology.config import StackConfig
from topology.errors import ConfigurationError, Problem
from topology.findings import Finding
from topology.generation import UP_TO_DATE, differing
from topology.pair import Stack, Topology, find_topology, in_order
from topology.reachability.checks import check_intents
from topology.rules.checks import check_all, check_region
from topology.rules.ignored import Ignored, without_ignored

REFUSED = 3
"""The exit code of whatever a rule, an intent, parity or preflight refuses."""


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What stack files describe, and what is wrong with it."""

    stacks: Sequence[Stack]
    findings: Sequence[Finding]
    ignored: Sequence[Ignored]
    topology: Topology

    def count(self, severity: str) -> int:
        """Return how many findings are as grave as that."""
        return sum(finding.severity == severity for finding in self.findings)


def check(directory: Path, names: Sequence[str], output: Output) -> int:
    """Print every finding; return the exit code."""
    examination = examine(directory, names)
    if output.as_json:
        output.document(_document(examination))
    else:
        _print(output, examination)
    return REFUSED if examination.count("error") else 0


def examine(directory: Path, names: Sequence[str] = ()) -> Examination:
    """Read stack files, both that are there where none is named, and hold them to every rule.

    Of two, what they intend is held against every state that it names.
    """
    stacks: list[Stack] = []
    everything: list[Finding] = []
    there = [name for name in STACKS if stack_file(directory, name).exists()]
    for name in dict.fromkeys(names or there or STACKS):
        everything += [Finding.of(each, name) for each in editing_problems(directory, name)]
        try:
            stacks.append(read_stack(directory, name))
        except ConfigurationError as error:
            everything += [Finding.of(problem, name) for problem in error.problems]
            everything += _beyond(error, name)
    everything += check_all(stacks)
    if len(stacks) == len(STACKS):
        everything += check_intents(*in_order(stacks))
        everything += _of_two_switches(stacks)
    findings, ignored = without_ignored(everything, stacks)
    topology = find_topology(stacks)
    return Examination(stacks=stacks, findings=findings, ignored=ignored, topology=topology)


def _of_two_switches(stacks: Sequence[Stack]) -> Iterator[Finding]:
    """Yield that two files are of different switches; what is deployed may be, for a while."""
    said = differing({stack.name: stack for stack in stacks})
    if said:
        older = min(stacks, key=lambda stack: stack.config.generation)
        message = f"the files are of different switches ({said}): {UP_TO_DATE}"
        yield Finding.of(Problem("generation", message), older.name, "warning")


def _beyond(error: ConfigurationError, name: str) -> Iterator[Finding]:
    """Yield what the rules of one region say of a file whose values contradict each other.

    All in one run: only a value that cannot be read, or a name that cannot be, leaves no region.
    """
    if not isinstance(error.config, StackConfig):
        return
    try:
        stack = Stack(name=name, config=error.config, region=build(error.config))
    except ConfigurationError as unbuilt:
        yield from (Finding.of(problem, name) for problem in unbuilt.problems)
    else:
        said = {(problem.path, problem.rule) for problem in error.problems}
        for finding in check_region(stack):
            if finding.severity == "error" and (finding.path, finding.rule) not in said:
                yield finding


def _document(examination: Examination) -> dict[str, Any]:
    topology = examination.topology
    return {
        "findings": [asdict(finding) for finding in examination.findings],
        "ignored": [
            {**asdict(each.finding), "reason": each.reason} for each in examination.ignored
        ],
        "errors": examination.count("error"),
        "warnings": examination.count("warning"),
        "topology": {
            "circuits": topology.circuits,
            "peeringLocations": topology.peering_locations,
            "bowTie": topology.bow_tie,
            "addresses": topology.addresses,
            "connectedAtOnce": topology.connected_at_once,
            "order": topology.order,
        },
    }


def _print(output: Output, examination: Examination) -> None:
    if examination.stacks:
        headers = ("stack", "location", "activation", "depth", "spokes", "connections")
        output.table(headers, [_row(stack) for stack in examination.stacks])
        for line in _said_of(examination.topology):
            output.results.print(line)
    colours = {"error": "red", "warning": "yellow"}
    for each in examination.findings:
        output.results.print(f"{each.severity} ", style=colours[each.severity], end="")
        output.results.print(_line(each))
    ignored = examination.ignored
    for warning in ignored:
        output.results.print("ignored ", style="dim", end="")
        output.results.print(f"{_line(warning.finding)}: {warning.reason}")
    counts = [_plural(examination.count(word), word) for word in ("error", "warning")]
    output.results.print(", ".join([*counts, *([f"{len(ignored)} ignored"] if ignored else [])]))


def _line(finding: Finding) -> str:
    where = f"{finding.stack} {finding.path}"
    return f"{where}: {finding.message} ({finding.rule}, {finding.source})"


def _said_of(topology: Topology) -> list[str]:
    bow_tie = "bow-tie, " if topology.bow_tie else ""
    addresses = f", addresses {topology.addresses}" if topology.addresses else ""
    circuits = _plural(topology.circuits, "circuit")
    places = _plural(topology.peering_locations, "peering location")
    lines = [f"topology: {bow_tie}{circuits} at {places}{addresses}"]
    if topology.connected_at_once is not None:
        which = "both regions at once" if topology.connected_at_once else "one region at a time"
        order = {"either": "in either order"}.get(topology.order or "", topology.order)
        lines.append(f"connected: {which}; change connections: {order}")
    return lines


def _row(stack: Stack) -> tuple[str, ...]:
    region = stack.region
    made = ", ".join(connection.name for connection in region.connections) or "none"
    spokes = str(len(region.spokes))
    return (stack.name, region.location, region.activation, region.depth, spokes, made)


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
