"""Scripts that give records in DNS the addresses that machines have after an operation.

Each script replaces the whole record set of a name, once, with the addresses of every replicated
machine of that name. So its result does not depend on what was there, and it may be run twice.
"""

import shlex
from collections.abc import Callable, Iterator, Mapping
from types import MappingProxyType
from typing import Any

from sparehub.topology.config.dns import DnsConfig
from sparehub.topology.config.enums import DnsFormat
from sparehub.topology.replication.dns_records.address_changes import AddressChanges
from sparehub.topology.replication.dns_records.machine_addresses import MachineAddresses
from sparehub.topology.replication.dns_records.record_sets import RecordSet

ON_WINDOWS = "on a Windows host with the module DnsServer; a hook needs Sparehub in WSL there"
"""Where the script of PowerShell runs."""
_TIMEOUT = 120
"""Seconds that the hook may take: a guess."""


def script(changes: AddressChanges, dns: DnsConfig, kind: DnsFormat) -> str:
    """Return the lines that change the records, without a newline at the end."""
    comment = ";" if kind is DnsFormat.NSUPDATE else "#"
    if not changes.machines:
        return f"{comment} no machine gets another address: no record is to be changed"
    said = [line for machine in changes.machines for line in _said(machine)]
    lines = [f"{comment} {each}" for each in said]
    if kind is DnsFormat.AZ and not changes.subscription:
        lines.append("# in az's own default subscription: write siteRecovery.dns.subscriptionId")
    for each in changes.record_sets:
        if each.unknown:
            lines.append(f"{comment} {left_out(each)}")
        else:
            lines += _RECORD[kind](each, dns, changes.subscription)
    return "\n".join([*_BEGIN[kind](dns), *lines, *_END[kind]])


def left_out(record: RecordSet) -> str:
    """Return why a record set is not in a script: it would lose the addresses that are unknown."""
    return f"{record.name}: not changed, the file says no ipAddress of {', '.join(record.unknown)}"


def _said(machine: MachineAddresses) -> Iterator[str]:
    yield from described(machine)
    if len(machine.recorded) > 1:
        interfaces = ", ".join(each.interface for each in machine.recorded)
        yield (
            f"{machine.machine}: its records get the addresses of {interfaces}; if they had fewer "
            f"before, name those: siteRecovery.dns.networkInterfaces.{machine.machine}"
        )


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
        "command": ["sh", "-c", f"{made} && {_RUN[kind]}"],
        "when": [operation],
        "timeoutInSeconds": _TIMEOUT,
    }


def _nsupdate(each: RecordSet, dns: DnsConfig, _: str) -> Iterator[str]:
    """https://bind9.readthedocs.io/en/latest/manpages.html#nsupdate-dynamic-dns-update-utility."""
    record = f"{each.name}.{dns.zone}."
    yield f"update delete {record} A"
    for address in each.addresses:
        yield f"update add {record} {dns.ttl_in_seconds} A {address}"


def _powershell(each: RecordSet, dns: DnsConfig, _: str) -> Iterator[str]:
    """https://learn.microsoft.com/powershell/module/dnsserver/remove-dnsserverresourcerecord.

    https://learn.microsoft.com/powershell/module/dnsserver/add-dnsserverresourcerecorda
    """
    where = f"-ZoneName '{dns.zone}' -Name '{each.name}'"
    server = f" -ComputerName '{dns.server}'" if dns.server else ""
    addresses = ",".join(f"'{address}'" for address in each.addresses)
    yield (
        f"Remove-DnsServerResourceRecord {where} -RRType A -Force -ErrorAction SilentlyContinue"
        f"{server}"
    )
    yield (
        f"Add-DnsServerResourceRecordA {where} -IPv4Address {addresses} "
        f"-TimeToLive ([TimeSpan]::FromSeconds({dns.ttl_in_seconds})){server}"
    )


def _az(each: RecordSet, dns: DnsConfig, subscription: str) -> Iterator[str]:
    """https://learn.microsoft.com/cli/azure/network/private-dns/record-set/a."""
    group = shlex.quote(dns.resource_group or "")
    where = f"--resource-group {group} --zone-name {dns.zone}"
    if subscription:
        where = f"--subscription {shlex.quote(subscription)} {where}"
    command = "az network private-dns record-set a"
    yield f"{command} delete {where} --name {each.name} --yes"
    yield f"{command} create {where} --name {each.name} --ttl {dns.ttl_in_seconds}"
    for address in each.addresses:
        yield f"{command} add-record {where} --record-set-name {each.name} --ipv4-address {address}"


def _begin_nsupdate(dns: DnsConfig) -> list[str]:
    return [*([f"server {dns.server}"] if dns.server else []), f"zone {dns.zone}"]


_Record = Callable[[RecordSet, DnsConfig, str], Iterator[str]]
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
        DnsFormat.POWERSHELL: lambda _: [f"# {ON_WINDOWS}", "$ErrorActionPreference = 'Stop'"],
        DnsFormat.AZ: lambda _: ["set -e"],
    }
)
_END: Mapping[DnsFormat, list[str]] = MappingProxyType(
    {DnsFormat.NSUPDATE: ["send"], DnsFormat.POWERSHELL: [], DnsFormat.AZ: []}
)
# An argument, because PowerShell ends with 0 also where a script fails that it reads from its
# input: https://github.com/PowerShell/PowerShell/issues/15331,
# https://github.com/PowerShell/PowerShell/issues/21808. Windows' own program, since the module
# DnsServer is on no other system: https://learn.microsoft.com/powershell/module/dnsserver/;
# from a shell of WSL it is started by this name:
# https://learn.microsoft.com/windows/wsl/filesystems#run-windows-tools-from-linux.
_RUN: Mapping[DnsFormat, str] = MappingProxyType(
    {
        DnsFormat.NSUPDATE: 'echo "$s" | nsupdate',
        DnsFormat.POWERSHELL: 'powershell.exe -NoProfile -NonInteractive -Command "$s"',
        DnsFormat.AZ: 'echo "$s" | sh',
    }
)
