"""Site Recovery answers every body; a refused one leaves no trace (in the store of a scene)."""

import shutil
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from sparehub.simulator.arm.actions.table import ACTIONS
from sparehub.simulator.arm.types.registry import REGISTRY
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import Body, Written
from tests.simulator.arm.json_paths import changed, leaves, without

ACCOUNT = f"{asr.THERE}/providers/Microsoft.Automation/automationAccounts/account"
DEPLOYMENT = f"{asr.THERE}/providers/Microsoft.Resources/deployments/d"
ROLE = f"{asr.CACHE}/providers/Microsoft.Authorization/roleAssignments/role"
ELIGIBILITY = "providers/Microsoft.RecoveryServices/replicationEligibilityResults/default"
VMWARE = f"{asr.VAULT}/replicationPolicies/vmware"
NIC = {"nicId": "x", "ipConfigs": [{"ipConfigName": "default", "recoverySubnetName": "app"}]}


def machine_with(properties: Body) -> Body:
    body = asr.machine("app3")[1]
    return body | {"properties": body["properties"] | properties}


DETACHED = asr.machine("app3")[1]["properties"]["storageProfile"]["osDisk"] | {
    "managedDisk": {"id": asr.disks("app1")[0]["diskId"], "storageAccountType": "Premium_LRS"},
    "diskSizeGB": 30,
}
"""A system disk with all that is read of one."""
PROFILE = {"storageProfile": {"osDisk": DETACHED, "dataDisks": [DETACHED]}}
TEMPLATE = {
    "parameters": {"name": {"type": "string", "defaultValue": "x"}},
    "variables": {"long": "[concat(parameters('name'), 'z', 7)]"},
    "resources": [
        {
            "type": "Microsoft.Network/routeTables",
            "apiVersion": "2024-05-01",
            "name": "[format('{0}-{1}', variables('long'), parameters('name'))]",
            "location": "[resourceGroup().location]",
            "tags": {"id": "[resourceId('Microsoft.Network/routeTables', 'x')]"},
            "properties": {},
        },
        {
            "type": "Microsoft.RecoveryServices/vaults/replicationPolicies",
            "name": "vault/templated",
            "dependsOn": ["x"],
            "properties": asr.policy()[1]["properties"],
        },
    ],
}
NAMED = {"parameters": {"name": {"value": "y"}}, "template": TEMPLATE, "mode": "Incremental"}
VALID: list[tuple[str, Written]] = [
    ("PUT", asr.protection("app2")),
    ("PUT", asr.plan(["app1"])),
    ("PUT", asr.policy()),
    ("PUT", asr.container_mapping(asr.CONTAINER, asr.BACK)),
    ("PUT", asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0])),
    ("PUT", asr.fabric(asr.PRIMARY, asr.SOURCE)),
    ("PUT", asr.account(asr.CACHE, asr.SOURCE)),
    ("PATCH", (asr.CACHE, {"kind": "StorageV2", "sku": {"name": "Premium_LRS"}})),
    ("PUT", asr.machine("app3")),
    ("PUT", (asr.machine("app3")[0], machine_with(PROFILE))),
    ("PUT", (ROLE, {"properties": {"principalId": "p", "roleDefinitionId": "r"}})),
    ("PUT", (ACCOUNT, {"location": asr.TARGET, "properties": {"sku": {"name": "Basic"}}})),
    ("PUT", (DEPLOYMENT, {"properties": {"template": {"resources": [{"type": "a/b"}]}}})),
    ("PUT", (DEPLOYMENT, {"properties": NAMED})),
    ("PUT", (VMWARE, {"properties": {"providerSpecificInput": {"instanceType": "InMage"}}})),
    ("PATCH", asr.network_mapping(asr.PRIMARY, asr.SPOKE[0], asr.ARRIVAL[0])),
    (
        "PATCH",
        (asr.PLAN, {"properties": {"groups": asr.plan(["app1"])[1]["properties"]["groups"]}}),
    ),
    ("PATCH", (asr.item("app1"), {"properties": {"vmNics": [NIC], "licenseType": "x"}})),
    ("PATCH", (asr.POLICY, {"properties": {"replicationProviderSettings": asr.A2A}})),
    ("PATCH", (asr.VAULT, {"tags": {"a": "b"}, "identity": {"type": "SystemAssigned"}})),
    ("POST", (f"{asr.item('app1')}/unplannedFailover", asr.failover())),
    ("POST", (f"{asr.item('app1')}/testFailover", asr.trial())),
    ("POST", (f"{asr.item('app1')}/testFailoverCleanup", {"properties": {"comments": "x"}})),
    ("POST", asr.switch("app1")),
    ("POST", (f"{asr.item('app1')}/applyRecoveryPoint", {"properties": {"recoveryPointId": "x"}})),
    ("POST", (f"{asr.PLAN}/unplannedFailover", asr.of_plan(asr.failover()))),
]
_ODD: st.SearchStrategy[Any] = st.sampled_from(
    [
        *(None, True, 7, 10**30, -1, 0.5, "", "x", "\ud800", "\x00"),
        *([], {}, ["x"], [None], [{}], {"id": 7}, {"properties": None}),
        *(asr.item("app1"), asr.POLICY, VMWARE, asr.CACHE, "/subscriptions/x", "/foo", "a/b"),
        *("standard_LRS", "PREMIUM_zrs", "InMage", "a2a", "Attach", asr.SOURCE.upper()),
        *("[", "[x]", "[[x", "[parameters('name')]", "[variables('name').x]", "[subscription()]"),
        *(f"[{'9' * 5000}]", f"[{'concat(' * 5000}]", "[concat()]", "[resourceId('a', 'b', 'c')]"),
        *("Microsoft.Resources/resourceGroups", "Microsoft.Resources/deployments", "a/b/c"),
        *("Microsoft.Network/providers/x", "Microsoft.RecoveryServices/vaults/replicationJobs"),
    ]
)


@st.composite
def requests(draw: st.DrawFn) -> tuple[str, str, Any]:
    """Return a valid request with one or two odd values in its body, or members missing."""
    method, (path, body) = draw(st.sampled_from(VALID))
    for _ in range(draw(st.integers(1, 2))):
        place = draw(st.sampled_from([(), *leaves(body)]))
        if place and draw(st.integers(0, 3)) == 0:
            body = without(body, place)
        else:
            body = changed(body, place, draw(_ODD))
    return method, path, body


@pytest.fixture(scope="module")
def scene(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a store with a protected machine, another that is not, and an account."""
    directory = tmp_path_factory.mktemp("scene")
    arm = Arm(directory)
    asr.protect(arm, "app1")
    for name, address in (("app2", "10.1.0.40"), ("app3", "10.1.0.41")):
        arm.put(*asr.interface(name, address))
        arm.put(*asr.machine(name))
    asr.accept(arm, "PUT", *asr.plan(["app1"]))
    other = {"properties": {"providerSpecificInput": {"instanceType": "InMage"}}}
    asr.accept(arm, "PUT", VMWARE, other)
    arm.put(ACCOUNT, {"location": asr.TARGET, "properties": {}})
    arm.azure.store.close()
    return directory


@settings(max_examples=150, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(request=requests())
def test_a_body_with_odd_values_is_answered(scene: Path, request: tuple[str, str, Any]) -> None:
    """No 500; a refusal changes nothing; what was accepted is read and listed afterwards."""
    method, path, body = request
    with TemporaryDirectory() as name:
        directory = Path(name) / "store"
        shutil.copytree(scene, directory)
        arm = Arm(directory)
        before = arm.dump()
        response = arm.send(method, path, body)
        assert response.status < 500, response.body
        if response.status >= 400:
            assert arm.dump() == before
        eligible = f"{asr.machine('app3')[0]}/{ELIGIBILITY}"
        points = f"{asr.item('app1')}/recoveryPoints"
        for shown in (asr.item("app1"), asr.PLAN, asr.VAULT, path, eligible, points):
            assert arm.send("GET", shown).status < 500
        for listed in ("replicationProtectedItems", "replicationJobs", "replicationEvents"):
            assert arm.send("GET", f"{asr.VAULT}/{listed}").status == 200
        arm.azure.store.close()


KINDS = sorted(
    {name for name in REGISTRY if not name.startswith("microsoft.network/")}
    | {action.partition(" ")[2] for action in ACTIONS}
)


@pytest.mark.parametrize("kind", KINDS)
def test_any_method_on_any_type_is_answered(scene: Path, tmp_path: Path, kind: str) -> None:
    """Of what is there and of what is not."""
    directory = tmp_path / "store"
    shutil.copytree(scene, directory)
    arm = Arm(directory)
    namespace, *parts = kind.split("/")
    names = ("vault", "primary", "c", "m", "x", "y")
    path = "/".join(f"{part}/{name}" for part, name in zip(parts, names, strict=False))
    body: Body = {"location": asr.TARGET, "properties": {}}
    for method in ("GET", "PUT", "PATCH", "POST", "DELETE"):
        response = arm.send(method, f"{asr.THERE}/providers/{namespace}/{path}", body)
        assert response.status < 500, (method, response.body)
    arm.azure.store.close()
