"""The command as a person or a script calls it: text, JSON and exit codes."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.paths import VENV
from simulator import control
from simulator.arm.core import Azure
from simulator.arm.messages import Request
from tests.configurations import ROOT, region_of, shipped

Sparehub = Callable[..., "subprocess.CompletedProcess[str]"]


@pytest.fixture
def sparehub(tmp_path: Path) -> Sparehub:
    """Return the command, to be run in a directory that holds the shipped stack files."""
    for name in ("Pulumi.yaml", "Pulumi.primary.yaml", "Pulumi.secondary.yaml"):
        shutil.copy(ROOT / name, tmp_path)

    def run(
        *arguments: str, answers: str = "", variables: Mapping[str, str] | None = None
    ) -> "subprocess.CompletedProcess[str]":
        return subprocess.run(
            [str(VENV / "bin" / "sparehub"), *arguments],
            cwd=tmp_path,
            env={**os.environ, "SPAREHUB_HOME": str(tmp_path / "home"), **(variables or {})},
            input=answers,
            capture_output=True,
            text=True,
            check=False,
        )

    return run


def change(path: Path, what: Callable[[dict[str, Any]], object]) -> None:
    yaml = YAML()
    content = yaml.load(path)
    what(content["config"])
    yaml.dump(content, path)


def test_check_finds_nothing_in_the_shipped_files(sparehub: Sparehub) -> None:
    """The JSON keys are those that scripts rely on."""
    done = sparehub("check", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    assert json.loads(done.stdout) == {
        "findings": [],
        "errors": 0,
        "warnings": 0,
        "topology": {"circuits": 2, "peeringLocations": 2, "addresses": "retained"},
    }


def test_check_says_the_same_in_plain_lines(sparehub: Sparehub) -> None:
    """Without a terminal there are no frames and no colours."""
    done = sparehub("check")

    assert [line.split() for line in done.stdout.splitlines()] == [
        ["stack", "location", "activation", "depth", "spokes", "connections"],
        ["primary", "eastasia", "active", "gateway", "2", "con-eastasia-hong-kong"],
        ["secondary", "southeastasia", "standby", "gateway", "2", "none"],
        ["topology:", "2", "circuits", "at", "2", "peering", "locations,", "addresses", "retained"],
        ["0", "errors,", "0", "warnings"],
    ]


def test_check_refuses_with_rule_path_and_source(sparehub: Sparehub, tmp_path: Path) -> None:
    """Problems of both files come in one document, and exit code 3."""
    change(
        tmp_path / "Pulumi.primary.yaml",
        lambda c: c["sparehub:region"]["spokes"]["spoke1"].update(addressSpace=["10.10.10.0/24"]),
    )
    (tmp_path / "Pulumi.secondary.yaml").write_text("config: [no, mapping]")

    done = sparehub("check", "--json")

    assert done.returncode == 3
    found = json.loads(done.stdout)
    assert (found["errors"], found["warnings"]) == (3, 0)
    assert found["findings"][0] == {
        "severity": "error",
        "stack": "primary",
        "path": "region.spokes.spoke1.addressSpace",
        "message": "10.10.10.0/24 overlaps 10.10.10.0/24 of region.hub.addressSpace",
        "rule": "PE-03",
        "source": "https://learn.microsoft.com/azure/virtual-network/"
        "virtual-network-manage-peering",
    }
    assert [(each["stack"], each["rule"], each["path"]) for each in found["findings"][1:]] == [
        ("primary", "VN-06", "region.spokes.spoke1.subnets.app.addressPrefix"),
        ("secondary", "CONFIG", "Pulumi.secondary.yaml"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: {a: [}", "is not YAML, line 1:"),
        ("just text", "has no `config:` mapping, so it is no stack file"),
        (None, "no such file in ."),
    ],
)
def test_check_says_why_a_file_is_no_stack_file(
    sparehub: Sparehub, tmp_path: Path, text: str | None, message: str
) -> None:
    """Not YAML, no stack file, not there: one line, no traceback."""
    path = tmp_path / "Pulumi.secondary.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text)

    done = sparehub("check", "secondary")

    assert done.returncode == 3
    assert f"error secondary Pulumi.secondary.yaml: {message}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


def test_check_refuses_two_switches_at_once(sparehub: Sparehub, tmp_path: Path) -> None:
    """Both files say active and would advertise the same addresses."""
    path = tmp_path / "Pulumi.secondary.yaml"
    change(path, lambda c: c.update({"sparehub:activation": "active"}))

    done = sparehub("check")

    assert done.returncode == 3
    assert "both primary and secondary are switched to active" in done.stdout


def test_check_warns_of_a_circuit_that_one_region_owns_and_both_use(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """It should be owned elsewhere; a warning does not fail."""
    circuit = {
        "id": "/subscriptions/s/resourceGroups/rg-sparehub-erc-hong-kong/providers/"
        "Microsoft.Network/expressRouteCircuits/erc-hong-kong",
        "peeringLocation": "Hong Kong",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 1000,
        "authorizationKey": {"secure": "v1:cipher:text"},
    }
    change(
        tmp_path / "Pulumi.secondary.yaml",
        lambda c: c["sparehub:region"]["expressRoute"].update(
            connections={"hong-kong": {"circuit": circuit}}
        ),
    )

    done = sparehub("check", "--json")

    found = json.loads(done.stdout)
    assert (done.returncode, found["errors"], found["warnings"]) == (0, 0, 1)
    assert found["topology"] == {"circuits": 1, "peeringLocations": 1, "addresses": "retained"}
    assert "both regions use the circuit erc-hong-kong" in found["findings"][0]["message"]


def test_init_writes_what_it_was_told(sparehub: Sparehub, tmp_path: Path) -> None:
    """Options and answers end in a file that builds; the source document's numbers are defaults."""
    options = (
        "--location",
        "westeurope",
        "--service-provider",
        "Colt: Metro #1",
        "-o",
        "mine.yaml",
    )

    done = sparehub("init", *options, answers="\n" * 20)

    assert done.returncode == 0, done.stderr
    values = YAML(typ="safe").load((tmp_path / "mine.yaml").read_text())["config"]
    expected = shipped("primary") | {"azure-native:location": "westeurope"}
    circuit = expected["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"]
    circuit.update(provisioned=False, serviceProvider="Colt: Metro #1")
    assert region_of(values) == region_of(expected)


def test_init_never_overwrites_and_never_guesses(sparehub: Sparehub, tmp_path: Path) -> None:
    """An existing file stays; a question without an answer names its option (exit code 2)."""
    before = (tmp_path / "Pulumi.primary.yaml").read_bytes()

    there = sparehub("init", answers="\n" * 20)
    silent = sparehub("init", "-o", "mine.yaml")
    wrong = sparehub("init", "-o", "mine.yaml", "--bandwidth", "300", answers="\n" * 20)

    assert (there.returncode, silent.returncode, wrong.returncode) == (1, 2, 3)
    assert "Pulumi.primary.yaml exists already: name another with -o" in there.stderr
    assert "give --location; nothing was written" in silent.stderr
    assert "bandwidthInMbps: must be 50, 100" in wrong.stderr
    assert (tmp_path / "Pulumi.primary.yaml").read_bytes() == before
    assert not (tmp_path / "mine.yaml").exists()


def test_schema_is_a_json_schema(sparehub: Sparehub) -> None:
    """For editors."""
    schema = json.loads(sparehub("schema").stdout)

    assert schema["title"] == "RegionConfig"
    assert schema["required"] == ["hub", "expressRoute", "onPremises"]


def environment_after(script: str, variables: Mapping[str, str]) -> dict[str, str]:
    done = subprocess.run(
        ["bash", "-c", f"set -eu\n{script}\nenv -0"],
        env=dict(variables),
        capture_output=True,
        text=True,
        check=True,
    )
    pairs = (line.partition("=") for line in done.stdout.split("\0") if line)
    return {name: value for name, _, value in pairs}


def test_env_points_a_shell_at_the_local_azure_and_back(sparehub: Sparehub, tmp_path: Path) -> None:
    """What was there before comes back; PATH, too."""
    before = {"PATH": os.environ["PATH"], "HOME": "/nowhere", "PULUMI_BACKEND_URL": "azblob://mine"}

    there = environment_after(sparehub("simulate", "env", variables=before).stdout, before)
    back = environment_after(sparehub("simulate", "env", "--unset", variables=there).stdout, there)

    home = tmp_path / "home"
    assert there["PULUMI_BACKEND_URL"] == (home / "state").as_uri()
    assert there["SPAREHUB_SIMULATOR"] == str(home / "simulator")
    assert there["PATH"].split(os.pathsep)[0] == str(home / "bin")
    assert os.access(home / "bin" / "pulumi-resource-azure-native", os.X_OK)
    for name in ("_", "SHLVL", "PWD"):
        back.pop(name, None)
    assert back == before


def test_the_switches_of_the_local_azure(sparehub: Sparehub, tmp_path: Path) -> None:
    """Clock, log, provision, deprovision and reset work on the home, and name it first."""
    store = tmp_path / "home" / "simulator"
    azure = Azure(store)
    group = "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    query = {"api-version": "2024-03-01"}
    body = b'{"location": "eastasia"}'
    azure.handle(Request(method="PUT", path=group, query=query, body=body))
    seconds = control.read_clock(store).seconds

    log = json.loads(sparehub("simulate", "log", "--json").stdout)
    assert [(e["operation"], e["path"], e["status"], e["outcome"]) for e in log] == [
        ("create", group, 201, "Succeeded")
    ]
    assert set(log[0]) == {"at", "method", "path", "status", "operation", "seconds", "outcome"}
    assert json.loads(sparehub("simulate", "clock", "--json").stdout) == {
        "seconds": seconds,
        "speed": "instant",
    }
    assert sparehub("simulate", "clock", "100").returncode == 0
    assert control.read_clock(store).speed == "100"
    unknown = sparehub("simulate", "provision", "erc-nowhere")
    assert unknown.returncode == 1
    assert unknown.stderr.splitlines() == [
        f"simulated Azure at {store}",
        "error: no ExpressRoute circuit 'erc-nowhere'; known circuits: none",
    ]
    assert sparehub("simulate", "provision").returncode == 2
    assert sparehub("simulate", "provision", "--manual").returncode == 0
    assert sparehub("simulate", "reset").returncode == 0
    assert control.resources(store) == []


def test_faults_are_ordered_listed_and_cleared(sparehub: Sparehub, tmp_path: Path) -> None:
    """One order is one line of the list; what makes no sense is refused in one line."""
    store = tmp_path / "home" / "simulator"
    ordered = ("--region", "East Asia", "--type", "virtualNetworkGateways", "--after", "2")

    add = ("simulate", "fault", "add")
    assert sparehub(*add, "failed", *ordered, "--count", "3").returncode == 0
    assert sparehub(*add, "region-down", "--region", "eastasia").returncode == 0

    anywhere = {"type": "", "after": 0, "count": None, "seen": 0}
    assert json.loads(sparehub("simulate", "fault", "list", "--json").stdout) == [
        {
            "id": 1,
            "kind": "failed",
            "region": "eastasia",
            "type": "virtualnetworkgateways",
            "after": 2,
            "count": 3,
            "seen": 0,
        },
        {"id": 2, "kind": "region-down", "region": "eastasia"} | anywhere,
    ]
    shown = sparehub("simulate", "fault", "list").stdout
    assert "region-down" in shown
    unknown = sparehub(*add, "conflict", "--region", "atlantis")
    assert (unknown.returncode, unknown.stderr.splitlines()) == (
        1,
        [f"simulated Azure at {store}", "error: no region 'atlantis'"],
    )
    assert sparehub(*add, "meteor").returncode == 2
    assert sparehub("simulate", "fault", "clear").returncode == 0
    assert control.read_faults(store) == []


@pytest.mark.parametrize("arguments", [["nope"], ["check", "--nope"], ["simulate", "clock", "7"]])
def test_a_wrong_call_is_usage(sparehub: Sparehub, arguments: list[str]) -> None:
    """Exit code 2, and no traceback."""
    done = sparehub(*arguments)

    assert done.returncode == 2
    assert "Traceback" not in done.stderr
