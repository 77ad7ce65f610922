"""The data of the runbook: the plan's writes, as requests that azure-native would send."""

import json
from collections.abc import Callable
from copy import deepcopy
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sparehub.topology.config.enums import Activation
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.plan import Mode, PlanKind, PlanStep, StepAction
from sparehub.topology.planning.runbook.switch_data import ExportError, SwitchData, digest_of
from tests.components.region_states import BORROWED
from tests.configurations import with_spokes
from tests.runbook.world import Files, SwitchWorld, bodies_of, graph_of, shipped_pair
from tests.site_recovery_files import protected, recovery


def at_depth(depth: str) -> Files:
    files = shipped_pair()
    for values in files.values():
        values["sparehub:region"]["standby"] = {"depth": depth}
    return files


def many_prefixes() -> Files:
    """Return a pair above 200 prefixes: the spokes wait for the connection (ER-36)."""
    files = at_depth("gateway")
    for values in files.values():
        spoke = values["sparehub:region"]["spokes"]["spoke2"]
        spoke["addressSpace"] += [f"10.3.{n}.0/24" for n in range(200)]
    return files


def borrowed() -> Files:
    """Return a pair whose secondary has a second connection, by an authorization key."""
    files = at_depth("network")
    connections = files["secondary"]["sparehub:region"]["expressRoute"]["connections"]
    connections["borrowed"] = {
        "routingWeight": 10,
        "circuit": {
            "id": BORROWED,
            "peeringLocation": "Singapore",
            "sku": {"tier": "Premium"},
            "bandwidthInMbps": 500,
            "authorizationKey": "not-a-real-key",
        },
    }
    return files


def named() -> Files:
    """Return a pair with tags, other names and a gateway of scale units."""
    files = at_depth("network")
    for values in files.values():
        region = values["sparehub:region"]
        region["tags"] = {"owner": "network"}
        region["resourceGroup"] = f"rg-{values['azure-native:location']}"
        gateway = {"sku": "ErGwScale", "minScaleUnits": 2, "maxScaleUnits": 3, "name": "gw"}
        region["expressRoute"]["gateway"] = gateway
    return files


def with_machines() -> Files:
    return {"primary": protected(), "secondary": recovery()}


PAIRS: dict[str, Callable[[], Files]] = {
    "network": lambda: at_depth("network"),
    "gateway": lambda: at_depth("gateway"),
    "connection": lambda: at_depth("connection"),
    "many prefixes": many_prefixes,
    "borrowed circuit": borrowed,
    "named": named,
    "machines": with_machines,
}
BOTH = (PlanKind.FAILOVER, PlanKind.FAILBACK)


@cache
def world_of(name: str, kind: PlanKind = PlanKind.FAILOVER) -> SwitchWorld:
    return SwitchWorld(Path("/nonexistent"), PAIRS[name](), kind)


@cache
def data_of(name: str, kind: PlanKind = PlanKind.FAILOVER) -> SwitchData:
    return world_of(name, kind).data


@cache
def document_of(name: str, kind: PlanKind = PlanKind.FAILOVER) -> dict[str, Any]:
    return data_of(name, kind).document()


def requests_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [each for step in document["steps"] for each in step.get("requests", ())]


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", PAIRS)
def test_every_operation_of_the_plan_is_a_request(name: str, kind: PlanKind) -> None:
    """Step by step: verb and logical name of each, and nothing else."""
    data = data_of(name, kind)
    planned = {
        step.id: {(each.verb.value, each.name) for each in step.change.operations}
        for step in data.plan.steps
        if step.change
    }

    document = data.document()

    assert {
        step["id"]: {(each["operation"], each["name"]) for each in step["requests"]}
        for step in document["steps"]
        if "requests" in step
    } == planned
    assert [each["id"] for each in document["steps"]] == [each.id for each in data.plan.steps]


@pytest.mark.parametrize(
    ("name", "kind"),
    [*((name, PlanKind.FAILOVER) for name in PAIRS), ("network", PlanKind.FAILBACK)],
)
def test_bodies_are_those_of_azure_native(name: str, kind: PlanKind) -> None:
    """Path, query and body of what a PUT writes are those of the components, the key apart."""
    world = world_of(name, kind)
    expected: dict[str, Any] = {}
    for stack, activation in (
        (world.source, Activation.STANDBY),
        (world.target, Activation.ACTIVE),
    ):
        for logical, path, body, query in bodies_of(graph_of(world.region(stack, activation))):
            body.get("properties", {}).pop("authorizationKey", None)
            expected[path] = (logical, body, query)

    puts = [each for each in requests_of(document_of(name, kind)) if each["method"] == "PUT"]

    assert puts
    assert [(each["name"], each["body"], each["query"]) for each in puts] == [
        expected[each["path"]] for each in puts
    ]


@pytest.mark.parametrize("kind", BOTH)
@pytest.mark.parametrize("name", PAIRS)
def test_a_request_waits_only_for_earlier_ones(name: str, kind: PlanKind) -> None:
    """So that the runbook comes to an end."""
    for step in document_of(name, kind)["steps"]:
        known: set[str] = set()
        for request in step.get("requests", ()):
            assert set(request["after"]) <= known
            known.add(request["name"])


def test_peerings_wait_for_the_connection_above_200_prefixes() -> None:
    """ER-36; below that they wait for nothing, and run in parallel."""
    switch = next(each for each in document_of("many prefixes")["steps"] if each["act"] == "switch")
    many = switch["requests"]

    assert {
        tuple(each["after"]) for each in many if "/virtualNetworkPeerings/" in each["path"]
    } == {("region/connection/singapore/connection",)}
    assert {
        tuple(each["after"])
        for each in requests_of(document_of("network"))
        if "/virtualNetworkPeerings/" in each["path"] and each["operation"] == "update"
    } == {(REGION.gateway,), ()}


def test_connections_of_one_gateway_are_made_one_after_the_other() -> None:
    """VN-19: Azure refuses a second write on a gateway while one runs."""
    requests = requests_of(document_of("borrowed circuit"))
    made = [each for each in requests if "/connections/" in each["path"] and each["body"]]

    assert [each["after"] for each in made] == [
        [REGION.gateway],
        ["region/connection/borrowed/connection"],
    ]


def test_no_secret_is_in_the_data() -> None:
    """The key is named by its encrypted variable."""
    text = data_of("borrowed circuit").text()

    assert "not-a-real-key" not in text
    assert '"variable":"sparehub-authorization-key-borrowed"' in text


@pytest.mark.parametrize("name", PAIRS)
def test_the_same_files_give_the_same_bytes(name: str) -> None:
    """Canonical JSON: sorted keys, no spaces, ASCII."""
    first = data_of(name).text()
    second = SwitchWorld(Path("/nonexistent"), PAIRS[name]()).data.text()

    assert digest_of(first) == digest_of(second)
    assert first == json.dumps(
        json.loads(first), sort_keys=True, separators=(",", ":"), ensure_ascii=True
    )


def test_a_step_that_no_runbook_can_do_is_refused() -> None:
    """The message names the step."""
    data = data_of("gateway")
    step: PlanStep = replace(data.plan.steps[0], id="raise", act=StepAction.RAISE, title="more")
    changed = replace(data, plan=replace(data.plan, steps=(step, *data.plan.steps)))

    with pytest.raises(ExportError, match=r"cannot carry out raise \(more\)"):
        changed.text()


def test_an_operation_without_a_request_is_refused() -> None:
    """The message names the operation: nothing of a plan is left out in silence."""
    data = data_of("gateway")
    steps = []
    for step in data.plan.steps:
        change = step.change and replace(
            step.change,
            operations=step.change.operations
            | {replace(each, name="region/other") for each in step.change.operations},
        )
        steps.append(replace(step, change=change))
    changed = replace(data, plan=replace(data.plan, steps=tuple(steps)))

    with pytest.raises(ExportError, match="no request for delete region/other"):
        changed.text()


def test_a_planned_plan_is_refused() -> None:
    """A recovery plan in the portal is for the day on which the source may be lost."""
    data = data_of("gateway")

    with pytest.raises(ExportError, match="--unplanned"):
        replace(data, plan=replace(data.plan, mode=Mode.PLANNED)).text()


def test_the_scopes_are_both_groups_and_the_sources_circuits() -> None:
    """The runbook writes nowhere else."""
    document = document_of("gateway")

    assert [each.split("/resourceGroups/")[1] for each in document["scopes"]] == [
        "rg-sparehub-eastasia",
        "rg-sparehub-erc-hong-kong/providers/Microsoft.Network/expressRouteCircuits/erc-hong-kong",
        "rg-sparehub-southeastasia",
    ]


def test_a_hook_is_left_to_a_person() -> None:
    """It is in the data and among the postconditions, and no request is made of it."""
    files = deepcopy(dict(shipped_pair()))
    files["secondary"]["sparehub:region"]["hooks"] = [
        {
            "name": "dns",
            "after": "activate-secondary",
            "manual": "Change the records",
            "timeoutInSeconds": 600,
        }
    ]

    document = SwitchWorld(Path("/nonexistent"), files).data.document()

    assert [each["act"] for each in document["steps"]][-1] == "hook"
    assert any(each.startswith("done by hand") for each in document["postconditions"])


def test_five_hundred_spokes_fit_into_one_variable() -> None:
    """With both directions' peerings in it; the value is JSON in JSON."""
    files = {name: with_spokes(values, 500) for name, values in at_depth("gateway").items()}

    rendered = SwitchWorld(Path("/nonexistent"), files).rendered

    assert 700_000 < len(rendered.variable) < 1024 * 1024
