"""`sparehub plan --dns`, as a person and as a script run it."""

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.paths import VENV
from tests.command_fixtures import Sparehub
from tests.moved_machines import DNS, moved_files

WIDE = {"COLUMNS": "250"}


def write(directory: Path, dns: dict[str, Any] | None, *kept: str) -> None:
    for name, values in zip(("primary", "secondary"), moved_files(dns, *kept), strict=True):
        with (directory / f"Pulumi.{name}.yaml").open("w") as file:
            YAML().dump({"config": values}, file)


def test_it_shows_addresses_scripts_and_a_hook(sparehub: Sparehub, tmp_path: Path) -> None:
    """After the plan."""
    write(tmp_path, DNS)

    done = sparehub("plan", "failover", "--dns", variables=WIDE)

    assert done.returncode == 0, done.stderr
    assert "address: app1, app1-nic: 10.2.0.10 -> 10.12.0.10" in done.stdout
    assert "update add dc1.corp.example.com. 1800 A 10.11.0.10" in done.stdout
    assert "--record-set-name app1 --ipv4-address 10.12.0.10" in done.stdout
    assert "Add-DnsServerResourceRecordA" in done.stdout
    assert '- {"name": "dns-failover", "after": "verify-machines"' in done.stdout
    assert done.stdout.startswith("planned failover from primary to secondary")


def test_one_script_alone_is_what_a_program_reads(sparehub: Sparehub, tmp_path: Path) -> None:
    """And JSON has all of it beside the plan."""
    write(tmp_path, DNS, "dc1")

    done = sparehub("plan", "failback", "--dns-script", "nsupdate", variables=WIDE)
    document = json.loads(sparehub("plan", "failback", "--dns", "--json").stdout)

    assert done.stdout == (
        "zone corp.example.com\n; app1, app1-nic: 10.12.0.10 -> 10.2.0.10\n"
        "update delete app1.corp.example.com. A\n"
        "update add app1.corp.example.com. 1800 A 10.2.0.10\nsend\n"
    )
    assert document["dns"]["scripts"]["nsupdate"] == done.stdout.rstrip("\n")
    assert document["dns"]["machines"] == [
        {
            "machine": "app1",
            "group": 2,
            "records": ["app1"],
            "networkInterfaces": [
                {"name": "app1-nic", "before": "10.12.0.10", "after": "10.2.0.10"}
            ],
        }
    ]
    assert [each["name"] for each in document["dns"]["hooks"]] == ["dns-failback"] * 3
    assert document["kind"] == "failback"


def test_addresses_that_stay_need_no_script(sparehub: Sparehub, tmp_path: Path) -> None:
    """The shipped pair keeps them."""
    write(tmp_path, DNS, "dc1", "app1")

    assert "no machine gets another address" in sparehub("plan", "failover", "--dns").stdout


@pytest.mark.parametrize(
    ("dns", "options", "said"),
    [
        (None, ["failover", "--dns-script", "az"], "no file says where the records are"),
        (
            {"zone": "corp.example.com"},
            ["failover", "--dns-script", "az"],
            "siteRecovery.dns.resourceGroup is missing",
        ),
        (DNS, ["failover", "--dns-script", "az", "--json"], "--dns-script prints a script"),
        (DNS, ["drill", "--dns"], "are for operations that move machines"),
        (DNS, ["failover", "--dns", "--network-only"], "are for operations that move machines"),
    ],
)
def test_what_cannot_be_printed_is_refused(
    sparehub: Sparehub, tmp_path: Path, dns: dict[str, Any] | None, options: list[str], said: str
) -> None:
    """With the key that is missing; nothing is printed."""
    write(tmp_path, dns)

    done = sparehub("plan", *options, variables=WIDE)

    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr


def test_without_a_zone_the_addresses_are_shown(sparehub: Sparehub, tmp_path: Path) -> None:
    """And which key says where the records are."""
    write(tmp_path, None)

    done = sparehub("plan", "failover", "--dns", variables=WIDE)

    assert "address: app1, app1-nic: 10.2.0.10 -> 10.12.0.10" in done.stdout
    assert "no file says where the records are: siteRecovery.dns: {zone:" in done.stdout


def test_the_hook_sends_the_script_or_nothing(sparehub: Sparehub, tmp_path: Path) -> None:
    """As a hook runs it, with a program that keeps what it reads."""
    write(tmp_path, DNS)
    document = json.loads(sparehub("plan", "failover", "--dns", "--json").stdout)["dns"]
    (tmp_path / "bin").mkdir()
    program = tmp_path / "bin" / "nsupdate"
    program.write_text("#!/bin/sh\ncat > sent\n")
    program.chmod(0o755)
    variables = {**os.environ, "PATH": f"{program.parent}:{VENV / 'bin'}:{os.environ['PATH']}"}

    def run() -> int:
        command = document["hooks"][0]["command"]
        return subprocess.run(command, cwd=tmp_path, env=variables, check=False).returncode

    assert run() == 0
    assert (tmp_path / "sent").read_text().rstrip("\n") == document["scripts"]["nsupdate"]
    (tmp_path / "sent").unlink()
    write(tmp_path, None)
    assert run() == 2
    assert not (tmp_path / "sent").exists()


@pytest.mark.parametrize(("kind", "said"), [("powershell", True), ("nsupdate", False)])
def test_the_hook_of_powershell_names_the_host_that_it_needs(
    sparehub: Sparehub, tmp_path: Path, kind: str, *, said: bool
) -> None:
    """The module DnsServer is on Windows alone."""
    write(tmp_path, {**DNS, "kind": kind})

    done = sparehub("plan", "failover", "--dns", variables=WIDE)

    assert ("as an entry of region.hooks (on a Windows host with the module" in done.stdout) is said
    assert ("as an entry of region.hooks:" in done.stdout) is not said


def test_a_script_alone_says_on_the_error_output_which_name_is_left_as_it_is(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """Because no file says an address of it."""
    first, second = moved_files(DNS, "dc1")
    interfaces = first["sparehub:region"]["replicate"]["machines"]["app1"]["networkInterfaces"]
    del interfaces["app1-nic"]["ipAddress"]
    for name, values in (("primary", first), ("secondary", second)):
        with (tmp_path / f"Pulumi.{name}.yaml").open("w") as file:
            YAML().dump({"config": values}, file)

    done = sparehub("plan", "failover", "--dns-script", "nsupdate", variables=WIDE)

    assert done.returncode == 0
    assert "update delete" not in done.stdout
    assert "app1: not changed, the file says no ipAddress of app1" in done.stderr
