"""Microsoft's own clients, unmodified, on the HTTP front: every answer is one that they parse."""

import json
import os
import subprocess
import sys
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from tests.simulator.http.http_front import serving
from tests.simulator.http.sdk_topology import SPOKES, SUBSCRIPTION, parts

HUB = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-reference"
    "/providers/Microsoft.Network/virtualNetworks/hub"
)
LOCK = Path(__file__).with_name("newest") / "requirements.lock"
EXPECTED = {
    "group": "Succeeded",
    "exists": True,
    "made": {"/".join(names): "Succeeded" for _, _, names, _ in parts()},
    "listed": {
        "route_tables": 2,
        "virtual_networks": 1 + len(SPOKES),
        "subnets/hub": 2,
        "virtual_network_gateways": 1,
        "express_route_circuits": 1,
        "express_route_circuit_peerings/erc": 1,
        "express_route_circuit_authorizations/erc": 1,
        "virtual_network_gateway_connections": 1,
        "virtual_network_peerings/hub": len(SPOKES),
        "virtual_network_peerings/spoke1": 1,
        "virtual_network_peerings/spoke2": 1,
    },
    "peering": ["Connected", HUB, True],
    "circuit": ["Provisioned", "Standard"],
    "refused": [409, "ResourceExistsError"],
    "left": False,
}


def drive(directory: Path, *first: str) -> dict[str, Any]:
    """Return what the topology's driver reports, with some directories first on its path."""
    path = os.pathsep.join([*first, *sys.path])
    with serving(directory) as front:
        ran = subprocess.run(
            [
                sys.executable,
                "-m",
                "tests.simulator.http.sdk_topology",
                front.address,
                str(directory),
            ],
            env=os.environ | {"PYTHONPATH": path},
            capture_output=True,
            text=True,
            check=False,
        )
    assert ran.returncode == 0, ran.stderr
    found: dict[str, Any] = json.loads(ran.stdout)
    return found


def test_the_client_of_azure_natives_api_version_makes_the_topology(tmp_path: Path) -> None:
    """azure-mgmt-network 28.1.0 makes it by its own pollers, reads, lists and deletes it."""
    assert drive(tmp_path) == EXPECTED | {"version": "28.1.0"}


@pytest.mark.clients
def test_the_newest_client_makes_the_same_topology(tmp_path: Path) -> None:
    """azure-mgmt-network 33.1.0, which speaks API version 2026-03-01, is served the same."""
    assert drive(tmp_path, str(newest())) == EXPECTED | {"version": "33.1.0"}


def newest() -> Path:
    """Return the directory with the newest client, which is installed there once."""
    directory = Path(sys.prefix) / "sdk-newest"
    stamp = directory / ".lock"
    digest = sha256(LOCK.read_bytes()).hexdigest()
    if not stamp.exists() or stamp.read_text() != digest:
        options = ["--quiet", "--no-input", "--no-deps", "--require-hashes", "--upgrade"]
        options += ["--target", str(directory), "--requirement", str(LOCK)]
        ran = subprocess.run(
            [sys.executable, "-m", "pip", "install", *options],
            capture_output=True,
            text=True,
            check=False,
        )
        if ran.returncode:
            pytest.skip(f"no package index can be reached: {ran.stderr.strip()[-200:]}")
        stamp.write_text(digest)
    return directory
