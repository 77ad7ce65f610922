"""`sparehub plan --dns`: machines whose address changes, and scripts that change their records."""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any, Literal

import typer

from sparehub.output import Output
from sparehub.topology.errors import ExitCode, OptionsError

if TYPE_CHECKING:
    from sparehub.topology.config.enums import DnsFormat
    from sparehub.topology.replication.dns_records.address_changes import AddressChanges

ShowDns = Annotated[
    bool,
    typer.Option(
        "--dns", help="Also show which machines get another address, and scripts for their records."
    ),
]
DnsScript = Annotated[
    Literal["nsupdate", "powershell", "az"] | None,
    typer.Option("--dns-script", help="Print this script for the machines' records, and no plan."),
]
_ZONE = "siteRecovery.dns: {zone: corp.example.com}"


def refuse_with_dns(*, drill: bool, network_only: bool) -> None:
    """Refuse the options where no machine moves.

    Raises:
        BadParameter: for a drill, whose machines nobody looks up, and with ``--network-only``.
    """
    if drill or network_only:
        raise typer.BadParameter("--dns and --dns-script are for operations that move machines")


def print_script(directory: Path, operation: str, wanted: str, output: Output) -> int:
    """Print one script and nothing else; return the exit code.

    Raises:
        OptionsError: where the files do not say what the script needs, or with ``--json``.
        ConfigurationError: where a file is missing or wrong.
    """
    from sparehub.topology.config.enums import DnsFormat
    from sparehub.topology.replication.dns_records.scripts import left_out, script

    if output.as_json:
        raise OptionsError("--dns-script prints a script: --dns --json has the scripts, too")
    changes, kind = _changes(directory, operation), DnsFormat(wanted)
    if missing := _missing(changes, kind):
        raise OptionsError(f"--dns-script {wanted}: {missing}")
    assert changes.dns is not None  # noqa: S101 - it is not missing
    output.exactly(script(changes, changes.dns, kind))
    for record in changes.record_sets:
        if record.unknown:
            output.note(left_out(record))
    return ExitCode.DONE


def dns_document(directory: Path, operation: str) -> dict[str, Any]:
    """Return the changes and scripts under the key of ``sparehub plan --dns --json``.

    Raises:
        ConfigurationError: where a file is missing or wrong.
    """
    from sparehub.topology.replication.dns_records.scripts import hook, script

    changes = _changes(directory, operation)
    dns = changes.dns
    kinds = _kinds(changes)
    document: dict[str, Any] = {
        "zone": dns.zone if dns else None,
        "ttlInSeconds": dns.ttl_in_seconds if dns else None,
        "machines": [
            {
                "machine": machine.machine,
                "group": machine.group,
                "records": list(machine.records),
                "networkInterfaces": [
                    {"name": each.interface, "before": each.before, "after": each.after}
                    for each in machine.interfaces
                ],
            }
            for machine in changes.machines
        ],
        "scripts": {kind.value: script(changes, dns, kind) for kind in kinds} if dns else {},
        "hooks": [dict(hook(operation, kind, _after())) for kind in kinds if changes.machines],
    }
    return {"dns": document}


def print_dns(directory: Path, operation: str, output: Output) -> None:
    """Print the machines whose address changes, then the scripts and a hook that runs one.

    Raises:
        ConfigurationError: where a file is missing or wrong.
    """
    from sparehub.topology.config.enums import DnsFormat
    from sparehub.topology.replication.dns_records.scripts import (
        ON_WINDOWS,
        described,
        hook,
        script,
    )

    changes = _changes(directory, operation)
    print_ = output.results.print
    if not changes.machines:
        print_("names: no machine gets another address, so that no record is to be changed")
        return
    for machine in changes.machines:
        for line in described(machine):
            print_(f"address: {line}")
    if changes.dns is None:
        print_(f"names: no script, because no file says where the records are: {_ZONE}")
        return
    for kind in _kinds(changes):
        print_(f"\n{kind.value}, once the machines are verified:")
        print_(script(changes, changes.dns, kind))
    if kinds := _kinds(changes):
        where = f" ({ON_WINDOWS})" if kinds[0] is DnsFormat.POWERSHELL else ""
        print_(f"\nas an entry of region.hooks{where}:")
        print_(_yaml(hook(operation, kinds[0], _after())))


def _after() -> str:
    from sparehub.topology.planning.steps.machine_steps import VERIFY

    return VERIFY


def _changes(directory: Path, operation: str) -> "AddressChanges":
    from sparehub.stacks.stack_files import STACKS, read_stack
    from sparehub.topology.replication.dns_records.address_changes import address_changes

    pair = {name: read_stack(directory, name) for name in STACKS}
    source = "primary" if operation == "failover" else "secondary"
    return address_changes(pair, source)


def _kinds(changes: "AddressChanges") -> "list[DnsFormat]":
    """Return the scripts that can be printed: the one of the file, else each one."""
    from sparehub.topology.config.enums import DnsFormat

    said = changes.dns.kind if changes.dns else None
    wanted = [said] if said else [*DnsFormat]
    return [kind for kind in wanted if not _missing(changes, kind)]


def _missing(changes: "AddressChanges", kind: "DnsFormat") -> str:
    """Return what a script needs and the files do not say; empty where it can be printed."""
    from sparehub.topology.config.enums import DnsFormat

    if changes.dns is None:
        return f"no file says where the records are: {_ZONE}"
    if kind is DnsFormat.AZ and not changes.dns.resource_group:
        return "siteRecovery.dns.resourceGroup is missing, the group of the private DNS zone"
    return ""


def _yaml(entry: Any) -> str:  # noqa: ANN401 - any YAML value
    """Return a mapping of texts and lists as one line of YAML: JSON is YAML."""
    import json

    return "- " + json.dumps(dict(entry))
