"""Custom roles and what an Automation account holds, through the provider."""

from tests.simulator.provider.protocol_client import ProtocolClient

SUBSCRIPTION = "/subscriptions/00000000-0000-0000-0000-000000000001"
NUMBER = "11111111-2222-4333-8444-555555555555"
RG = {"resourceGroupName": "rg"}
ACCOUNT = RG | {"automationAccountName": "account"}


def test_a_custom_role_is_made_read_changed_imported_and_destroyed(
    protocol: ProtocolClient,
) -> None:
    """`roleType` is ARM's `type` of the properties; a refresh finds no drift."""
    protocol.group()
    role = {
        "roleDefinitionId": NUMBER,
        "scope": SUBSCRIPTION,
        "roleName": "Switch",
        "roleType": "CustomRole",
        "description": "",
        "assignableScopes": [SUBSCRIPTION],
        "permissions": [{"actions": ["Microsoft.Network/*"], "notActions": []}],
    }

    made = protocol.create("authorization:RoleDefinition", "role", role)
    refreshed = protocol.refresh(made)
    adopted = protocol.adopt(made)

    assert made.id == f"{SUBSCRIPTION}/providers/Microsoft.Authorization/roleDefinitions/{NUMBER}"
    assert (made.outputs["roleType"], made.outputs["type"]) == (
        "CustomRole",
        "Microsoft.Authorization/roleDefinitions",
    )
    assert refreshed
    assert refreshed.inputs == made.inputs
    assert adopted
    assert {name: adopted.inputs[name] for name in role} == role
    protocol.delete(made)
    assert protocol.refresh(made) is None


def test_an_account_holds_runbooks_of_a_runtime_environment(protocol: ProtocolClient) -> None:
    """The identity's principal is an output; an encrypted value makes no drift."""
    protocol.group()
    account = protocol.create(
        "automation:AutomationAccount",
        "account",
        ACCOUNT | {"identity": {"type": "SystemAssigned"}, "sku": {"name": "Basic"}},
    )
    environment = protocol.create(
        "automation:RuntimeEnvironment",
        "python",
        ACCOUNT
        | {"runtimeEnvironmentName": "python", "language": "Python", "version": "3.10"}
        | {"location": "eastasia"},
    )
    runbook = protocol.create(
        "automation:Runbook",
        "switch",
        ACCOUNT
        | {"runbookName": "switch", "runbookType": "Python3", "runtimeEnvironment": "python"}
        | {"location": "eastasia", "draft": {}},
    )
    variable = protocol.create(
        "automation:Variable",
        "key",
        ACCOUNT | {"variableName": "key", "name": "key", "isEncrypted": True, "value": '"s"'},
    )
    assignment = protocol.create(
        "authorization:RoleAssignment",
        "role",
        {
            "scope": account.id.partition("/providers")[0],
            "roleAssignmentName": NUMBER,
            "principalId": account.outputs["identity"]["principalId"],
            "roleDefinitionId": f"/providers/Microsoft.Authorization/roleDefinitions/{NUMBER}",
        },
    )

    for made in (account, environment, runbook, variable, assignment):
        refreshed = protocol.refresh(made)
        assert refreshed
        assert refreshed.inputs == made.inputs, made.urn
    assert runbook.outputs["runtimeEnvironment"] == "python"
    assert len(account.outputs["identity"]["principalId"]) == 36
