"""What replication is set up with: who owns it, what keeps it, and what cannot be changed."""

from typing import Any

import pytest

from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body, Written

MAPPING = f"{asr.CONTAINER}/replicationProtectionContainerMappings/m"
NETWORKS = f"{asr.PRIMARY}/replicationNetworks/azureNetwork"
OTHER_VAULT = asr.VAULT.replace("vaults/vault", "vaults/other")
OTHER_POLICY = f"{asr.VAULT}/replicationPolicies/other"
ROLE: Body = {"properties": {"principalId": "p", "roleDefinitionId": "/x/r"}}


def role_at(scope: str) -> str:
    return f"{scope}/providers/Microsoft.Authorization/roleAssignments/r"


def changed(written: Written, **more: Any) -> Written:
    path, body = written
    return path, {"properties": body["properties"] | more}


@pytest.mark.parametrize(
    "path",
    [
        asr.CONTAINER,
        NETWORKS,
        f"{asr.VAULT}/replicationJobs/x",
        f"{asr.VAULT}/replicationAlertSettings/defaultAlertSetting",
        f"{asr.THERE}/providers/Microsoft.Automation/automationAccounts/a/jobs/x",
    ],
)
def test_what_goes_with_its_parent_only_has_no_delete(arm: Arm, path: str) -> None:
    """SR-36: a container has ``remove``; Microsoft's clients delete none of these."""
    asr.prepare(arm)

    assert arm.refused_delete(path) == "METHOD_UNKNOWN"
    asr.succeed(arm, "PUT", *asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0]))


def test_the_network_of_a_fabric_is_not_written(arm: Arm) -> None:
    """SR-28: the fabric makes it, and there is one of it; a template does not write it either."""
    asr.prepare(arm)
    kind = "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationNetworks"
    deployment = f"{asr.THERE}/providers/Microsoft.Resources/deployments/d"

    for name in ("azureNetwork", "mine"):
        assert arm.refusal(f"{asr.PRIMARY}/replicationNetworks/{name}", {}) == "READ_ONLY"
        template = {"resources": [{"type": kind, "name": f"vault/primary/{name}"}]}
        assert arm.refusal(deployment, {"properties": {"template": template}}) == "READ_ONLY"


def test_role_assignments_do_not_keep_a_vault_or_a_container(arm: Arm) -> None:
    """SR-81: they go with what they are at; mappings are made beside them."""
    asr.prepare(arm)
    container = f"{asr.PRIMARY}/replicationProtectionContainers/second"
    asr.succeed(arm, "PUT", *asr.container(container))
    for scope in (asr.VAULT, container, NETWORKS):
        arm.put(role_at(scope), ROLE)

    asr.succeed(arm, "PUT", *asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0]))
    asr.succeed(arm, "POST", f"{container}/remove")
    for path in (MAPPING, MAPPING.replace("primary", "recovery")):
        asr.succeed(arm, "DELETE", path)
    for path in (asr.PRIMARY, asr.RECOVERY, asr.POLICY):
        asr.succeed(arm, "DELETE", path)
    arm.delete(asr.VAULT)
    assert [arm.send("GET", path).status for path in (asr.VAULT, role_at(asr.VAULT))] == [404, 404]


def test_remove_does_what_delete_does(arm: Arm) -> None:
    """SR-80: of a mapping and of a fabric, by Microsoft's ``begin_delete``; not while in use."""
    asr.protect(arm, "app1")
    for path in (MAPPING, asr.PRIMARY, asr.RECOVERY):
        assert arm.refusal(f"{path}/remove", None, "POST") == "IN_USE"
        assert arm.refused_delete(path) == "IN_USE"
    asr.succeed(arm, "DELETE", asr.item("app1"))

    asr.succeed(arm, "POST", f"{MAPPING}/remove", {"properties": {}})
    asr.succeed(arm, "POST", f"{asr.PRIMARY}/remove")

    assert [arm.send("GET", path).status for path in (MAPPING, asr.PRIMARY)] == [404, 404]
    jobs = arm.get(f"{asr.VAULT}/replicationJobs")["value"]
    names = [job["properties"]["scenarioName"] for job in jobs]
    assert (names.count("UnpairCloud"), names.count("DeleteFabric")) == (1, 1)


def test_a_fabric_keeps_its_region(arm: Arm) -> None:
    """SR-34: a PUT as before is accepted; machines would be in the wrong region otherwise."""
    asr.protect(arm, "app1")

    assert arm.refusal(*asr.fabric(asr.PRIMARY, asr.THIRD)) == "FABRIC_MOVED"
    asr.succeed(arm, "PUT", *asr.fabric(asr.PRIMARY, asr.SOURCE))


def test_a_plan_keeps_its_fabrics(arm: Arm) -> None:
    """SR-80: a plan is removed first; a slash at the end of an id means nothing."""
    asr.prepare(arm)
    slashed = {name: f"{path}/" for name, path in (("recoveryFabricId", asr.RECOVERY),)}
    asr.succeed(arm, "PUT", *changed(asr.plan(), **slashed))

    for fabric in (asr.PRIMARY, asr.RECOVERY):
        assert arm.refused_delete(fabric) == "IN_USE"
    asr.succeed(arm, "DELETE", asr.PLAN)
    asr.succeed(arm, "DELETE", asr.RECOVERY)


def test_mappings_and_plans_stay_in_their_vault(arm: Arm) -> None:
    """SR-28: what another vault holds is not there for this one."""
    asr.prepare(arm)
    arm.put(OTHER_VAULT, {"location": asr.TARGET, "sku": {"name": "Standard"}, "properties": {}})
    fabric, policy = f"{OTHER_VAULT}/replicationFabrics/f", f"{OTHER_VAULT}/replicationPolicies/p"
    container = f"{fabric}/replicationProtectionContainers/c"
    asr.succeed(arm, "PUT", *asr.fabric(fabric, asr.TARGET))
    asr.succeed(arm, "PUT", *asr.container(container))
    asr.succeed(arm, "PUT", policy, asr.policy()[1])

    mapping = asr.container_mapping(asr.CONTAINER, asr.BACK, "other")
    for wrong in ({"targetProtectionContainerId": container}, {"policyId": policy}):
        assert arm.refusal(*changed(mapping, **wrong)) == "MAPPING_TARGET"
    assert arm.refusal(*changed(asr.plan(), recoveryFabricId=fabric)) == "PLAN_FABRIC"


def test_a_mapping_in_use_leads_where_it_led(arm: Arm) -> None:
    """SR-80: with another policy it could be deleted under the item; then it can be changed."""
    asr.protect(arm, "app1")
    asr.succeed(arm, "PUT", OTHER_POLICY, asr.policy()[1])
    other = changed(asr.container_mapping(asr.CONTAINER, asr.BACK), policyId=OTHER_POLICY)

    assert arm.refusal(*other) == "IN_USE"
    asr.succeed(arm, "PUT", *asr.container_mapping(asr.CONTAINER, f"{asr.BACK}/"))
    assert arm.refused_delete(MAPPING) == "IN_USE"
    asr.succeed(arm, "DELETE", asr.item("app1"))
    asr.succeed(arm, "PUT", *other)


@pytest.mark.parametrize(
    ("sent", "expected"),
    [
        ({"recoveryNetworkId": asr.TEST[0]}, (asr.SPOKE[0], asr.TEST[0])),
        ({"recoveryFabricName": "recovery"}, (asr.SPOKE[0], asr.ARRIVAL[0])),
        ({}, (asr.SPOKE[0], asr.ARRIVAL[0])),
    ],
)
def test_a_patch_of_a_network_mapping_keeps_what_it_does_not_name(
    arm: Arm, sent: Body, expected: tuple[str, str]
) -> None:
    """Microsoft's client sends each member only if it is set."""
    asr.prepare(arm)
    path = f"{NETWORKS}/replicationNetworkMappings/n"

    asr.succeed(arm, "PATCH", path, {"properties": sent})

    shown = arm.properties(path)
    fabric = shown["recoveryFabricArmId"].lower()
    assert (shown["primaryNetworkId"], shown["recoveryNetworkId"], fabric) == (
        expected[0].lower(),
        expected[1].lower(),
        asr.RECOVERY.lower(),
    )


@pytest.mark.parametrize(
    ("kept", "consistent", "accepted"),
    [(60, 60, True), (1440, 0, True), (60, 240, False), (0, 60, False)],
)
def test_snapshots_are_not_further_apart_than_the_retention(
    arm: Arm, kept: int, consistent: int, *, accepted: bool
) -> None:
    """SR-14: no consistent point would be left; Terraform refuses it where nothing is kept."""
    asr.prepare(arm)
    settings = {"recoveryPointHistory": kept, "appConsistentFrequencyInMinutes": consistent}
    patch = {"properties": {"replicationProviderSettings": asr.A2A | settings}}

    for method, (path, body) in (
        ("PUT", asr.policy(**settings)),
        ("PATCH", (asr.POLICY, patch)),
    ):
        if accepted:
            asr.succeed(arm, method, path, body)
        else:
            assert arm.refusal(path, body, method) == "POLICY_INVALID"


def test_a_policy_of_another_provider_replicates_no_machine_of_azure(arm: Arm) -> None:
    """SR-35: it is stored, stays of its provider, and containers are not mapped with it."""
    asr.prepare(arm)
    body = {"properties": {"providerSpecificInput": {"instanceType": "InMage"}}}
    asr.succeed(arm, "PUT", OTHER_POLICY, body)

    wrong = changed(asr.container_mapping(asr.CONTAINER, asr.BACK, "w"), policyId=OTHER_POLICY)
    assert arm.refusal(*wrong) == "MAPPING_TARGET"
    assert arm.refusal(asr.POLICY, body) == "POLICY_PROVIDER"
    patch = {"properties": {"replicationProviderSettings": {"multiVmSyncStatus": "Disable"}}}
    asr.succeed(arm, "PATCH", OTHER_POLICY, patch)
    details = arm.properties(OTHER_POLICY)["providerSpecificDetails"]
    assert (details["instanceType"], details["multiVmSyncStatus"]) == ("InMage", "Disable")


def test_a_container_shows_the_name_of_its_fabrics_region(arm: Arm) -> None:
    """SR-36: in words, as the fabric does."""
    asr.protect(arm, "app1")

    shown = arm.properties(asr.CONTAINER)["fabricFriendlyName"]
    assert (shown, arm.properties(asr.PRIMARY)["friendlyName"]) == ("East Asia", "East Asia")
