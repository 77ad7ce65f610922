"""``sparehub check``: what is wrong with one or both stack files, without Pulumi or Azure."""

from collections.abc import Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from sparehub.output import Output
from sparehub.stacks import read_stack, stack_file
from topology.errors import ConfigurationError
from topology.findings import Finding
from topology.pair import Stack, Topology, find_topology, pair_findings

STACKS = ("primary", "secondary")
REFUSED = 3


@dataclass(frozen=True, kw_only=True)
class Examination:
    """What stack files describe, and what is wrong with it."""

    stacks: Sequence[Stack]
    findings: Sequence[Finding]
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
    """Read stack files, both that are there where none is named, and hold them to every rule."""
    stacks: list[Stack] = []
    findings: list[Finding] = []
    there = [name for name in STACKS if stack_file(directory, name).exists()]
    for name in dict.fromkeys(names or there or STACKS):
        try:
            stacks.append(read_stack(directory, name))
        except ConfigurationError as error:
            findings += [Finding.of(problem, name) for problem in error.problems]
    findings += pair_findings(stacks)
    findings.sort()
    return Examination(stacks=stacks, findings=findings, topology=find_topology(stacks))


def _document(examination: Examination) -> dict[str, Any]:
    topology = examination.topology
    return {
        "findings": [asdict(finding) for finding in examination.findings],
        "errors": examination.count("error"),
        "warnings": examination.count("warning"),
        "topology": {
            "circuits": topology.circuits,
            "peeringLocations": topology.peering_locations,
            "addresses": topology.addresses,
        },
    }


def _print(output: Output, examination: Examination) -> None:
    topology = examination.topology
    if examination.stacks:
        headers = ("stack", "location", "activation", "depth", "spokes", "connections")
        output.table(headers, [_row(stack) for stack in examination.stacks])
        addresses = f", addresses {topology.addresses}" if topology.addresses else ""
        output.results.print(
            f"topology: {_plural(topology.circuits, 'circuit')} at "
            f"{_plural(topology.peering_locations, 'peering location')}{addresses}"
        )
    colours = {"error": "red", "warning": "yellow"}
    for each in examination.findings:
        output.results.print(f"[{colours[each.severity]}]{each.severity}[/] ", end="")
        text = f"{each.stack} {each.path}: {each.message} ({each.rule}, {each.source})"
        output.results.print(text, markup=False)
    errors, warnings = examination.count("error"), examination.count("warning")
    output.results.print(f"{_plural(errors, 'error')}, {_plural(warnings, 'warning')}")


def _row(stack: Stack) -> tuple[str, ...]:
    region = stack.region
    made = ", ".join(connection.name for connection in region.connections) or "none"
    spokes = str(len(region.spokes))
    return (stack.name, region.location, region.activation, region.depth, spokes, made)


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
