"""``sparehub init``: writes the primary's stack file from options and answers."""

import sys
from collections.abc import Mapping, Sequence
from ipaddress import IPv4Network
from pathlib import Path

import typer

from sparehub.cli.authoring.new_file import write_new_file
from sparehub.cli.authoring.program_files import write_program
from sparehub.cli.authoring.replicated_machines import FORM, Replicated, read_machines
from sparehub.cli.authoring.stack_file_template import Numbers, stack_file_text
from sparehub.output import Output
from sparehub.stacks.stack_files import load_stack_file
from sparehub.topology.azure.geography import REGION_PAIRS, region_for_records
from sparehub.topology.config.fields import plain_location
from sparehub.topology.errors import ConfigurationError, ExitCode, Problem, SparehubError
from sparehub.topology.model.build import build
from sparehub.topology.model.circuit_ids import connection_key
from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.checks import check_region
from sparehub.topology.rules.region.replication import MACHINES
from sparehub.topology.rules.stack_file.parse import parse_stack


class UnansweredError(SparehubError):
    """A question without an answer, because there is no terminal."""

    exit_code = ExitCode.USAGE


def ask_for_numbers(given: Mapping[str, str | Sequence[str] | None]) -> Numbers:
    """Return the numbers, from options (``given``, by the option's name) or from questions.

    Defaults are the source document's; those of the subnets follow from earlier answers.

    Raises:
        UnansweredError: An option is missing, and there is no terminal.
    """

    def ask(option: str, question: str, default: str) -> str:
        value = given[option]
        return value if isinstance(value, str) else _ask(option, question, default)

    def ask_for_several(option: str, question: str, default: str) -> list[str]:
        value = given[option]
        if value and not isinstance(value, str):
            return list(value)
        return _ask(option, f"{question}, separated by spaces", default).split()

    location = ask("location", "Azure region", "eastasia")
    hub = ask("hub-address-space", "Hub address space", "10.10.10.0/24")
    first, second = _halves(hub)
    nva_subnet = ask("nva-subnet", "Subnet of the NVA", first)
    peering_location = ask("peering-location", "Peering location of the circuit", "Hong Kong")
    return Numbers(
        location=location,
        hub_address_space=hub,
        nva_subnet=nva_subnet,
        gateway_subnet=ask("gateway-subnet", "GatewaySubnet", second),
        nva_ip_address=ask("nva-ip-address", "Address of the NVA", _tenth(nva_subnet)),
        spokes=_spokes(
            ask_for_several("spoke", "Spokes, NAME=PREFIX", "spoke1=10.1.0.0/24 spoke2=10.2.0.0/24")
        ),
        gateway_sku=ask("gateway-sku", "SKU of the gateway", "ErGw1AZ"),
        connection=connection_key(peering_location),
        peering_location=peering_location,
        service_provider=ask("service-provider", "Connectivity provider", "Equinix"),
        bandwidth=_number(ask("bandwidth", "Bandwidth in Mbps", "1000"), "bandwidth"),
        tier=ask("tier", "Tier of the circuit: Local, Standard, Premium", "Standard"),
        family=ask("family", "Family of the circuit: MeteredData, UnlimitedData", "MeteredData"),
        peer_asn=_number(ask("peer-asn", "ASN of your routers", "65001"), "peer-asn"),
        vlan_id=_number(ask("vlan-id", "VLAN of the private peering", "100"), "vlan-id"),
        primary_link=ask("primary-link", "Primary link, a /30", "172.16.0.0/30"),
        secondary_link=ask("secondary-link", "Secondary link, a /30", "172.16.0.4/30"),
        on_premises=tuple(ask_for_several("on-premises", "On-premises prefixes", "192.168.0.0/16")),
        circuit_location=_circuit_location(given["circuit-location"], location),
        replicated=_replicated(given["replicate"], given["cache-storage-account"]),
    )


def write_stack_file(numbers: Numbers, path: Path, output: Output) -> None:
    """Check the numbers as those of a stack file, then write a new file.

    Where its directory holds no Pulumi project, the program that builds the file is written, too.

    Raises:
        SparehubError: The numbers are not those of a valid region, or the file exists.
    """
    text = stack_file_text(numbers)
    config = parse_stack(load_stack_file(text, "primary")["config"], stack="primary")
    _refuse_misplaced(Stack(name="primary", config=config, region=build(config)))
    write_new_file(path, text)
    output.note(f"wrote {path}; next: `sparehub check primary`")
    if program := write_program(path.parent):
        output.note(f"wrote {' and '.join(map(str, program))}; next: `pulumi stack init primary`")


def _refuse_misplaced(stack: Stack) -> None:
    """Refuse machines that the rules refuse: in no spoke or subnet of this file, say."""
    problems = [
        Problem(finding.path, finding.message, finding.rule)
        for finding in check_region(stack)
        if finding.severity == "error" and finding.path.startswith(MACHINES)
    ]
    if problems:
        raise ConfigurationError(problems, stack.name)


def _ask(option: str, question: str, default: str) -> str:
    try:
        return str(typer.prompt(question, default=default or None))
    except typer.Abort:
        message = f"no answer to {question!r}: give --{option}; nothing was written"
        raise UnansweredError(message) from None


def _circuit_location(given: str | Sequence[str] | None, location: str) -> str:
    """Return the region of the circuit's record, asked for last; empty for the region's own.

    A script that leaves the option out gets the default that a person is offered.
    """
    if isinstance(given, str):
        return given
    region = plain_location(location)
    default = region_for_records(region, REGION_PAIRS.get(region)) or ""
    try:
        return _ask("circuit-location", "Region of the circuit's record, outside the pair", default)
    except UnansweredError:
        if sys.stdin.isatty():
            raise
        return default


def _replicated(
    machines: str | Sequence[str] | None, account: str | Sequence[str] | None
) -> Replicated | None:
    """Return what is replicated: as options say it, or as a person who wants it answers."""
    said = list(machines) if machines and not isinstance(machines, str) else []
    if not said and account is None:
        if not _wants_replication():
            return None
        question = f"Machines, {FORM}, separated by spaces"
        said = _ask("replicate", question, "").split()
    found = read_machines(said)
    if not isinstance(account, str):
        question = "Storage account for the replicated data, a name that is unique in Azure"
        account = _ask("cache-storage-account", question, "")
    return Replicated(cache_storage_account=account, machines=found)


def _wants_replication() -> bool:
    """Ask whether machines are to be replicated; a script that does not answer does not want it."""
    try:
        answer = _ask("replicate", "Replicate machines with Site Recovery? yes or no", "no")
    except UnansweredError:
        if sys.stdin.isatty():
            raise
        return False
    return answer.lower() in {"y", "yes"}


def _number(text: str, option: str) -> int:
    try:
        return int(text)
    except ValueError:
        message = f"--{option}: {text!r} is not a whole number; nothing was written"
        raise UnansweredError(message) from None


def _spokes(texts: Sequence[str]) -> dict[str, str]:
    spokes = {}
    for text in texts:
        name, equals, prefix = text.partition("=")
        if not equals:
            message = f"--spoke: {text!r} is not NAME=PREFIX, such as spoke1=10.1.0.0/24"
            raise UnansweredError(message)
        if name in spokes:
            message = f"--spoke: {name!r} occurs twice; nothing was written"
            raise UnansweredError(message)
        spokes[name] = prefix
    return spokes


def _halves(prefix: str) -> tuple[str, str]:
    """Return the two halves of a prefix, or two empty texts where it cannot be split."""
    try:
        first, second = IPv4Network(prefix).subnets()
    except ValueError:
        return "", ""
    return str(first), str(second)


def _tenth(subnet: str) -> str:
    """Return the tenth address of a subnet, after those that Azure reserves (VN-01)."""
    try:
        return str(IPv4Network(subnet)[10])
    except (ValueError, IndexError):
        return ""
