"""A network of Microsoft's SDK comes under Pulumi: adopted, imported, and nothing to change."""

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from sparehub.cli.authoring.adopt import adopt_file
from sparehub.output import Output
from sparehub.stacks.stack_files import stack_file
from tests.engine import existing_network
from tests.engine.conftest import Engine
from tests.simulator.http.http_front import Front, serving
from tests.simulator.http.sdk_topology import SUBSCRIPTION

Make = Callable[..., Engine]
TYPES = (
    "virtualNetworks",
    "routeTables",
    "virtualNetworkGateways",
    "connections",
    "expressRouteCircuits",
)
IMPORT = ("--yes", "--skip-preview", "--generate-code=false")

PROTECTED = {
    "region/group",
    "region/hub/network",
    "region/hub/GatewaySubnet",
    "region/expressroute/gateway",
    "region/circuit/line-1/group",
    "region/circuit/line-1/circuit",
    "region/circuit/line-1/private-peering",
    "guard",
}


def export(front: Front) -> list[dict[str, Any]]:
    """Return every resource of the subscription as ARM lists it."""
    groups = front.send("GET", f"/subscriptions/{SUBSCRIPTION}/resourcegroups")[2]["value"]
    listed = [
        front.send("GET", f"{group['id']}/providers/Microsoft.Network/{kind}")[2]["value"]
        for group in groups
        for kind in TYPES
    ]
    return [*groups, *(each for found in listed for each in found)]


def adopted(azure: Engine, resources: list[dict[str, Any]]) -> Path:
    """Put the adopted configuration in the place of the stack's; return the import file."""
    source = azure.rehearsal.home.path / "resources.json"
    source.write_text(json.dumps(resources))
    path = stack_file(azure.rehearsal.project, "primary")
    salt = path.read_text().splitlines()[-1]
    path.unlink()
    output = Output(as_json=True)
    assert adopt_file(source, path, output, subscription=None, resource_group=None) == 0
    path.write_text(f"{path.read_text()}{salt}\n")
    return path.with_suffix(".import.json")


def test_an_adopted_network_is_imported_without_a_change(
    engine: Make, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """All but what on-premises has is said, Pulumi makes only the guard, destroy is refused."""
    monkeypatch.setenv("ARM_SUBSCRIPTION_ID", SUBSCRIPTION)
    azure = engine("primary")
    with serving(azure.store) as front:
        existing_network.make(front.address)
        resources = export(front)

    imports = adopted(azure, resources)
    report = json.loads(capsys.readouterr().out)
    with azure.writes() as seen:
        azure.rehearsal.pulumi("import", "-f", str(imports), *IMPORT, "--stack", "primary")
    preview = azure.preview("primary")
    with azure.writes() as destroyed:
        azure.refused("destroy", "--yes", "--skip-preview", "--stack", "primary")
    assert azure.up("primary") == []
    state = json.loads(azure.rehearsal.pulumi("stack", "export", "--stack", "primary"))

    hub = existing_network.identity("virtualNetworks/prod-hub")
    reason = "what on-premises advertises is unknown to Azure: fill in onPremises.addressPrefixes"
    assert report["notUnderstood"] == [{"id": hub, "reason": reason}]
    assert seen == destroyed == []
    assert {
        each["urn"].split("::")[-1]
        for each in state["deployment"]["resources"]
        if each.get("protect")
    } == PROTECTED
    lines = [line.strip() for line in preview.splitlines()]
    assert lines[lines.index("Resources:") + 1 :][:2] == ["+ 1 to create", "30 unchanged"]
    assert "+  sparehub:network:DestroyGuard guard create" in preview
