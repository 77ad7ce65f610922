"""``sparehub check``: problems of one or both stack files, without Pulumi or Azure."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Any

from sparehub.output import Output
from sparehub.stacks.stack_file_check import CheckResult, check_stack_files
from sparehub.topology.azure.agent_services import PORT, AgentService
from sparehub.topology.config.enums import AgentEgress
from sparehub.topology.errors import ExitCode
from sparehub.topology.model.pair import PairSummary, Stack
from sparehub.topology.model.recovery.agent_egress import agent_egress
from sparehub.topology.replication.agent_destinations import agent_destinations
from sparehub.topology.rules.findings import Finding


def check(directory: Path, names: Sequence[str], output: Output) -> int:
    """Print every finding; return the exit code."""
    result = check_stack_files(directory, names)
    if output.as_json:
        output.document(_document(result))
    else:
        _print(output, result)
    return ExitCode.REFUSED if result.count("error") else ExitCode.DONE


def _document(result: CheckResult) -> dict[str, Any]:
    topology, agents = result.topology, _agents(result)
    replicated = {stack: [asdict(each) for each in agents[stack]] for stack in agents}
    return ({"agents": replicated} if replicated else {}) | {
        "findings": [asdict(finding) for finding in result.findings],
        "ignored": [
            {**asdict(ignored.finding), "reason": ignored.reason} for ignored in result.suppressed
        ],
        "errors": result.count("error"),
        "warnings": result.count("warning"),
        "topology": {
            "circuits": topology.circuits,
            "peeringLocations": topology.peering_locations,
            "bowTie": topology.bow_tie,
            "addresses": topology.addresses,
            "connectedAtOnce": topology.connected_at_once,
            "order": topology.order,
        },
    }


def _print(output: Output, result: CheckResult) -> None:
    if result.stacks:
        headers = ("stack", "location", "activation", "depth", "spokes", "connections")
        output.table(headers, [_row(stack) for stack in result.stacks])
        for line in (*_topology_lines(result.topology), *_agent_lines(result)):
            output.results.print(line)
    colours = {"error": "red", "warning": "yellow"}
    for finding in result.findings:
        output.results.print(f"{finding.severity} ", style=colours[finding.severity], end="")
        output.results.print(_line(finding))
    ignored = result.suppressed
    for warning in ignored:
        output.results.print("ignored ", style="dim", end="")
        output.results.print(f"{_line(warning.finding)}: {warning.reason}")
    counts = [_plural(result.count(word), word) for word in ("error", "warning")]
    output.results.print(", ".join([*counts, *([f"{len(ignored)} ignored"] if ignored else [])]))


def _line(finding: Finding) -> str:
    where = f"{finding.stack} {finding.path}"
    return f"{where}: {finding.message} ({finding.rule}, {finding.source})"


def _topology_lines(topology: PairSummary) -> list[str]:
    bow_tie = "bow-tie, " if topology.bow_tie else ""
    addresses = f", addresses {topology.addresses}" if topology.addresses else ""
    circuits = _plural(topology.circuits, "circuit")
    locations = _plural(topology.peering_locations, "peering location")
    lines = [f"topology: {bow_tie}{circuits} at {locations}{addresses}"]
    if topology.connected_at_once is not None:
        connected = "both regions at once" if topology.connected_at_once else "one region at a time"
        order = {"either": "in either order"}.get(topology.order or "", topology.order)
        lines.append(f"connected: {connected}; change connections: {order}")
    return lines


def _agents(result: CheckResult) -> Mapping[str, tuple[AgentService, ...]]:
    return agent_destinations({stack.name: stack for stack in result.stacks})


def _agent_lines(result: CheckResult) -> Iterator[str]:
    """Yield what has to be let out of each region, where machines are replicated (SR-68)."""
    regions = {stack.name: stack.config.region for stack in result.stacks}
    for stack, services in _agents(result).items():
        through = "NVA" if agent_egress(regions[stack]) is AgentEgress.NVA else "NAT gateways"
        tags = ", ".join(each.service_tag for each in services if not each.by_endpoint)
        yield f"agents of {stack}: the {through} must let out port {PORT} to {tags}"


def _row(stack: Stack) -> tuple[str, ...]:
    region = stack.region
    connections = ", ".join(connection.name for connection in region.connections) or "none"
    spokes = str(len(region.spokes))
    return (stack.name, region.location, region.activation, region.depth, spokes, connections)


def _plural(count: int, word: str) -> str:
    return f"{count} {word}" if count == 1 else f"{count} {word}s"
