"""The machines of a trial: made, replicated to the other region, and tested there once.

The order is that of SR-28. https://learn.microsoft.com/rest/api/site-recovery
"""

from collections.abc import Iterator
from typing import Any

from sparehub.cli.trial.requests.names import Trial
from sparehub.cli.trial.requests.networks import SUBNET
from sparehub.cli.trial.requests.step import Step
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.recovery.replication_names import POLICY, MappingNames
from sparehub.topology.replication import requests

SIZE = "Standard_B2s"
_IMAGE = {
    "publisher": "Canonical",
    "offer": "0001-com-ubuntu-server-jammy",
    "sku": "22_04-lts-gen2",
    "version": "latest",
}
"""https://learn.microsoft.com/azure/virtual-machines/linux/cli-ps-findimage"""
_A2A = {"instanceType": "A2A"}
_REPLICATED = 240
"""Minutes until a machine is Protected; the first copy of a small disk takes less than one hour."""


def machine_steps(trial: Trial, public_key: str) -> Iterator[Step]:
    """Yield the requests that make the machines and read their routes.

    ``public_key`` is one whose private key nobody has kept: nobody signs in to these machines.
    """
    for name in machine_names(trial):
        nic = trial.resource(trial.region, "Microsoft.Network/networkInterfaces", f"{name}-nic")
        yield Step(title=f"interface of {name}", path=nic, body=_interface(trial))
        body = _machine(trial, name, nic, public_key)
        yield Step(title=f"machine {name}", path=_path(trial, name), body=body)
        routes = f"{nic}/effectiveRouteTable"
        yield Step(title=f"effective routes of {name}", path=routes, method="POST", has_result=True)


def replication_steps(trial: Trial) -> Iterator[Step]:
    """Yield the requests that replicate the machines, until each is Protected."""
    yield Step(
        title="cache account",
        path=_cache(trial),
        body={
            "location": trial.region,
            "kind": "StorageV2",
            "sku": {"name": "Standard_LRS"},
            "tags": trial.tags,
            "properties": {"allowBlobPublicAccess": False, "minimumTlsVersion": "TLS1_2"},
        },
    )
    yield Step(
        title="vault",
        path=trial.vault,
        body={
            "location": trial.pair,
            "sku": {"name": "Standard"},
            "tags": trial.tags,
            "properties": {"publicNetworkAccess": "Enabled"},
        },
    )
    for region in trial.regions:
        details = {"instanceType": "Azure", "location": region}
        body = {"properties": {"customDetails": details}}
        yield Step(title=f"fabric of {region}", path=trial.fabric(region), body=body)
    settings = _A2A | {
        "multiVmSyncStatus": "Enable",
        "recoveryPointHistory": 1440,
        "crashConsistentFrequencyInMinutes": 5,
        "appConsistentFrequencyInMinutes": 0,
    }
    yield Step(
        title="replication policy",
        path=_policy(trial),
        body={"properties": {"providerSpecificInput": settings}},
    )
    for region in trial.regions:
        yield Step(
            title=f"protection container of {region}",
            path=trial.container(region),
            body={"properties": {"providerSpecificInput": [_A2A]}},
        )
    yield from _mappings(trial)
    for name in machine_names(trial):
        path, body = item(trial, name), _protection(trial, name)
        yield Step(title=f"replicate {name}", path=path, body=body, minutes=60)
    for name in machine_names(trial):
        yield Step(
            title=f"{name} is Protected",
            path=item(trial, name),
            method="GET",
            minutes=_REPLICATED,
            shows=("protectionState", "Protected"),
        )


def failover_test_steps(trial: Trial) -> Iterator[Step]:
    """Yield the requests of one failover test, of the first machine, and of its clean-up."""
    name = machine_names(trial)[0]
    network = ResourceId.parse(trial.network(trial.pair, "test"))
    path = item(trial, name)
    yield Step(
        title=f"failover test of {name}",
        path=f"{path}/testFailover",
        method="POST",
        body=requests.test_failover(network),
        minutes=60,
    )
    yield Step(
        title=f"the test of {name} waits for its clean-up",
        path=path,
        method="GET",
        minutes=60,
        shows=("testFailoverState", "WaitingForCompletion"),
    )
    tested = trial.resource(trial.pair, "Microsoft.Compute/virtualMachines", f"{name}-test")
    yield Step(title=f"read {name}-test", path=tested, method="GET")
    yield clean_up_step(path)


def clean_up_step(path: str) -> Step:
    """Return the request that removes what a failover test of an item made (SR-49)."""
    return Step(
        title="clean up after the failover test",
        path=f"{path}/testFailoverCleanup",
        method="POST",
        body=requests.test_cleanup("sparehub trial"),
        minutes=60,
    )


def machine_names(trial: Trial) -> tuple[str, ...]:
    """Return the names of the machines."""
    return tuple(f"trial{number}" for number in range(1, trial.machines + 1))


def item(trial: Trial, name: str) -> str:
    """Return the path of a machine's replicated item."""
    return f"{trial.container(trial.region)}/replicationProtectedItems/{name}"


def _path(trial: Trial, name: str) -> str:
    return trial.resource(trial.region, "Microsoft.Compute/virtualMachines", name)


def _policy(trial: Trial) -> str:
    return f"{trial.vault}/replicationPolicies/{POLICY}"


def _cache(trial: Trial) -> str:
    name = f"sparehubtrial{trial.id}"
    return trial.resource(trial.region, "Microsoft.Storage/storageAccounts", name)


def _interface(trial: Trial) -> dict[str, Any]:
    subnet = f"{trial.network(trial.region, 'spoke')}/subnets/{SUBNET}"
    properties = {"subnet": {"id": subnet}, "privateIPAllocationMethod": "Dynamic"}
    configurations = [{"name": "default", "properties": properties}]
    return {
        "location": trial.region,
        "tags": trial.tags,
        "properties": {"ipConfigurations": configurations},
    }


def _machine(trial: Trial, name: str, nic: str, public_key: str) -> dict[str, Any]:
    user = "sparehub"
    ssh = {"publicKeys": [{"path": f"/home/{user}/.ssh/authorized_keys", "keyData": public_key}]}
    return {
        "location": trial.region,
        "tags": trial.tags,
        "properties": {
            "hardwareProfile": {"vmSize": SIZE},
            "storageProfile": {
                "imageReference": dict(_IMAGE),
                "osDisk": {
                    "name": f"{name}-os",
                    "createOption": "FromImage",
                    "osType": "Linux",
                    "deleteOption": "Delete",
                    "managedDisk": {"storageAccountType": "Standard_LRS"},
                },
            },
            "osProfile": {
                "computerName": name,
                "adminUsername": user,
                "linuxConfiguration": {"disablePasswordAuthentication": True, "ssh": ssh},
            },
            "networkProfile": {"networkInterfaces": [{"id": nic}]},
        },
    }


def _mappings(trial: Trial) -> Iterator[Step]:
    here, there = trial.regions
    names = MappingNames()
    mapping = names.container_mapping(here, there)
    yield Step(
        title="container mapping",
        path=f"{trial.container(here)}/replicationProtectionContainerMappings/{mapping}",
        body={
            "properties": {
                "policyId": _policy(trial),
                "targetProtectionContainerId": trial.container(there),
                "providerSpecificInput": _A2A | {"agentAutoUpdateStatus": "Disabled"},
            }
        },
    )
    mapping = names.network_mapping(here, there, "spoke")
    networks = f"{trial.fabric(here)}/replicationNetworks/azureNetwork"
    yield Step(
        title="network mapping",
        path=f"{networks}/replicationNetworkMappings/{mapping}",
        body={
            "properties": {
                "recoveryFabricName": trial.fabric(there).rpartition("/")[2],
                "recoveryNetworkId": trial.network(there, "spoke"),
                "fabricSpecificDetails": {
                    "instanceType": "AzureToAzure",
                    "primaryNetworkId": trial.network(here, "spoke"),
                },
            }
        },
    )


def _protection(trial: Trial, name: str) -> dict[str, Any]:
    """Return the body that enables replication of a machine's only disk (SR-39)."""
    arrival = trial.group(trial.pair)
    disk = {
        "diskId": trial.resource(trial.region, "Microsoft.Compute/disks", f"{name}-os"),
        "primaryStagingAzureStorageAccountId": _cache(trial),
        "recoveryResourceGroupId": arrival,
        "recoveryReplicaDiskAccountType": "Standard_LRS",
        "recoveryTargetDiskAccountType": "Standard_LRS",
    }
    details = _A2A | {
        "fabricObjectId": _path(trial, name),
        "recoveryContainerId": trial.container(trial.pair),
        "recoveryResourceGroupId": arrival,
        "recoveryAzureNetworkId": trial.network(trial.pair, "spoke"),
        "recoverySubnetName": SUBNET,
        "vmManagedDisks": [disk],
    }
    return {"properties": {"policyId": _policy(trial), "providerSpecificDetails": details}}
