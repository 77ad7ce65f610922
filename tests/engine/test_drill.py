"""A drill on the real engine: what it makes, what it leaves alone, and that it goes again."""

import json
import os
import subprocess
from collections.abc import Callable
from typing import Any

from engine.paths import VENV
from sparehub.simulator import control
from sparehub.stacks.stack_files import stack_file
from tests.engine.conftest import Engine

Make = Callable[..., Engine]
GROUP = "rg-sparehub-drill-southeastasia"
NETWORKS = {
    "vnet-bastion-drill": ("AzureBastionSubnet", "peer-bastion-spoke1", "peer-bastion-spoke2"),
    "vnet-drill-spoke1": ("app", "peer-bastion-spoke1", "peer-spoke1-to-spoke2"),
    "vnet-drill-spoke2": ("app", "peer-bastion-spoke2", "peer-spoke2-to-spoke1"),
}
KINDS = ("subnets", "virtualNetworkPeerings", "virtualNetworkPeerings")
MADE = [
    GROUP,
    *(
        f"{GROUP}/providers/Microsoft.Network/{kind}"
        for kind in (
            "networkSecurityGroups/nsg-bastion-drill-southeastasia",
            "networkSecurityGroups/nsg-drill-spoke1-southeastasia",
            "networkSecurityGroups/nsg-drill-spoke2-southeastasia",
            "routeTables/rt-drill-southeastasia",
            *(
                f"virtualNetworks/{name}-southeastasia{child}"
                for name, children in NETWORKS.items()
                for child in (
                    "",
                    *(f"/{kind}/{each}" for kind, each in zip(KINDS, children, strict=True)),
                )
            ),
        )
    ),
]


def run(azure: Engine, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run the command in the copy, as a script would."""
    return subprocess.run(
        [str(VENV / "bin" / "sparehub"), *arguments],
        cwd=azure.rehearsal.project,
        env=azure.rehearsal.home.environment(os.environ),
        capture_output=True,
        text=True,
        check=False,
    )


def drill(azure: Engine, *arguments: str) -> "subprocess.CompletedProcess[str]":
    """Run a drill's command, confirmed by the id of its plan."""
    planned = json.loads(run(azure, "plan", "drill", "--json").stdout)
    return run(azure, "drill", *arguments, "--yes", "--plan", planned["id"], "--json")


def written(azure: Engine, since: int) -> list[str]:
    """Return what was written since, from the resource group on."""
    entries = azure.rehearsal.log()[since:]
    assert {entry.outcome for entry in entries} <= {"Succeeded"}
    return sorted(entry.path.split("/resourceGroups/")[1] for entry in entries)


def machine(azure: Engine) -> str:
    """Put a network interface into a test network, as a test failover does."""
    subscription = control.resources(azure.store)[0][0].split("/")[2]
    group = f"/subscriptions/{subscription}/resourceGroups/{GROUP}/providers/Microsoft.Network"
    subnet = f"{group}/virtualNetworks/vnet-drill-spoke1-southeastasia/subnets/app"
    configuration = {"name": "ipconfig", "properties": {"subnet": {"id": subnet}}}
    body: dict[str, Any] = {
        "location": "southeastasia",
        "properties": {"ipConfigurations": [configuration]},
    }
    path = f"{group}/networkInterfaces/nic-test"
    assert azure.arm("PUT", path, body).status in (200, 201)
    return path


def test_a_drill_leaves_production_alone_from_start_to_end(engine: Make) -> None:
    """Refused while anything else would change; made, proven, inhabited, removed, recorded."""
    azure = engine("primary", "secondary")
    connected = {"connect": True, "bastion": {"addressPrefix": "10.99.0.0/26"}}
    azure.change("secondary", lambda c: c["sparehub:region"].update(drill=connected))
    azure.up("secondary")
    stood = control.resources(azure.store)
    file = stack_file(azure.rehearsal.project, "secondary")
    text = file.read_text()

    azure.change("secondary", lambda c: c["sparehub:region"].update(tags={"owner": "network"}))
    changed, since = file.read_text(), len(azure.rehearsal.log())
    refused = drill(azure, "start")
    assert refused.returncode == 3
    assert "would also update region/" in refused.stderr
    assert "which is not part of the drill; nothing was done" in refused.stderr
    assert file.read_text() == changed
    file.write_text(text)

    started = drill(azure, "start")
    assert started.returncode == 0, started.stderr
    assert json.loads(started.stdout)["isolated"] is True
    assert sorted(json.loads(started.stdout)["networks"]) == ["spoke1", "spoke2"]
    assert json.loads(started.stdout)["bastionSubnet"].endswith("/AzureBastionSubnet")
    assert written(azure, since) == MADE
    assert azure.up("secondary") == []

    interface = machine(azure)
    since = len(azure.rehearsal.log())
    inhabited = drill(azure, "stop")
    assert inhabited.returncode == 3
    assert (
        "the test networks are in use; nothing was done: nic-test in spoke1/app: not of a test"
        in (" ".join(inhabited.stderr.split()))
    )
    assert written(azure, since) == []
    azure.arm("DELETE", interface)

    since = len(azure.rehearsal.log())
    stopped = drill(azure, "stop", "--result", "all machines answered")
    assert stopped.returncode == 0, stopped.stderr
    assert json.loads(stopped.stdout)["escapes"] == []
    assert written(azure, since) == MADE
    assert control.resources(azure.store) == stood
    assert file.read_text() == text
    standing = json.loads(run(azure, "status", "--json").stdout)
    assert standing["drill"] == {"standing": [], "last": json.loads(stopped.stdout)["at"]}
