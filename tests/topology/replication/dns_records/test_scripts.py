"""The scripts that change records, to the letter."""

import shutil
import subprocess
from collections.abc import Callable
from typing import Any

import pytest

from sparehub.topology.config.enums import DnsFormat
from sparehub.topology.config.hooks import HookConfig
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.hook_places import misplaced_hooks
from sparehub.topology.planning.steps.machine_steps import VERIFY
from sparehub.topology.replication.dns_records.address_changes import address_changes
from sparehub.topology.replication.dns_records.scripts import hook, script
from tests.moved_machines import DNS, moved_files, moved_pair
from tests.replicated_pair import pair_of

Change = Callable[[dict[str, Any]], object]
NAMED = {**DNS, "server": "10.0.0.4", "records": {"app1": ["app1", "www"]}}
NSUPDATE = """\
server 10.0.0.4
zone corp.example.com
; app1, app1-nic: 10.2.0.10 -> 10.12.0.10
update delete app1.corp.example.com. A
update add app1.corp.example.com. 1800 A 10.12.0.10
update delete www.corp.example.com. A
update add www.corp.example.com. 1800 A 10.12.0.10
send"""
POWERSHELL = """\
# on a Windows host with the module DnsServer; a hook needs Sparehub in WSL there
$ErrorActionPreference = 'Stop'
# app1, app1-nic: 10.2.0.10 -> 10.12.0.10
Remove-DnsServerResourceRecord -ZoneName 'corp.example.com' -Name 'app1' -RRType A -Force \
-ErrorAction SilentlyContinue
Add-DnsServerResourceRecordA -ZoneName 'corp.example.com' -Name 'app1' -IPv4Address '10.12.0.10' \
-TimeToLive ([TimeSpan]::FromSeconds(1800))"""
AZ = """\
set -e
# app1, app1-nic: 10.2.0.10 -> 10.12.0.10
# in az's own default subscription: write siteRecovery.dns.subscriptionId
az network private-dns record-set a delete --resource-group rg-dns --zone-name corp.example.com \
--name app1 --yes
az network private-dns record-set a create --resource-group rg-dns --zone-name corp.example.com \
--name app1 --ttl 1800
az network private-dns record-set a add-record --resource-group rg-dns \
--zone-name corp.example.com --record-set-name app1 --ipv4-address 10.12.0.10"""


def made(kind: DnsFormat, dns: dict[str, Any], source: str = "primary", *kept: str) -> str:
    return of(moved_pair(dns, *(kept or ("dc1",))), kind, source)


def of(pair: dict[str, Stack], kind: DnsFormat, source: str = "primary") -> str:
    changes = address_changes(pair, source)
    assert changes.dns
    return script(changes, changes.dns, kind)


def test_each_script_replaces_the_record_set_of_each_name() -> None:
    """The old address is a comment: the script does not depend on what the record said."""
    assert made(DnsFormat.NSUPDATE, NAMED) == NSUPDATE
    assert made(DnsFormat.POWERSHELL, DNS) == POWERSHELL
    assert made(DnsFormat.AZ, DNS) == AZ


def test_the_way_back_gives_the_opposite() -> None:
    """The same lines with the addresses swapped."""
    swapped = (
        NSUPDATE.replace("10.2.0.10", "here")
        .replace("10.12.0.10", "10.2.0.10")
        .replace("here", "10.12.0.10")
    )

    assert made(DnsFormat.NSUPDATE, NAMED, "secondary") == swapped


@pytest.mark.parametrize("kind", DnsFormat)
def test_a_script_without_changes_is_a_comment(kind: DnsFormat) -> None:
    """So that a hook that runs it does nothing."""
    text = made(kind, DNS, "primary", "dc1", "app1")

    assert text.startswith((";", "#"))
    assert "\n" not in text


def updates(dns: dict[str, Any], *kept: str, change: Change = lambda _: None) -> list[str]:
    """Return the updates of nsupdate, after a change of the machines of the first file."""
    here, there = moved_files(dns, *kept)
    change(here["sparehub:region"]["replicate"]["machines"])
    lines = of(pair_of(here, there), DnsFormat.NSUPDATE).splitlines()
    return [each.removeprefix("update ") for each in lines if each.startswith("update")]


def second_interface(machines: dict[str, Any]) -> None:
    """Give app1 a second interface."""
    interface = {"subnet": "app", "ipAddress": "10.12.0.11"}
    machines["app1"]["networkInterfaces"]["second"] = interface


def test_a_machine_with_two_interfaces_gets_both_addresses() -> None:
    """Unless the file says which of them its records have; the script says so."""
    first = ["delete app1.corp.example.com. A", "add app1.corp.example.com. 1800 A 10.12.0.10"]
    second = "add app1.corp.example.com. 1800 A 10.12.0.11"
    one = {**DNS, "networkInterfaces": {"app1": ["app1-nic"]}}

    assert updates(DNS, "dc1", change=second_interface) == [*first, second]
    assert updates(one, "dc1", change=second_interface) == first
    here, there = moved_files(DNS, "dc1")
    second_interface(here["sparehub:region"]["replicate"]["machines"])
    assert (
        "; app1: its records get the addresses of app1-nic, second; if they had fewer before, name "
        "those: siteRecovery.dns.networkInterfaces.app1"
    ) in of(pair_of(here, there), DnsFormat.NSUPDATE).splitlines()


SHARED = {**DNS, "records": {"app1": ["app1", "www"], "dc1": ["WWW"]}}


@pytest.mark.parametrize(("kept", "other"), [((), "10.11.0.10"), (("dc1",), "10.1.0.10")])
def test_a_name_of_two_machines_is_replaced_once(kept: tuple[str, ...], other: str) -> None:
    """By the addresses of both, also where the other machine's address stays; case is the same."""
    assert updates(SHARED, *kept) == [
        "delete app1.corp.example.com. A",
        "add app1.corp.example.com. 1800 A 10.12.0.10",
        "delete www.corp.example.com. A",
        "add www.corp.example.com. 1800 A 10.12.0.10",
        f"add www.corp.example.com. 1800 A {other}",
    ]


@pytest.mark.parametrize("kind", DnsFormat)
def test_every_script_deletes_a_shared_name_once(kind: DnsFormat) -> None:
    shared = {**DNS, "records": {"app1": ["www"], "dc1": ["www"]}}
    text = of(moved_pair(shared), kind)

    assert len([each for each in text.splitlines() if "delete" in each or "Remove-" in each]) == 1
    assert "10.12.0.10" in text
    assert "10.11.0.10" in text


def test_a_shared_name_with_an_unknown_address_is_left_alone() -> None:
    """Deleting it could lose an address that nobody can put back; other names are changed."""

    def unknown(machines: dict[str, Any]) -> None:
        del machines["dc1"]["networkInterfaces"]["dc1-nic"]["ipAddress"]

    assert updates(SHARED, "dc1", change=unknown) == [
        "delete app1.corp.example.com. A",
        "add app1.corp.example.com. 1800 A 10.12.0.10",
    ]


def test_az_is_given_the_subscription_of_the_zone() -> None:
    """The key's, else that of the file, else a comment."""
    zone, own = (f"00000000-0000-0000-0000-00000000000{each}" for each in "12")
    here, there = moved_files(DNS, "dc1")
    there["azure-native:subscriptionId"] = own
    written = {**DNS, "subscriptionId": zone}
    files = {own: pair_of(here, there), zone: moved_pair(written, "dc1")}

    assert made(DnsFormat.AZ, DNS, "primary", "none").count("subscriptionId") == 1
    for subscription, pair in files.items():
        lines = of(pair, DnsFormat.AZ).splitlines()
        commands = [each for each in lines if each.startswith("az ")]
        assert len(commands) == 3
        assert all(f" --subscription {subscription} " in each for each in commands)
        assert not any("siteRecovery.dns.subscriptionId" in each for each in lines)


def test_a_record_with_an_unknown_address_is_left_alone() -> None:
    """A comment says so; the other machines' records are changed."""
    here, there = moved_files(DNS)
    interfaces = here["sparehub:region"]["replicate"]["machines"]["app1"]["networkInterfaces"]
    del interfaces["app1-nic"]["ipAddress"]

    text = of(pair_of(here, there), DnsFormat.NSUPDATE)

    assert "; app1: not changed, the file says no ipAddress of app1" in text
    assert "update delete app1" not in text
    assert "update add dc1.corp.example.com. 1800 A 10.11.0.10" in text


def test_the_hook_stands_at_a_step_of_both_plans() -> None:
    """As an entry of `region.hooks`; a misspelled step is refused."""
    entries = [
        dict(hook(operation, DnsFormat.NSUPDATE, VERIFY)) for operation in ("failover", "failback")
    ]
    here, there = moved_files(DNS)
    here["sparehub:region"]["hooks"] = entries
    pair = pair_of(here, there)

    assert [*misplaced_hooks(pair["primary"], pair["secondary"])] == []
    assert HookConfig.model_validate(entries[0]).command == (
        "sh",
        "-c",
        's=$(sparehub plan failover --dns-script nsupdate) && echo "$s" | nsupdate',
    )
    here["sparehub:region"]["hooks"] = [{**entries[0], "after": "verify"}]
    pair = pair_of(here, there)
    assert len([*misplaced_hooks(pair["primary"], pair["secondary"])]) == 1


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell")
def test_powershell_gets_the_script_as_an_argument_and_its_failure_is_the_hooks() -> None:
    """PowerShell ends with 0 also where a script fails that it reads from its input."""
    command = hook("failover", DnsFormat.POWERSHELL, VERIFY)["command"][2]
    programs = """\
sparehub() { echo "# $*"; echo "Add-It 'a'"; }
run() { for each; do echo "<$each>"; done; return 7; }
"""
    text = programs + command.replace("powershell.exe", "run")
    done = subprocess.run(["sh", "-c", text], capture_output=True, text=True, check=False)

    assert "powershell.exe" in command
    assert done.stdout == (
        "<-NoProfile>\n<-NonInteractive>\n<-Command>\n"
        "<# plan failover --dns-script powershell\nAdd-It 'a'>\n"
    )
    assert done.returncode == 7


@pytest.mark.skipif(shutil.which("sh") is None, reason="no shell")
def test_the_script_of_az_is_what_a_shell_reads() -> None:
    """With an az that prints its arguments; a group's name may have parentheses."""
    text = made(DnsFormat.AZ, {**DNS, "resourceGroup": "rg(dns)"})
    done = subprocess.run(
        ["sh", "-c", f'az() {{ echo "$@"; }}\n{text}'], capture_output=True, text=True, check=True
    )

    assert done.stdout.splitlines()[0] == (
        "network private-dns record-set a delete --resource-group rg(dns) --zone-name "
        "corp.example.com --name app1 --yes"
    )
