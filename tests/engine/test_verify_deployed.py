"""What is proven of two stacks that stand, and of faults that came behind Pulumi's back."""

import io
import json
import os
from collections.abc import Callable
from typing import Any

from rich.console import Console

from sparehub.cli.reachability import verify as verify_command
from sparehub.output import Output
from tests.engine.conftest import Engine


def proven(azure: Engine) -> tuple[int, dict[str, Any]]:
    """Run `sparehub verify --deployed --json`; return its exit code and the states by name."""
    text = io.StringIO()
    output = Output(as_json=True, results=Console(file=text))
    directory = azure.rehearsal.project
    environment = azure.rehearsal.home.environment(os.environ)
    read = verify_command.read_sides(directory, output, environment)
    code = verify_command.verify(directory, verify_command.VerifyRequest(), output, read)
    return code, {state["state"]: state for state in json.loads(text.getvalue())["states"]}


def rewrite(azure: Engine, path: str, change: Callable[[dict[str, Any]], object]) -> None:
    """Change the properties of a resource behind Pulumi's back."""
    body = azure.arm("GET", path).body
    assert body is not None
    change(body["properties"])
    assert azure.arm("PUT", path, body).status in {200, 201}


def forget_a_spoke(properties: dict[str, Any]) -> None:
    properties["routes"] = [r for r in properties["routes"] if "spoke1" not in r["name"]]


def test_faults_behind_pulumis_back_are_found_and_blamed(engine: Callable[..., Engine]) -> None:
    """Two stacks as deployed are in order; after three ARM writes and a refresh they are not."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")

    code, states = proven(azure)
    assert (code, states["normal"]["violations"]) == (0, [])
    assert states["failover-disconnected"]["lasts"] == {"typical": 271, "worst": 780}

    outputs = azure.outputs("primary")
    hub, spokes = outputs["hubVirtualNetworkId"], outputs["spokeVirtualNetworkIds"]
    table = hub.split("/virtualNetworks/")[0] + "/routeTables/rt-gateway-eastasia"
    half = f"{spokes['spoke2']}/virtualNetworkPeerings/peer-spoke2-to-hub"
    rewrite(azure, table, forget_a_spoke)
    rewrite(azure, half, lambda it: it.update(allowForwardedTraffic=False))
    rewrite(azure, f"{spokes['spoke2']}/subnets/app", lambda it: it.update(serviceEndpoints=[]))
    azure.rehearsal.pulumi("refresh", "--yes", "--skip-preview", "--stack", "primary")

    code, states = proven(azure)
    found = {
        (each["question"], each["source"], each["verdict"]): each["reason"]
        for each in states["normal"]["violations"]
        if each["destination"] in {"on-premises", "internet"}
    }
    assert code == 3
    assert set(found) == {
        ("symmetric", "primary/spoke1/app", "UNREACHABLE"),
        ("through", "primary/spoke2/app", "AMBIGUOUS"),
        ("replication", "primary/spoke2/app", "REACHABLE"),
    }
    blamed = ("rt-gateway-eastasia has no route", "peer-spoke2-to-hub has", "no Microsoft.Storage")
    assert all(any(word in reason for reason in found.values()) for word in blamed)


def test_switches_of_the_portal_are_found(engine: Callable[..., Engine]) -> None:
    """FastPath and other networks, which no stack file can say (ER-26, ER-28)."""
    azure = engine("primary", "secondary")
    azure.up("primary")
    azure.up("secondary")
    outputs = azure.outputs("primary")
    flags = {"allowRemoteVnetTraffic": True, "allowVirtualWanTraffic": True}
    (connection,) = outputs["connectionIds"].values()
    rewrite(azure, connection, lambda it: it.update(expressRouteGatewayBypass=True))
    rewrite(azure, outputs["gatewayId"], lambda it: it.update(flags))
    azure.rehearsal.pulumi("refresh", "--yes", "--skip-preview", "--stack", "primary")

    code, states = proven(azure)
    found = [(v["question"], v["fails"], v["reason"]) for v in states["normal"]["violations"]]
    assert code == 3
    assert {(question, fails) for question, fails, _ in found} == {
        ("through", True),
        ("fast-path", False),
        ("other-networks", False),
    }
    through = [reason for question, _, reason in found if question == "through"]
    assert all("with any other circuit, and before, it does not" in each for each in through)
