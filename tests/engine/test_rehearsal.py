"""The whole failover and back on copies of stack files, as ``sparehub drill rehearse`` runs it."""

import json
import os
import shutil
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

from engine.paths import VENV
from tests.configurations import ROOT, shipped
from tests.topology.peered_hubs import peered

OTHERS = "/subscriptions/00000000-0000-0000-0000-000000000007/resourceGroups/rg-theirs/providers"
CIRCUIT = f"{OTHERS}/Microsoft.Network/expressRouteCircuits/erc-theirs"
SECURITY = f"{OTHERS}/Microsoft.Network/networkSecurityGroups/nsg"


def real(stack: str) -> dict[str, Any]:
    """Return the keys of a stack that refers to what others own, with secrets in them."""
    values = shipped(stack)
    region = values["sparehub:region"]
    connections = region["expressRoute"]["connections"]
    connections[next(iter(connections))]["circuit"] = {
        "id": CIRCUIT,
        "peeringLocation": "Singapore",
        "sku": {"tier": "Premium"},
        "bandwidthInMbps": 500,
        "authorizationKey": {"secure": "v1:not:readable=="},
    }
    region["spokes"]["spoke1"]["subnets"]["app"]["networkSecurityGroupId"] = f"{SECURITY}-{stack}"
    values["azure-native:clientSecret"] = {"secure": "v1:nor:this=="}
    values["azure-native:subscriptionId"] = "00000000-0000-0000-0000-000000000009"
    return values


@pytest.mark.long
@pytest.mark.parametrize("keys", [real, peered])
def test_what_refers_to_others_is_rehearsed_too(
    tmp_path: Path, keys: Callable[[str], dict[str, Any]]
) -> None:
    """A circuit of another subscription, peered hubs: both ways, with times, files unchanged."""
    for name in ("Pulumi.yaml", "__main__.py"):
        shutil.copy(ROOT / name, tmp_path)
    shutil.copytree(ROOT / "components", tmp_path / "components")
    for stack in ("primary", "secondary"):
        YAML().dump({"config": keys(stack)}, tmp_path / f"Pulumi.{stack}.yaml")
    before = {path.name: path.read_bytes() for path in tmp_path.glob("Pulumi*")}

    done = subprocess.run(
        [str(VENV / "bin" / "sparehub"), "drill", "rehearse", "--json"],
        cwd=tmp_path,
        env={**os.environ, "SPAREHUB_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["violations"] == 0
    assert [
        (each["kind"], each["expectedSeconds"], each["simulatedSeconds"], each["writes"])
        for each in found["moves"]
    ] == [
        (
            "failover",
            271,
            271,
            ["delete con-eastasia-hong-kong", "create con-southeastasia-singapore"],
        ),
        (
            "failback",
            271,
            271,
            ["delete con-southeastasia-singapore", "create con-eastasia-hong-kong"],
        ),
    ]
    assert {path.name: path.read_bytes() for path in tmp_path.glob("Pulumi*")} == before


@pytest.mark.long
def test_machines_are_rehearsed_with_a_drill(tmp_path: Path) -> None:
    """The example: replicated, tested, validated, cleaned up, and moved there and back."""
    done = subprocess.run(
        [str(VENV / "bin" / "sparehub"), "drill", "rehearse", "--json"],
        cwd=ROOT / "examples" / "site-recovery",
        env={**os.environ, "SPAREHUB_HOME": str(tmp_path / "home")},
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 0, done.stderr
    found = json.loads(done.stdout)
    assert found["violations"] == 0
    assert [each["kind"] for each in found["moves"]] == ["failover", "failback"]
    drill = found["drill"]
    assert drill["outcome"] == "passed"
    assert [(each["name"], each["group"]) for each in drill["machines"]] == [
        ("dc1", 1),
        ("db1", 2),
        ("files1", 2),
        ("app1", 3),
    ]
    assert not any(each["stale"] for each in drill["machines"])
    assert [(each["result"], each["by"]) for each in drill["groups"]] == [
        ("passed", "rehearsed")
    ] * 3
