"""Inputs of imported resources: replaced by those of a preview's plan, secrets included."""

from sparehub.topology.adoption.imports import entries_in_region
from sparehub.topology.adoption.planned_inputs import with_planned_inputs

URN = "urn:pulumi:secondary::sparehub::a$b::region/connection/x/connection"
OTHER = "urn:pulumi:secondary::sparehub::a$b::region/hub/network"
SECRET = {"4dabf18193072939515e22adb298388d": "1b47", "ciphertext": "v1:abc"}
CONNECTION = "azure-native:network:VirtualNetworkGatewayConnection"


def test_added_changed_and_deleted_inputs_are_those_of_the_plan() -> None:
    """An encrypted value is taken over as it is; other resources stay as they are."""
    state = [
        {"urn": URN, "id": "1", "inputs": {"kept": 1, "weight": 0, "default": True}},
        {"urn": OTHER, "inputs": {"kept": 1}},
    ]
    difference = {
        "adds": {"tags": {}, "authorizationKey": SECRET},
        "updates": {"weight": 5},
        "deletes": ["default"],
    }
    plan = {
        "resourcePlans": {
            URN: {"goal": {"inputDiff": difference}},
            OTHER: {"goal": {"inputDiff": {"adds": {"never": 1}}}},
        }
    }

    found = with_planned_inputs(state, plan, ["region/connection/x/connection"])

    inputs = {"kept": 1, "weight": 5, "tags": {}, "authorizationKey": SECRET}
    assert found == [{"urn": URN, "id": "1", "inputs": inputs}, state[1]]


def test_a_resource_without_a_plan_stays_as_it_is() -> None:
    state = [{"urn": URN, "inputs": {"kept": 1}}]

    assert with_planned_inputs(state, {}, ["region/connection/x/connection"]) == state


def test_an_import_brings_the_component_that_the_state_lacks_once() -> None:
    """Parents that are known are named and not imported again."""
    first, second = "region/connection/x", "region/connection/y"
    resources = [
        ("azure-native:network:VirtualNetworkGateway", "region/expressroute/gateway", "/g"),
        (CONNECTION, f"{first}/connection", "/x"),
        (CONNECTION, f"{second}/connection", "/y"),
    ]

    found = entries_in_region(resources, {"region", "region/expressroute", second})

    component = {
        "type": "sparehub:network:ExpressRouteConnection",
        "name": first,
        "component": True,
        "parent": "region",
    }
    assert found == [
        {**_entry(resources[0]), "parent": "region/expressroute"},
        component,
        {**_entry(resources[1]), "parent": first},
        {**_entry(resources[2]), "parent": second},
    ]


def _entry(resource: tuple[str, str, str]) -> dict[str, str]:
    kind, name, identity = resource
    return {"type": kind, "name": name, "id": identity}
