"""Policy assignments that deny, their question before a write, and registered providers."""

from typing import Any

from sparehub.simulator import control
from sparehub.simulator.arm.storage.policies import PolicyAssignment
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import GROUP, group, virtual_network

_SUBSCRIPTION = GROUP.partition("/resourceGroups")[0]
_HUB = "Microsoft.Network/virtualNetworks"
_ASSIGNED = PolicyAssignment(scope=_SUBSCRIPTION, name="no-networks", types=(_HUB,))
_EUROPE = PolicyAssignment(scope=_SUBSCRIPTION, name="europe", locations=("westeurope",))


def evaluations(arm: Arm, content: dict[str, Any]) -> list[Any]:
    path = f"{_SUBSCRIPTION}/providers/Microsoft.PolicyInsights/checkPolicyRestrictions"
    body = {"resourceDetails": {"resourceContent": content, "apiVersion": "2024-05-01"}}
    response = arm.send("POST", path, body)
    assert response.status == 200
    found: list[Any] = response.body["contentEvaluationResult"]["policyEvaluations"]
    return [each["policyInfo"]["policyAssignmentId"] for each in found]


def test_a_policy_denies_a_type_and_nothing_else(arm: Arm) -> None:
    """https://github.com/microsoft/vscode-azurefunctions/issues/1285 has the words."""
    arm.put(*group())
    control.assign_policies(arm.directory, [_ASSIGNED])

    refused = arm.refused("PUT", *virtual_network("hub", "10.0.0.0/24"), {})

    assert (refused["status"], refused["code"]) == (403, "RequestDisallowedByPolicy")
    assert refused["message"].startswith("Resource 'hub' was disallowed by policy. Policy ident")
    assert _ASSIGNED.id in refused["message"]
    control.assign_policies(arm.directory, [_EUROPE])
    assert arm.refusal(*virtual_network("hub", "10.0.0.0/24")) == "DISALLOWED_BY_POLICY"
    control.assign_policies(arm.directory, [])
    arm.put(*virtual_network("hub", "10.0.0.0/24"))


def test_the_question_names_the_assignments_that_would_deny(arm: Arm) -> None:
    """https://learn.microsoft.com/rest/api/policyinsights/policy-restrictions."""
    control.assign_policies(arm.directory, [_ASSIGNED, _EUROPE])

    assert evaluations(arm, {"type": _HUB, "location": "westeurope"}) == [_ASSIGNED.id]
    assert evaluations(arm, {"type": "x/y", "location": "eastasia"}) == [_EUROPE.id]
    assert evaluations(arm, {"type": "x/y", "location": "westeurope"}) == []


def test_a_resource_provider_shows_whether_it_is_registered(arm: Arm) -> None:
    """https://learn.microsoft.com/rest/api/resources/providers/get."""
    control.unregister(arm.directory, ["Microsoft.Compute"])
    states = [
        arm.get(f"{_SUBSCRIPTION}/providers/{name}")["registrationState"]
        for name in ("Microsoft.Network", "microsoft.compute")
    ]
    assert states == ["Registered", "NotRegistered"]
