"""Scripts that give records in DNS the addresses that machines have after an operation.

Each script replaces the whole record set of a name, so that its result does not depend on what
was there, and it may be run twice.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sparehub.topology.config.dns import DnsConfig
from sparehub.topology.config.enums import DnsFormat
from sparehub.topology.replication.dns_records.address_changes import (
    AddressChanges,
    MachineAddresses,
)

_TIMEOUT = 120
"""Seconds that the hook may take: a guess."""


def script(changes: AddressChanges, dns: DnsConfig, kind: DnsFormat) -> str:
    """Return the lines that change the records, without a newline at the end."""
    comment = ";" if kind is DnsFormat.NSUPDATE else "#"
    lines = []
    for machine in changes.machines:
        lines += [f"{comment} {each}" for each in described(machine)]
        if machine.known:
            lines += [
                each for name in machine.records for each in _RECORD[kind](name, machine, dns)
            ]
        else:
            lines.append(f"{comment} {machine.machine}: not changed, the file says no ipAddress")
    if not changes.machines:
        return f"{comment} no machine gets another address: no record is to be changed"
    return "\n".join([*_BEGIN[kind](dns), *lines, *_END[kind]])


def described(machine: MachineAddresses) -> Iterator[str]:
    """Yield a line for each interface whose address changes."""
    for each in machine.interfaces:
        if each.changes:
            yield (
                f"{machine.machine}, {each.interface}: {each.before or 'unknown'} -> "
                f"{each.after or 'unknown'}"
            )


def hook(operation: str, kind: DnsFormat, after: str) -> Mapping[str, Any]:
    """Return an entry of ``region.hooks`` that changes the records in an operation.

    Args:
        operation: failover or failback.
        kind: which script.
        after: the id of the step after which it runs.
    """
    made = f"s=$(sparehub plan {operation} --dns-script {kind.value})"
    return {
        "name": f"dns-{operation}",
        "after": after,
        "command": ["sh", "-c", f'{made} && echo "$s" | {_PROGRAM[kind]}'],
        "when": [operation],
        "timeoutInSeconds": _TIMEOUT,
    }


def _nsupdate(name: str, machine: MachineAddresses, dns: DnsConfig) -> Iterator[str]:
    """https://bind9.readthedocs.io/en/latest/manpages.html#nsupdate-dynamic-dns-update-utility."""
    record = f"{name}.{dns.zone}."
    yield f"update delete {record} A"
    for address in machine.after:
        yield f"update add {record} {dns.ttl_in_seconds} A {address}"


def _powershell(name: str, machine: MachineAddresses, dns: DnsConfig) -> Iterator[str]:
    """https://learn.microsoft.com/powershell/module/dnsserver/remove-dnsserverresourcerecord.

    https://learn.microsoft.com/powershell/module/dnsserver/add-dnsserverresourcerecorda
    """
    where = f"-ZoneName '{dns.zone}' -Name '{name}'"
    server = f" -ComputerName '{dns.server}'" if dns.server else ""
    addresses = ",".join(f"'{address}'" for address in machine.after)
    yield (
        f"Remove-DnsServerResourceRecord {where} -RRType A -Force -ErrorAction SilentlyContinue"
        f"{server}"
    )
    yield (
        f"Add-DnsServerResourceRecordA {where} -IPv4Address {addresses} "
        f"-TimeToLive ([TimeSpan]::FromSeconds({dns.ttl_in_seconds})){server}"
    )


def _az(name: str, machine: MachineAddresses, dns: DnsConfig) -> Iterator[str]:
    """https://learn.microsoft.com/cli/azure/network/private-dns/record-set/a."""
    group = shlex.quote(dns.resource_group or "")
    where = f"--resource-group {group} --zone-name {dns.zone}"
    command = "az network private-dns record-set a"
    yield f"{command} delete {where} --name {name} --yes"
    yield f"{command} create {where} --name {name} --ttl {dns.ttl_in_seconds}"
    for address in machine.after:
        yield f"{command} add-record {where} --record-set-name {name} --ipv4-address {address}"


def _begin_nsupdate(dns: DnsConfig) -> list[str]:
    return [*([f"server {dns.server}"] if dns.server else []), f"zone {dns.zone}"]


_Record = Callable[[str, MachineAddresses, DnsConfig], Iterator[str]]
_RECORD: Mapping[DnsFormat, _Record] = MappingProxyType(
    {
        DnsFormat.NSUPDATE: _nsupdate,
        DnsFormat.POWERSHELL: _powershell,
        DnsFormat.AZ: _az,
    }
)
_BEGIN: Mapping[DnsFormat, Callable[[DnsConfig], list[str]]] = MappingProxyType(
    {
        DnsFormat.NSUPDATE: _begin_nsupdate,
        DnsFormat.POWERSHELL: lambda _: ["$ErrorActionPreference = 'Stop'"],
        DnsFormat.AZ: lambda _: ["set -e"],
    }
)
_END: Mapping[DnsFormat, list[str]] = MappingProxyType(
    {DnsFormat.NSUPDATE: ["send"], DnsFormat.POWERSHELL: [], DnsFormat.AZ: []}
)
_PROGRAM: Mapping[DnsFormat, str] = MappingProxyType(
    {DnsFormat.NSUPDATE: "nsupdate", DnsFormat.POWERSHELL: "pwsh -Command -", DnsFormat.AZ: "sh"}
)
