"""Custom role definitions, and what they permit a managed identity."""

from typing import Any

import pytest

from sparehub.simulator.arm.pipeline.callers import issue_token
from tests.simulator.arm.arm_client import Arm, refusal_in
from tests.simulator.arm.bodies import GROUP, virtual_network

SUBSCRIPTION = GROUP.partition("/resourceGroups")[0]
NUMBER = "11111111-2222-4333-8444-555555555555"
DEFINITIONS = f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions"
ASSIGNMENT = f"{GROUP}/providers/Microsoft.Authorization/roleAssignments/{NUMBER}"
HUB = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/hub"
PRINCIPAL = "99999999-2222-4333-8444-555555555555"


def role(**more: Any) -> dict[str, Any]:
    properties = {
        "roleName": "Network reader",
        "type": "CustomRole",
        "assignableScopes": [SUBSCRIPTION],
        "permissions": [
            {
                "actions": ["Microsoft.Network/*/read"],
                "notActions": ["Microsoft.Network/routeTables/*"],
            }
        ],
    }
    return {"properties": properties | more}


def assigned(number: str = NUMBER) -> dict[str, Any]:
    definition = f"{DEFINITIONS}/{number}"
    return {"properties": {"principalId": PRINCIPAL, "roleDefinitionId": definition}}


def as_identity(arm: Arm, method: str, path: str, body: object = None) -> str:
    """Send a request of the identity; return the refusal's name, or the status."""
    token = issue_token(PRINCIPAL, "", "https://management.azure.com/", 0, 4_000_000_000)
    headers = {"authorization": f"Bearer {token}"}
    response = arm.send(method, path, body, headers=headers)
    return str(response.status) if response.status < 400 else refusal_in(response)


def test_a_custom_role_is_made_read_changed_and_deleted(arm: Arm) -> None:
    """Azure's own are read at every scope too; one that is assigned is not deleted."""
    path = f"{DEFINITIONS}/{NUMBER}"
    arm.networks()

    made = arm.send("PUT", path, role())
    again = arm.send("PUT", path, role(description="reads"))
    arm.put(ASSIGNMENT, assigned())

    assert (made.status, again.status) == (201, 200)
    shown = arm.get(f"{GROUP}/providers/Microsoft.Authorization/roleDefinitions/{NUMBER.upper()}")
    assert shown["properties"] == role(description="reads")["properties"] | {
        "permissions": [
            {
                "actions": ["Microsoft.Network/*/read"],
                "notActions": ["Microsoft.Network/routeTables/*"],
                "dataActions": [],
                "notDataActions": [],
            }
        ]
    }
    reader = "acdd72a7-3385-48ef-bd42-f606fba81ae7"
    built_in = arm.get(f"/providers/Microsoft.Authorization/roleDefinitions/{reader}")
    assert built_in["properties"]["permissions"][0]["actions"] == ["*/read"]
    names = [each["name"] for each in arm.get(DEFINITIONS)["value"]]
    assert {reader, NUMBER} <= set(names)
    assert refusal_in(arm.send("DELETE", path)) == "ROLE_ASSIGNED"
    arm.send("DELETE", ASSIGNMENT)
    assert [arm.send("DELETE", path).status for _ in range(2)] == [200, 204]
    assert refusal_in(arm.send("GET", path)) == "ROLE_NOT_FOUND"


@pytest.mark.parametrize(
    ("name", "body", "refusal"),
    [
        ("network-reader", role(), "ROLE_NAME"),
        ("acdd72a7-3385-48ef-bd42-f606fba81ae7", role(), "ROLE_NAME"),
        (NUMBER, role(permissions=[]), "ROLE_INCOMPLETE"),
        (NUMBER, role(assignableScopes=[]), "ROLE_INCOMPLETE"),
        (NUMBER, role(roleName="contributor"), "ROLE_NAME_TAKEN"),
        (NUMBER, role(permissions="all"), "FORMAT_INVALID"),
    ],
)
def test_a_role_that_azure_would_not_take_is_refused(
    arm: Arm, name: str, body: dict[str, Any], refusal: str
) -> None:
    """And none is there afterwards."""
    assert refusal_in(arm.send("PUT", f"{DEFINITIONS}/{name}", body)) == refusal
    assert refusal_in(arm.send("GET", f"{DEFINITIONS}/{NUMBER}")) == "ROLE_NOT_FOUND"


def test_an_identity_may_do_what_a_custom_role_permits(arm: Arm) -> None:
    """Not what its notActions take away, not elsewhere, and nothing once it is not assigned."""
    arm.networks(hub="10.0.0.0/24")
    table = f"{GROUP}/providers/Microsoft.Network/routeTables"
    arm.send("PUT", f"{DEFINITIONS}/{NUMBER}", role())
    before = as_identity(arm, "GET", HUB)
    arm.put(ASSIGNMENT, assigned())

    assert before == "AUTHORIZATION_FAILED"
    assert as_identity(arm, "GET", HUB) == "200"
    assert as_identity(arm, "GET", table) == "AUTHORIZATION_FAILED"
    assert as_identity(arm, "PUT", *virtual_network("hub", "10.0.0.0/24")) == "AUTHORIZATION_FAILED"
    assert as_identity(arm, "PUT", f"{DEFINITIONS}/{NUMBER}", role()) == "AUTHORIZATION_FAILED"
    arm.send("DELETE", ASSIGNMENT)
    assert as_identity(arm, "GET", HUB) == "AUTHORIZATION_FAILED"


def test_a_role_of_which_only_the_name_is_known_permits_nothing(arm: Arm) -> None:
    """The lists of Azure's roles for Site Recovery are not simulated."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(ASSIGNMENT, assigned("494ae006-db33-4328-bf46-533a6560a3ca"))

    assert as_identity(arm, "GET", HUB) == "AUTHORIZATION_FAILED"
