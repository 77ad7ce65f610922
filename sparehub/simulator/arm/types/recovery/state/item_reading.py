"""The private state of a protected item, from its JSON in a recording."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.types.attached.disk import GIBIBYTE


def read(shown: JsonObject) -> JsonObject:
    """Return the private state of an item from its JSON: the reverse of ``item_view.show``.

    What a recording shows of an item that was enabled before it began is all that is known of it.
    """
    details = shown["providerSpecificDetails"]
    disks = details.get("protectedManagedDisks", [])
    return {
        "machine": {
            "id": details["fabricObjectId"],
            "name": shown["friendlyName"],
            "size": details["recoveryAzureVMSize"],
            "os": details["osType"],
            "tags": details.get("vmSyncedConfigDetails", {}).get("tags", {}),
            "disks": [_read_disk(disk) for disk in disks],
            "nics": [_read_interface(nic) for nic in details.get("vmNics", [])],
        },
        "policy": shown["policyId"],
        "recoveryContainer": shown["recoveryContainerId"],
        "recoveryGroup": details["recoveryAzureResourceGroupId"],
        "cache": disks[0]["primaryStagingAzureStorageAccountId"] if disks else "",
        "group": details["multiVmGroupName"],
        "sourceRegion": details["primaryFabricLocation"],
        "targetRegion": details["recoveryFabricLocation"],
        "firstRegion": details["initialPrimaryFabricLocation"],
        "firstTarget": details["initialRecoveryFabricLocation"],
        "enabled": 0.0,
        "copied": 0.0,
        "protected": 0.0,
    }


def _read_disk(disk: JsonObject) -> JsonObject:
    system = disk["diskType"] == "OperatingSystem"
    return {
        "id": disk["diskId"],
        "name": disk["diskName"],
        "size": disk["diskCapacityInBytes"] // GIBIBYTE,
        "sku": disk["recoveryTargetDiskAccountType"],
        "system": system,
        "lun": None if system else 0,
        "caching": "ReadWrite" if system else "None",
    }


def _read_interface(nic: JsonObject) -> JsonObject:
    network = str(nic.get("vMNetworkName") or "")
    return {
        "id": nic["sourceNicArmId"],
        "name": nic["sourceNicArmId"].rpartition("/")[2],
        "guid": nic["nicId"],
        "group": None,
        "forwarding": False,
        "accelerated": False,
        "configurations": [
            {
                "name": found["name"],
                "primary": found["isPrimary"],
                "subnet": f"{network}/subnets/{found['subnetName']}",
                "address": found["staticIPAddress"] or "",
                "allocation": found["ipAddressType"],
            }
            for found in nic["ipConfigs"]
        ],
    }
