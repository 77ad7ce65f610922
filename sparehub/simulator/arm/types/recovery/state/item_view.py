"""The JSON of a protected item, as recorded: azure-powershell (2022-10), azure-cli (2023-01).

Ids of Compute and Network in it are partly in lower case, as Azure writes them (SR-30).
"""

from sparehub.simulator.arm.data.region_names import display_name
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId, capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.disk import GIBIBYTE
from sparehub.simulator.arm.types.recovery.state import durations, item_state, mappings, replication
from sparehub.simulator.arm.types.recovery.state.arrival import Arrival
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.source_machine import network_of

_NEVER = "9999-12-31T23:59:59.9999999"
_NO_SCENARIO_START = "1753-01-01T01:01:01Z"
_TEST_DESCRIPTIONS = {
    "None": "None",
    "TestFailoverCompletionPending": "Test failover is in progress",
    "WaitingForCompletion": "Waiting for Test Failover Cleanup to start",
    "MarkedForDeletion": "Cleaning up test environment",
    "TestFailoverFailed": "Test failover failed",
}


def show(transaction: Transaction, item: Resource, now: float) -> JsonObject:
    """Return the properties of an item at an instant."""
    private, state = item.private, item_state.state_of(transaction, item, now)
    fabric, target = mappings.fabric_of(item.id), private["recoveryContainer"]
    vault = capitalized(vault_of(item.id).text)
    source_region, target_region = private["sourceRegion"], private["targetRegion"]
    test = _test_state(item, now)
    provider = guid("provider", fabric.key)
    return {
        "friendlyName": private["machine"]["name"],
        "protectedItemType": "",
        "protectableItemId": None,
        "recoveryServicesProviderId": (
            f"{capitalized(fabric.text)}/replicationRecoveryServicesProviders/{provider}"
        ),
        "primaryFabricFriendlyName": display_name(source_region),
        "primaryFabricProvider": "AzureFabric",
        "recoveryFabricFriendlyName": display_name(target_region),
        "recoveryFabricId": capitalized(mappings.fabric_of(ResourceId(target)).text),
        "primaryProtectionContainerFriendlyName": mappings.container_of(item.id).name,
        "recoveryProtectionContainerFriendlyName": ResourceId(target).name,
        "protectionState": state.name,
        "protectionStateDescription": state.description,
        "activeLocation": state.active,
        "testFailoverState": test,
        "testFailoverStateDescription": _TEST_DESCRIPTIONS[test],
        "switchProviderState": "None",
        "switchProviderStateDescription": None,
        "allowedOperations": list(state.operations),
        "replicationHealth": "Critical" if replication.health(transaction, item) else "Normal",
        "failoverHealth": "Warning" if _needs_test(item, state) else "Normal",
        "healthErrors": _health_errors(transaction, item, state, now),
        "policyId": capitalized(private["policy"]),
        "policyFriendlyName": ResourceId(private["policy"]).name,
        "currentScenario": _scenario(item, vault, now),
        "failoverRecoveryPointId": (private.get("failedOver") or {}).get("point"),
        "providerSpecificDetails": _details(transaction, item, now, state.protected),
        "recoveryContainerId": capitalized(target),
        "eventCorrelationId": guid("events", item.key),
    } | _test_times(item)


def _test_state(item: Resource, now: float) -> str:
    """Return the state of a test failover (SR-48)."""
    if item_state.busy(item, now):
        match item.private["scenario"]["name"]:
            case "TestFailover":
                return "TestFailoverCompletionPending"
            case "TestFailoverCleanup":
                return "MarkedForDeletion"
    return str(item.private.get("test", {}).get("state", "None"))


def _test_times(item: Resource) -> JsonObject:
    tested = item.private.get("tested")
    return {} if tested is None else {"lastSuccessfulTestFailoverTime": date_text(tested)}


def _scenario(item: Resource, vault: str, now: float) -> JsonObject:
    if not item_state.busy(item, now):
        job = f"{vault}/replicationJobs/None"
        return {"scenarioName": "None", "jobId": job, "startTime": _NO_SCENARIO_START}
    scenario = item.private["scenario"]
    return {
        "scenarioName": scenario["name"],
        "jobId": f"{vault}/replicationJobs/{scenario['job']}",
        "startTime": date_text(scenario["start"]),
    }


def _needs_test(item: Resource, state: item_state.ItemState) -> bool:
    """Return whether Azure warns that no test failover has succeeded (SR-51)."""
    return state.protected and "tested" not in item.private


def _health_errors(
    transaction: Transaction, item: Resource, state: item_state.ItemState, now: float
) -> list[JsonObject]:
    name = item.private["machine"]["name"]
    errors = [
        _health_error(item, error["since"], error | {"level": "Critical"})
        for error in replication.health(transaction, item)
    ]
    if _needs_test(item, state):
        message = f"No successful test failover has been done on the virtual machine '{name}'."
        cause = f"{message.rpartition(' ')[0]} after it was replicated."
        warning = {"errorCode": "161011", "errorMessage": message, "possibleCauses": cause}
        at = replication.progress_of(transaction, item).protected
        errors.append(_health_error(item, now if at is None else at, warning))
    return errors


def _health_error(item: Resource, at: float, error: JsonObject) -> JsonObject:
    """Return an error in the shape that was recorded of 161011."""
    test = error["errorCode"] == "161011"
    return {
        "innerHealthErrors": [],
        "errorSource": "ReplicationUnitFailoverValidatorError" if test else "ProtectionState",
        "errorType": "8010" if test else "0",
        "errorLevel": error.get("level", "Warning"),
        "errorCategory": "TestFailover" if test else "Replication",
        "errorCode": error["errorCode"],
        "summaryMessage": "",
        "errorMessage": error["errorMessage"],
        "possibleCauses": error.get("possibleCauses", ""),
        "recommendedAction": "Do a test failover on the virtual machine." if test else "",
        "creationTimeUtc": date_text(at),
        "recoveryProviderErrorMessage": None,
        "entityId": guid("entity", item.key),
        "errorId": "6:8010" if test else "0:0",
        "customerResolvability": "NotAllowed",
    }


def _details(
    transaction: Transaction,
    item: Resource,
    now: float,
    protected: bool,  # noqa: FBT001
) -> JsonObject:
    private = item.private
    machine, settings = private["machine"], private["settings"]
    newest = replication.newest_point(transaction, item, now)
    group = private["recoveryGroup"]
    done = bool(private.get("failedOver"))
    begun = now >= private["enabled"] + (
        durations.COPY_BEGINS if private["first"] else durations.COPY_BACK_BEGINS
    )
    return {
        "instanceType": "A2A",
        "fabricObjectId": machine["id"].lower(),
        "initialPrimaryZone": "",
        "initialPrimaryFabricLocation": private["firstRegion"],
        "initialRecoveryZone": "",
        "initialPrimaryExtendedLocation": None,
        "initialRecoveryExtendedLocation": None,
        "initialRecoveryFabricLocation": private["firstTarget"],
        "multiVmGroupId": guid("consistency", private["group"] or machine["id"].lower()),
        "multiVmGroupName": private["group"],
        "multiVmGroupCreateOption": "UserSpecified" if private["group"] else "AutoCreated",
        "managementId": guid("management", item.key),
        "protectedDisks": None,
        "unprotectedDisks": None,
        "protectedManagedDisks": [
            _disk(
                item,
                disk,
                copying=begun and not protected,
                copied=protected or done,
                copied_some=not private["first"]
                and not protected
                and now >= private["enabled"] + durations.COPY_BEGINS,
            )
            for disk in machine["disks"]
        ],
        "recoveryBootDiagStorageAccountId": None,
        "primaryFabricLocation": private["sourceRegion"],
        "recoveryFabricLocation": private["targetRegion"],
        "osType": machine["os"],
        "recoveryAzureVMSize": settings.get("recoveryAzureVMSize") or machine["size"],
        "recoveryAzureVMName": Arrival(transaction, item).name,
        "recoveryAzureResourceGroupId": group,
        "recoveryCloudService": None,
        "recoveryAvailabilitySet": None,
        "selectedRecoveryAzureNetworkId": (
            _chosen_network(transaction, item) if protected or done else None
        ),
        "selectedTfoAzureNetworkId": _lower(settings.get("selectedTfoAzureNetworkId")),
        "vmNics": [
            _interface(transaction, item, nic, known=protected or done)
            for nic in machine["nics"]
            if protected or done or not private["first"]
        ],
        "vmSyncedConfigDetails": {
            "tags": machine["tags"] if protected or done or not private["first"] else {},
            "inputEndpoints": [],
        },
        "monitoringPercentageCompletion": 0 if begun else None,
        "monitoringJobType": "InitialReplication" if begun else None,
        "lastHeartbeat": date_text(replication.last_heartbeat(transaction, item, now)),
        "agentVersion": "9.65.7510.1",
        "agentExpiryDate": _NEVER,
        "isReplicationAgentUpdateRequired": False,
        "agentCertificateExpiryDate": _NEVER if protected else None,
        "isReplicationAgentCertificateUpdateRequired": False,
        "recoveryFabricObjectId": (private.get("failedOver") or {}).get("machine"),
        "vmProtectionState": "Protected" if protected else "UnprotectedStatesBegin",
        "vmProtectionStateDescription": "Protected" if protected else "Enabling protection",
        "lifecycleId": guid("lifecycle", machine["name"].lower()) if protected or done else None,
        "testFailoverRecoveryFabricObjectId": private.get("test", {}).get("machine"),
        "rpoInSeconds": int(now - newest) if newest is not None else None,
        "lastRpoCalculatedTime": date_text(now) if newest is not None else None,
        "primaryAvailabilityZone": None,
        "recoveryAvailabilityZone": None,
        "primaryExtendedLocation": None,
        "recoveryExtendedLocation": None,
        "vmEncryptionType": "NotEncrypted",
        "tfoAzureVMName": Arrival(transaction, item, test=True).name,
        "recoveryAzureGeneration": "V1",
        "recoveryProximityPlacementGroupId": None,
        "autoProtectionOfDataDisk": "Disabled",
        "recoveryVirtualMachineScaleSetId": None,
        "recoveryCapacityReservationGroupId": settings.get("recoveryCapacityReservationGroupId"),
    }


def _lower(text: str | None) -> str | None:
    """Return an id as Azure writes those of networks (SR-45)."""
    return text.lower() if text else text


def _chosen_network(transaction: Transaction, item: Resource) -> str | None:
    """Return the network in which the machine would arrive."""
    private = item.private
    if chosen := private["settings"].get("selectedRecoveryAzureNetworkId"):
        return str(chosen).lower()
    nics = private["machine"]["nics"]
    source = network_of(nics[0]["configurations"][0]["subnet"]) if nics else ""
    mapped = mappings.target_network(transaction, item, source)
    stored = transaction.get(mapped) if mapped else None
    return stored.id.text if stored else mapped


def _disk(
    item: Resource, disk: JsonObject, *, copying: bool, copied: bool, copied_some: bool
) -> JsonObject:
    group = item.private["recoveryGroup"]
    target = f"{group}/providers/Microsoft.Compute/disks/{disk['name']}"
    first = item.private["first"]
    return {
        "diskId": disk["id"].lower(),
        "recoveryResourceGroupId": group,
        "recoveryTargetDiskId": None,
        "recoveryReplicaDiskId": f"{target}-ASRReplica",
        "recoveryOrignalTargetDiskId": None if first else target,
        "recoveryReplicaDiskAccountType": disk["sku"],
        "recoveryTargetDiskAccountType": disk["sku"],
        "recoveryDiskEncryptionSetId": None,
        "primaryDiskEncryptionSetId": None,
        "diskName": disk["name"],
        "diskCapacityInBytes": disk["size"] * GIBIBYTE,
        "primaryStagingAzureStorageAccountId": item.private["cache"],
        "diskType": "OperatingSystem" if disk["system"] else "DataDisk",
        "resyncRequired": False,
        "monitoringPercentageCompletion": 0 if copied_some else None,
        "monitoringJobType": "InitialReplication" if copying else None,
        "dataPendingInStagingStorageAccountInMB": 0.0,
        "dataPendingAtSourceAgentInMB": 0.0,
        "diskState": "Protected" if copied else "InitialReplicationPending",
        "allowedDiskLevelOperation": [],
        "isDiskEncrypted": False,
        "secretIdentifier": None,
        "dekKeyVaultArmId": None,
        "isDiskKeyEncrypted": False,
        "keyIdentifier": None,
        "kekKeyVaultArmId": None,
        "failoverDiskName": disk["name"],
        "tfoDiskName": f"{disk['name']}-ASRtest",
    }


def _interface(
    transaction: Transaction, item: Resource, nic: JsonObject, *, known: bool
) -> JsonObject:
    """Return an interface; one that was switched is not ``known`` until it is Protected (SR-55)."""
    chosen = item.private["settings"].get("nics", {}).get(nic["guid"].lower(), {})
    patched = bool(chosen)
    first = nic["configurations"][0]["subnet"] if nic["configurations"] else ""
    network = transaction.get(network_of(first).lower())
    empty = "" if patched else None
    return {
        "nicId": nic["guid"],
        "replicaNicId": None,
        "sourceNicArmId": nic["id"],
        "vMNetworkName": (network.id.text if network else network_of(first)) if known else None,
        "recoveryVMNetworkId": _chosen_network(transaction, item),
        "ipConfigs": [
            _shown_configuration(
                configuration,
                chosen.get("configurations", {}).get(configuration["name"], {}),
                item,
                patched=patched,
                known=known,
            )
            for configuration in nic["configurations"]
        ],
        "selectionType": _selection(patched=patched, known=known),
        "recoveryNetworkSecurityGroupId": chosen.get(
            "recoveryNetworkSecurityGroupId", empty if item.private["first"] else ""
        ),
        "enableAcceleratedNetworkingOnRecovery": bool(
            chosen.get("enableAcceleratedNetworkingOnRecovery")
        ),
        "tfoVMNetworkId": None,
        "tfoNetworkSecurityGroupId": chosen.get("tfoNetworkSecurityGroupId", empty),
        "enableAcceleratedNetworkingOnTfo": (
            bool(chosen.get("enableAcceleratedNetworkingOnTfo")) if patched else None
        ),
        "recoveryNicName": chosen.get("recoveryNicName"),
        "recoveryNicResourceGroupName": chosen.get("recoveryNicResourceGroupName"),
        "reuseExistingNic": bool(chosen.get("reuseExistingNic")),
        "tfoRecoveryNicName": chosen.get("tfoRecoveryNicName"),
        "tfoRecoveryNicResourceGroupName": chosen.get("tfoRecoveryNicResourceGroupName"),
        "tfoReuseExistingNic": bool(chosen.get("tfoReuseExistingNic")),
        "targetNicName": None,
    }


def _selection(*, patched: bool, known: bool) -> str:
    if not known:
        return "NotSelected"
    return "SelectedByUser" if patched else "SelectedByUserOverride"


def _shown_configuration(
    configuration: JsonObject, said: JsonObject, item: Resource, *, patched: bool, known: bool
) -> JsonObject:
    empty = "" if patched else None
    pools: list[str] | None = [] if patched or not item.private["first"] else None
    static = said.get("recoveryStaticIPAddress") or ""
    subnet = said.get("recoverySubnetName") or item.private.get("recoverySubnet")
    own = configuration["subnet"].rpartition("/")[2]
    return {
        "name": configuration["name"] if known else None,
        "isPrimary": configuration["primary"],
        "subnetName": own if known else None,
        "staticIPAddress": configuration["address"] if known else None,
        "ipAddressType": configuration["allocation"],
        "isSeletedForFailover": True,
        "recoverySubnetName": str(subnet or own).rpartition("/")[2],
        "recoveryStaticIPAddress": static,
        "recoveryIPAddressType": "Static" if static else "Dynamic",
        "recoveryPublicIPAddressId": said.get("recoveryPublicIPAddressId", empty),
        "recoveryLBBackendAddressPoolIds": said.get("recoveryLBBackendAddressPoolIds", pools),
        "tfoSubnetName": said.get("tfoSubnetName", empty),
        "tfoStaticIPAddress": said.get("tfoStaticIPAddress", empty),
        "tfoPublicIPAddressId": said.get("tfoPublicIPAddressId", empty),
        "tfoLBBackendAddressPoolIds": said.get(
            "tfoLBBackendAddressPoolIds", [] if patched else None
        ),
    }
