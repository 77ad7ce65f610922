"""The command `sparehub check`: text, JSON and exit codes."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.command_fixtures import Sparehub, change
from tests.configurations import OURS
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY


def others(findings: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """Return the findings without the two warnings about the shipped files."""
    return [finding for finding in findings if finding["rule"] not in {"ER-02", "RT-13"}]


def test_check_finds_no_error_in_the_shipped_files(sparehub: Sparehub) -> None:
    """The JSON keys are part of the contract."""
    done = sparehub("check", "--json")

    assert (done.returncode, done.stderr) == (0, "")
    found = json.loads(done.stdout)
    assert [finding["rule"] for finding in found.pop("findings")] == ["ER-02", "RT-13"]
    assert found == {
        "ignored": [],
        "errors": 0,
        "warnings": 2,
        "topology": {
            "circuits": 2,
            "peeringLocations": 2,
            "bowTie": False,
            "addresses": "retained",
            "connectedAtOnce": False,
            "order": "disconnect then connect",
        },
    }


def test_check_reports_values_that_commands_cannot_edit(sparehub: Sparehub, tmp_path: Path) -> None:
    """A failover would also change the aliases of an anchored value."""
    path = tmp_path / "Pulumi.secondary.yaml"
    text = path.read_text().replace("activation: standby", "activation: &word standby")
    path.write_text(f"{text}other: *word\n")
    done = sparehub("check", "--json")

    assert done.returncode == 3
    findings = json.loads(done.stdout)["findings"]
    (found,) = [finding for finding in findings if finding["rule"] == "CONFIG"]
    line = next(number for number, content in enumerate(text.splitlines(), 1) if "&word" in content)
    assert found["severity"] == "error"
    assert (found["stack"], found["path"]) == ("secondary", path.name)
    assert found["message"].startswith(f"line {line}: sparehub:activation cannot be changed there")
    assert "Write `sparehub:activation: VALUE` on its own line" in found["message"]


def test_check_prints_plain_lines_without_a_terminal(sparehub: Sparehub) -> None:
    """There are no frames and no colours."""
    done = sparehub("check")

    lines = [line.split() for line in done.stdout.splitlines()]
    assert [line for line in lines if line[0] != "warning"] == [
        ["stack", "location", "activation", "depth", "spokes", "connections"],
        ["primary", "eastasia", "active", "gateway", "2", "con-eastasia-hong-kong"],
        ["secondary", "southeastasia", "standby", "gateway", "2", "none"],
        ["topology:", "2", "circuits", "at", "2", "peering", "locations,", "addresses", "retained"],
        [
            *("connected:", "one", "region", "at", "a", "time;"),
            *("change", "connections:", "disconnect", "then", "connect"),
        ],
        ["0", "errors,", "2", "warnings"],
    ]


def test_check_shows_what_is_ignored_and_why(sparehub: Sparehub, tmp_path: Path) -> None:
    """In text and in JSON; it is not counted."""
    path = tmp_path / "Pulumi.secondary.yaml"
    change(path, lambda c: c.update({"sparehub:ignoredRules": {"ER-02": "bought", "RT-13": "so"}}))

    text, document = sparehub("check").stdout, json.loads(sparehub("check", "--json").stdout)

    assert "ignored secondary region.expressRoute.connections: 200 Mbps where" in text
    assert text.splitlines()[-1] == "0 errors, 0 warnings, 2 ignored"
    assert (document["findings"], document["warnings"]) == ([], 0)
    assert [(finding["rule"], finding["reason"]) for finding in document["ignored"]] == [
        ("ER-02", "bought"),
        ("RT-13", "so"),
    ]


def test_check_refuses_with_rule_path_and_source(sparehub: Sparehub, tmp_path: Path) -> None:
    """Problems of both files are in one document; the exit code is 3."""
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
    assert [(f["stack"], f["rule"], f["path"]) for f in found["findings"][1:]] == [
        ("primary", "VN-06", "region.spokes.spoke1.subnets.app.addressPrefix"),
        ("secondary", "CONFIG", "Pulumi.secondary.yaml"),
    ]


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("config: {a: [}", "is not YAML, line 1:"),
        (
            "config: {sparehub:region: {authorizationKey: hush-1, authorizationKey: hush-2}}",
            "is not YAML, line 1: the key 'authorizationKey' is given twice",
        ),
        ("config: &c {sparehub:region: *c}", "nests without end"),
        ("config: " + "[" * 5000, "nests without end"),
        ("just text", "has no `config:` mapping, so it is not a stack file"),
        (None, "no such file in ."),
    ],
)
def test_check_says_why_a_file_is_not_a_stack_file(
    sparehub: Sparehub, tmp_path: Path, text: str | None, message: str
) -> None:
    """Not YAML, not a stack file, or missing: one line, no traceback."""
    path = tmp_path / "Pulumi.secondary.yaml"
    path.unlink()
    if text is not None:
        path.write_text(text)

    done = sparehub("check", "secondary")

    assert done.returncode == 3
    assert f"error secondary Pulumi.secondary.yaml: {message}" in done.stdout
    assert "Traceback" not in done.stdout + done.stderr
    assert "hush" not in done.stdout + done.stderr


def test_check_reports_all_problems_in_one_run(sparehub: Sparehub, tmp_path: Path) -> None:
    """A subnet outside its network does not hide a finding of the region's rules."""
    path = tmp_path / "Pulumi.primary.yaml"
    text = path.read_text().replace("10.10.10.0/25", "10.20.0.0/25")
    path.write_text(text.replace("peeringLocation: Hong Kong", "peeringLocation: Tokyo"))

    found = json.loads(sparehub("check", "primary", "--json").stdout)["findings"]

    assert {finding["rule"] for finding in found if finding["severity"] == "error"} == {
        "VN-06",
        "RT-12",
        "RG-01",
    }


def test_check_refuses_two_switches_at_once(sparehub: Sparehub, tmp_path: Path) -> None:
    """Both regions would advertise the same addresses."""
    path = tmp_path / "Pulumi.secondary.yaml"
    change(path, lambda c: c.update({"sparehub:activation": "active"}))

    done = sparehub("check")

    assert done.returncode == 3
    assert "both primary and secondary are switched to active" in done.stdout


def test_check_warns_of_a_circuit_that_one_region_owns_and_both_use(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """It should be owned by neither region; a warning does not fail."""
    circuit = {
        "id": f"{OURS}/resourceGroups/rg-sparehub-erc-hong-kong/providers/"
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
    assert (done.returncode, found["errors"]) == (0, 0)
    assert found["topology"] == {
        "circuits": 1,
        "peeringLocations": 1,
        "bowTie": False,
        "addresses": "retained",
        "connectedAtOnce": False,
        "order": "disconnect then connect",
    }
    (warning,) = others(found["findings"])
    assert "both regions use the circuit erc-hong-kong" in warning["message"]


def test_check_refuses_misplaced_secrets(sparehub: Sparehub, tmp_path: Path) -> None:
    """An authorization key must be encrypted, and no other key may be; none is printed."""
    circuit = {
        "id": f"{OURS}/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/erc",
        "peeringLocation": "Hong Kong",
        "sku": {"tier": "Standard"},
        "bandwidthInMbps": 1000,
        "authorizationKey": "hush-hush",
    }

    def spill(config: dict[str, Any]) -> None:
        region = config["sparehub:region"]
        region["tags"] = {"owner": {"secure": "v1:hush:hush"}}
        region["expressRoute"]["connections"]["lent"] = {"circuit": circuit}

    change(tmp_path / "Pulumi.primary.yaml", spill)

    done = sparehub("check", "primary", "--json")

    key = "region.expressRoute.connections.lent.circuit.authorizationKey"
    assert "hush" not in done.stdout
    assert [(f["path"], f["message"]) for f in json.loads(done.stdout)["findings"]] == [
        (key, f"is not encrypted: `pulumi config set --secret --path 'sparehub:{key}'`"),
        (
            "region.tags.owner",
            "a secret here would be stored in clear; only authorizationKey is one",
        ),
    ]


def test_check_refuses_a_conflicting_depth(sparehub: Sparehub, tmp_path: Path) -> None:
    """A standby region with a connection advertises the hub a second time."""
    path = tmp_path / "Pulumi.secondary.yaml"
    change(path, lambda c: c["sparehub:region"].update(standby={"depth": "connection"}))

    done = sparehub("check", "--json")

    (found,) = others(json.loads(done.stdout)["findings"])
    assert (done.returncode, found["stack"], found["path"]) == (
        3,
        "secondary",
        "region.standby.depth",
    )
    assert "primary advertises 10.10.10.0/24" in found["message"]


def test_check_refuses_files_that_prefer_different_regions(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """An error (ER-23), and one region at a time; where both files name one, both may be live."""
    for stack, (code, at_once) in {"secondary": (3, False), "primary": (0, True)}.items():
        path = tmp_path / f"Pulumi.{stack}.yaml"
        change(path, lambda c: c["sparehub:region"]["onPremises"].update(prefers="primary"))

        done = sparehub("check", "--json")

        found = json.loads(done.stdout)
        errors = [finding for finding in found["findings"] if finding["severity"] == "error"]
        assert (done.returncode, found["topology"]["connectedAtOnce"]) == (code, at_once)
        assert [(error["stack"], error["path"], error["rule"]) for error in errors] == (
            [("secondary", "region.onPremises.prefers", "ER-23")] if code else []
        )


def test_check_warns_of_a_missing_paired_stack(sparehub: Sparehub, tmp_path: Path) -> None:
    """The interlock checks only the stack that pairedStack names."""
    path = tmp_path / "Pulumi.secondary.yaml"
    change(path, lambda c: c.pop("sparehub:pairedStack"))

    done = sparehub("check", "--json")

    (found,) = others(json.loads(done.stdout)["findings"])
    assert (done.returncode, found["severity"], found["message"]) == (
        0,
        "warning",
        "is not set, so the interlock does not read 'primary'",
    )


def test_check_says_what_agents_need_let_out_of_both_regions(
    sparehub: Sparehub, tmp_path: Path
) -> None:
    """SR-68: the NVA has to let it out; the shipped files replicate nothing, and say nothing."""
    assert "agents of" not in sparehub("check").stdout
    for stack, key, value in (
        ("primary", "replicate", REPLICATE),
        ("secondary", "siteRecovery", SITE_RECOVERY),
    ):
        path = tmp_path / f"Pulumi.{stack}.yaml"
        lines = f"    {key}: {json.dumps(value)}\n"
        path.write_text(path.read_text().rstrip("\n") + f"\n{lines}")

    text, document = sparehub("check").stdout, json.loads(sparehub("check", "--json").stdout)

    said = [" ".join(line.split()) for line in text.splitlines() if line.startswith("agents of")]
    tags = "the NVA must let out port 443 to AzureActiveDirectory, EventHub.{}, AzureSiteRecovery"
    assert said == [
        f"agents of primary: {tags.format('southeastasia')}",
        f"agents of secondary: {tags.format('eastasia')}",
    ]
    assert document["agents"]["primary"][1] == {
        "service_tag": "AzureActiveDirectory",
        "host": "login.microsoftonline.com",
        "purpose": "signs in",
        "by_endpoint": False,
    }
