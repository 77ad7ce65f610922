"""``sparehub check``: what is wrong with one or both stack files, without Pulumi or Azure."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sparehub.output import Output
from sparehub.stacks import read_stack, stack_file
from topology.errors import ConfigurationError
from topology.findings import Finding
from topology.pair import Stack, Topology, find_topology, pair_findings

STACKS = ("primary", "secondary")
REFUSED = 3


def check(directory: Path, names: Sequence[str], output: Output) -> int:
    """Print every finding; return the exit code."""
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
    topology = find_topology(stacks)
    if output.as_json:
        output.document(_document(findings, topology))
    else:
        _print(output, stacks, findings, topology)
    return REFUSED if any(finding.severity == "error" for finding in findings) else 0


def _count(findings: Sequence[Finding], severity: str) -> int:
    return sum(finding.severity == severity for finding in findings)


def _document(findings: Sequence[Finding], topology: Topology) -> dict[str, Any]:
    return {
        "findings": [asdict(finding) for finding in findings],
        "errors": _count(findings, "error"),
        "warnings": _count(findings, "warning"),
        "topology": {
            "circuits": topology.circuits,
            "peeringLocations": topology.peering_locations,
            "addresses": topology.addresses,
        },
    }


def _print(
    output: Output, stacks: Sequence[Stack], findings: Sequence[Finding], topology: Topology
) -> None:
    if stacks:
        headers = ("stack", "location", "activation", "depth", "spokes", "connections")
        output.table(headers, [_row(stack) for stack in stacks])
        addresses = f", addresses {topology.addresses}" if topology.addresses else ""
        output.results.print(
            f"topology: {_plural(topology.circuits, 'circuit')} at "
            f"{_plural(topology.peering_locations, 'peering location')}{addresses}"
        )
    colours = {"error": "red", "warning": "yellow"}
    for each in findings:
        output.results.print(f"[{colours[each.severity]}]{each.severity}[/] ", end="")
        text = f"{each.stack} {each.path}: {each.message} ({each.rule}, {each.source})"
        output.results.print(text, markup=False)
    errors, warnings = _count(findings, "error"), _count(findings, "warning")
    output.results.print(f"{_plural(errors, 'error')}, {_plural(warnings, 'warning')}")


def _row(stack: Stack) -> tuple[str, ...]:
    region = stack.region
    made = ", ".join(connection.name for connection in region.connections) or "none"
    spokes = str(len(region.spokes))
    return (stack.name, region.location, region.activation, region.depth, spokes, made)


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
