"""Drift between configuration, state and Azure is seen by `sparehub parity --deployed`."""

import json
import os
from collections.abc import Callable
from typing import Any

import pytest

from sparehub.cli.authoring.parity import compare
from sparehub.output import Output
from tests.engine.conftest import Engine

Make = Callable[..., Engine]
TABLE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-sparehub-eastasia"
    "/providers/Microsoft.Network/routeTables/rt-gateway-eastasia"
)


def test_what_azure_lost_is_wrong_once_pulumi_has_looked(
    engine: Make, capsys: pytest.CaptureFixture[str]
) -> None:
    """A route to a spoke that somebody took out of GatewaySubnet's table; the target is named."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")
    environment = azure.rehearsal.home.environment(os.environ)

    def deployed() -> tuple[int, list[dict[str, Any]]]:
        code = compare(azure.rehearsal.project, Output(as_json=True), environment, deployed=True)
        said = capsys.readouterr()
        assert said.err == f"simulated Azure at {azure.store}\n"
        found = json.loads(said.out)["differences"]
        return code, [each for each in found if each["verdict"] == "wrong"]

    before = deployed()
    azure.arm("DELETE", f"{TABLE}/routes/to-spoke2-10.2.0.0-24")
    azure.rehearsal.pulumi("refresh", "--yes", "--skip-preview", "--stack", "primary")
    code, wrong = deployed()

    path, hop = "region.routeTables.gateway.routes.10.2.0.0/24", "VirtualAppliance 10.10.10.10"
    assert before == (0, [])
    assert code == 3
    assert [(each["stack"], each["path"]) for each in wrong] == [(None, path), ("primary", path)]
    assert [each["primary"] for each in wrong] == [None, {"configuration": hop, "state": None}]
    assert [each["secondary"] for each in wrong] == [hop, None]
