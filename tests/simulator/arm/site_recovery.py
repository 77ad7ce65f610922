"""A pair of regions with machines that Site Recovery replicates: paths, bodies and scenes."""

from typing import Any

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import SUBSCRIPTION, Body, Written, group

SOURCE, TARGET, THIRD = "eastasia", "southeastasia", "japaneast"
HERE = f"{SUBSCRIPTION}/resourceGroups/rg-source"
THERE = f"{SUBSCRIPTION}/resourceGroups/rg-target"
VAULT = f"{THERE}/providers/Microsoft.RecoveryServices/vaults/vault"
PRIMARY, RECOVERY = (f"{VAULT}/replicationFabrics/{name}" for name in ("primary", "recovery"))
CONTAINER, BACK = (f"{fabric}/replicationProtectionContainers/c" for fabric in (PRIMARY, RECOVERY))
POLICY = f"{VAULT}/replicationPolicies/policy"
PLAN = f"{VAULT}/replicationRecoveryPlans/plan"
CACHE = f"{HERE}/providers/Microsoft.Storage/storageAccounts/cachehere"
CACHE_BACK = f"{THERE}/providers/Microsoft.Storage/storageAccounts/cachethere"
A2A = {"instanceType": "A2A"}


def network(name: str, where: str, location: str, prefix: str = "10.1.0.0/24") -> Written:
    subnets = [{"name": "app", "properties": {"addressPrefix": prefix}}]
    properties = {"addressSpace": {"addressPrefixes": [prefix]}, "subnets": subnets}
    path = f"{where}/providers/Microsoft.Network/virtualNetworks/{name}"
    return path, {"location": location, "properties": properties}


SPOKE = network("spoke", HERE, SOURCE)
ARRIVAL = network("spoke", THERE, TARGET)
TEST = network("drill", THERE, TARGET)


def interface(name: str, address: str = "") -> Written:
    static = {"privateIPAllocationMethod": "Static", "privateIPAddress": address}
    properties = {"subnet": {"id": f"{SPOKE[0]}/subnets/app"}} | (static if address else {})
    path = f"{HERE}/providers/Microsoft.Network/networkInterfaces/{name}-nic"
    configurations = [{"name": "default", "properties": properties}]
    return path, {"location": SOURCE, "properties": {"ipConfigurations": configurations}}


def machine(name: str) -> Written:
    path = f"{HERE}/providers/Microsoft.Compute/virtualMachines/{name}"
    disk = {"name": f"{name}-os", "createOption": "FromImage", "osType": "Linux"}
    data = {"name": f"{name}-data", "lun": 0, "createOption": "Empty", "diskSizeGB": 64}
    properties = {
        "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
        "storageProfile": {"osDisk": disk, "dataDisks": [data]},
        "networkProfile": {"networkInterfaces": [{"id": interface(name)[0]}]},
    }
    return path, {"location": SOURCE, "tags": {"app": name}, "properties": properties}


def fabric(path: str, location: str) -> Written:
    return path, {"properties": {"customDetails": {"instanceType": "Azure", "location": location}}}


def container(path: str) -> Written:
    return path, {"properties": {"providerSpecificInput": [A2A]}}


def container_mapping(source: str, target: str, name: str = "m") -> Written:
    path = f"{source}/replicationProtectionContainerMappings/{name}"
    properties = {
        "policyId": POLICY,
        "targetProtectionContainerId": target,
        "providerSpecificInput": A2A,
    }
    return path, {"properties": properties}


def network_mapping(source: str, primary: str, recovery: str, name: str = "n") -> Written:
    other = RECOVERY if source == PRIMARY else PRIMARY
    properties = {
        "recoveryFabricName": other.rpartition("/")[2],
        "recoveryNetworkId": recovery,
        "fabricSpecificDetails": {"instanceType": "AzureToAzure", "primaryNetworkId": primary},
    }
    path = f"{source}/replicationNetworks/azureNetwork/replicationNetworkMappings/{name}"
    return path, {"properties": properties}


def policy(**more: Any) -> Written:
    settings = A2A | {"multiVmSyncStatus": "Enable", "recoveryPointHistory": 1440} | more
    return POLICY, {"properties": {"providerSpecificInput": settings}}


def account(path: str, location: str, **more: Any) -> Written:
    sku = {"name": "Standard_LRS"}
    return path, {"location": location, "kind": "StorageV2", "sku": sku, "properties": more}


def item(name: str) -> str:
    return f"{CONTAINER}/replicationProtectedItems/{name}"


def disks(name: str, where: str = HERE, cache: str = CACHE, group_id: str = THERE) -> list[Body]:
    return [
        {
            "diskId": f"{where}/providers/Microsoft.Compute/disks/{name}-{kind}",
            "primaryStagingAzureStorageAccountId": cache,
            "recoveryResourceGroupId": group_id,
        }
        for kind in ("os", "data")
    ]


def protection(name: str, **more: Any) -> Written:
    details = A2A | {
        "fabricObjectId": machine(name)[0],
        "recoveryContainerId": BACK,
        "recoveryResourceGroupId": THERE,
        "vmManagedDisks": disks(name),
    }
    properties = {"policyId": POLICY, "providerSpecificDetails": details | more}
    return item(name), {"properties": properties}


def plan(*groups: list[str], before: list[Body] | None = None) -> Written:
    properties = {
        "primaryFabricId": PRIMARY,
        "recoveryFabricId": RECOVERY,
        "failoverDeploymentModel": "ResourceManager",
        "groups": [
            {
                "groupType": "Boot",
                "replicationProtectedItems": [
                    {"id": item(name), "virtualMachineId": machine(name)[0]} for name in names
                ],
                "startGroupActions": before or [] if number == 0 else [],
                "endGroupActions": [],
            }
            for number, names in enumerate(groups)
        ],
    }
    return PLAN, {"properties": properties}


def failover(*, shutdown: bool = False, **more: Any) -> Body:
    properties = {
        "failoverDirection": "PrimaryToRecovery",
        "sourceSiteOperations": "Required" if shutdown else "NotRequired",
        "providerSpecificDetails": A2A | more,
    }
    return {"properties": properties}


def of_plan(body: Body) -> Body:
    """Return the body of an action on a plan: its details are a list, one for each provider."""
    properties = dict(body["properties"])
    properties["providerSpecificDetails"] = [properties["providerSpecificDetails"]]
    return {"properties": properties}


def interface_settings(nic: str, name: str) -> Body:
    """Return the body of a PATCH: the machine's name, and a static address of its interface."""
    configuration = {
        "ipConfigName": "default",
        "isPrimary": True,
        "isSeletedForFailover": False,
        "recoverySubnetName": "app",
        "recoveryStaticIPAddress": "10.1.0.77",
    }
    properties = {
        "recoveryAzureVMName": name,
        "vmNics": [{"nicId": nic, "ipConfigs": [configuration]}],
        "providerSpecificDetails": A2A,
    }
    return {"properties": properties}


def trial(network_id: str = TEST[0]) -> Body:
    properties = {
        "failoverDirection": "PrimaryToRecovery",
        "networkType": "VmNetworkAsInput",
        "networkId": network_id,
        "providerSpecificDetails": A2A,
    }
    return {"properties": properties}


def switch(name: str, *, back: bool = False) -> Written:
    """Return re-protection after a failover: away from ``CONTAINER``, or back from ``BACK``."""
    here, cache = (THERE, CACHE_BACK) if not back else (HERE, CACHE)
    group_id = HERE if not back else THERE
    source = BACK if back else CONTAINER
    details = A2A | {
        "policyId": POLICY,
        "recoveryContainerId": source,
        "recoveryResourceGroupId": group_id,
        "vmManagedDisks": disks(name, here, cache, group_id),
    }
    properties = {"replicationProtectedItemName": name, "providerSpecificDetails": details}
    return f"{source}/switchprotection", {"properties": properties}


def prepare(arm: Arm, *names: str, prefix: str = "10.1.0.0/24") -> None:
    """Make both regions, vault, mappings, caches, and machines that are not replicated yet."""
    arm.put(*group(HERE, SOURCE))
    arm.put(*group(THERE, TARGET))
    for name, where, location in (
        ("spoke", HERE, SOURCE),
        ("spoke", THERE, TARGET),
        ("drill", THERE, TARGET),
    ):
        arm.put(*network(name, where, location, prefix))
    vault = {"location": TARGET, "sku": {"name": "Standard"}, "properties": {}}
    arm.put(VAULT, vault)
    for written in (
        fabric(PRIMARY, SOURCE),
        fabric(RECOVERY, TARGET),
        policy(),
        container(CONTAINER),
        container(BACK),
        container_mapping(CONTAINER, BACK),
        container_mapping(BACK, CONTAINER),
        network_mapping(PRIMARY, SPOKE[0], ARRIVAL[0]),
        network_mapping(RECOVERY, ARRIVAL[0], SPOKE[0]),
    ):
        accept(arm, "PUT", *written)
    arm.put(*account(CACHE, SOURCE))
    arm.put(*account(CACHE_BACK, TARGET))
    for number, name in enumerate(names):
        arm.put(*interface(name, f"10.1.0.{10 + number}"))
        arm.put(*machine(name))


def protect(arm: Arm, *names: str) -> None:
    """Replicate machines until they are Protected."""
    prepare(arm, *names)
    for name in names:
        accept(arm, "PUT", *protection(name))
    for name in names:
        until_protected(arm, item(name))


def until_protected(arm: Arm, path: str) -> list[str]:
    """Read an item until it is Protected; return the states that it showed."""
    shown: list[str] = []
    while not shown or shown[-1] != "Protected":
        state = arm.properties(path)["protectionState"]
        shown.append(state)
        assert len(shown) < 10, shown
    return shown


def accept(arm: Arm, method: str, path: str, body: object = None) -> Body:
    """Send a request that is accepted; return the status of its operation."""
    response = arm.send(method, path, body)
    assert (response.status, response.body) == (202, None), response.body
    poll = response.headers["azure-asyncoperation"].partition(".com")[2].partition("?")[0]
    return arm.get(poll)


def succeed(arm: Arm, method: str, path: str, body: object = None) -> None:
    """Send a request whose operation succeeds without an error."""
    status = accept(arm, method, path, body)
    assert (status["status"], status["error"]) == ("Succeeded", None)


def there(name: str, kind: str = "virtualMachines") -> str:
    """Return the id of something that a failover makes."""
    namespace = "Network" if kind == "networkInterfaces" else "Compute"
    return f"{THERE}/providers/Microsoft.{namespace}/{kind}/{name}"
