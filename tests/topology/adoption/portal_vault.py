"""A vault as the portal makes it, in ARM's JSON: names, spellings and gaps are Azure's (SR-41)."""

from typing import Any

Body = dict[str, Any]
HERE, THERE, THIRD = "eastasia", "southeastasia", "japaneast"
ITEM_NAME = "Qx3vJ0aT9kLm2nB7cYw5ZrE8sHdUfGpK1oIi4VtA6Ny"
"""43 characters, as the portal's."""


class PortalVault:
    """A vault in a subscription that replicates one machine from HERE to THERE."""

    def __init__(self, subscription: str, networks: dict[str, dict[str, str]]) -> None:
        """``networks`` has the ids of the spokes' networks: by location, then by spoke."""
        self.root = f"/subscriptions/{subscription}"
        self.networks = networks
        self.id = f"{self.root}/resourceGroups/rg-asr/providers/Microsoft.RecoveryServices/vaults/v"
        self.inside = self.id.replace("/subscriptions/", "/Subscriptions/")
        self.fabrics = {
            place: f"{self.inside}/replicationFabrics/asr-a2a-default-{place}"
            for place in (HERE, THERE)
        }
        self.containers = {
            place: f"{fabric}/replicationProtectionContainers/asr-a2a-default-{place}-container"
            for place, fabric in self.fabrics.items()
        }
        self.policy = f"{self.inside}/replicationPolicies/24-hour-retention-policy"
        app = f"{self.root}/resourceGroups/rg-app/providers"
        self.machine = f"{app}/Microsoft.Compute/virtualMachines/App1"
        self.nic = f"{app}/Microsoft.Network/networkInterfaces/app1nic"
        self.cache = f"{app}/Microsoft.Storage/storageAccounts/vasrcache"
        self.arrival = f"{self.root}/resourceGroups/rg-app-asr"
        self.item = f"{self.containers[HERE]}/replicationProtectedItems/{ITEM_NAME}"
        self.plan = f"{self.inside}/replicationRecoveryPlans/recover"

    def resources(self) -> list[Body]:
        """Return everything, the vault first."""
        ways = ((HERE, THERE), (THERE, HERE))
        return [
            self._vault(),
            *(self._fabric(place) for place in (HERE, THERE)),
            *(self._container(place) for place in (HERE, THERE)),
            self._policy(),
            *(self._container_mapping(*way) for way in ways),
            *(self._network_mapping(*way) for way in ways),
            self._item(),
            self._plan(),
            self._account(),
            {"id": self.arrival, "name": "rg-app-asr", "location": THERE},
        ]

    def _vault(self) -> Body:
        return {
            "id": self.id,
            "name": "v",
            "location": THERE,
            "identity": {"type": "SystemAssigned"},
            "properties": {"provisioningState": "Succeeded"},
        }

    def _fabric(self, place: str) -> Body:
        details = {"instanceType": "Azure", "location": place, "containerIds": []}
        properties = {"customDetails": details, "health": "Normal", "bcdrState": "Valid"}
        return {"id": self.fabrics[place], "properties": properties}

    def _container(self, place: str) -> Body:
        return {"id": self.containers[place], "properties": {"pairingStatus": "Paired"}}

    def _policy(self) -> Body:
        details = {
            "instanceType": "A2A",
            "recoveryPointHistory": 1440,
            "appConsistentFrequencyInMinutes": 240,
            "multiVmSyncStatus": "Enabled",
        }
        return {"id": self.policy, "properties": {"providerSpecificDetails": details}}

    def _container_mapping(self, here: str, there: str) -> Body:
        name = f"{here}-{there}-24-hour-retention-policy"
        identity = f"{self.containers[here]}/replicationProtectionContainerMappings/{name}"
        details = {
            "instanceType": "A2A",
            "agentAutoUpdateStatus": "Disabled",
            "automationAccountAuthenticationType": "RunAsAccount",
            "automationAccountArmId": None,
        }
        properties = {
            "targetProtectionContainerId": self.containers[there],
            "policyId": self.policy,
            "providerSpecificDetails": details,
            "state": "Paired",
        }
        return {"id": identity, "properties": properties}

    def _network_mapping(self, here: str, there: str) -> Body:
        identity = (
            f"{self.fabrics[here]}/replicationNetworks/azureNetwork/replicationNetworkMappings"
            f"/map-{here}-spoke1"
        )
        properties = {
            "primaryNetworkId": self.networks[here]["spoke1"].lower(),
            "recoveryNetworkId": self.networks[there]["spoke1"].lower(),
            "recoveryFabricArmId": self.fabrics[there],
            "state": "Paired",
        }
        return {"id": identity, "properties": properties}

    def _item(self) -> Body:
        configuration = {
            "name": "default",
            "isPrimary": True,
            "subnetName": "APP",
            "staticIPAddress": "10.1.0.4",
            "recoverySubnetName": "app",
            "recoveryStaticIPAddress": "10.1.0.20",
            "recoveryIPAddressType": "Static",
            "tfoSubnetName": "",
            "tfoStaticIPAddress": "",
        }
        nic = {
            "nicId": "485bb4f6-fdfb-5abf-89cc-58c08000c814",
            "sourceNicArmId": self.nic,
            "vMNetworkName": self.networks[HERE]["spoke1"],
            "recoveryVMNetworkId": self.networks[THERE]["spoke1"].lower(),
            "ipConfigs": [configuration],
        }
        disk = {
            "diskName": "app1-os",
            "primaryStagingAzureStorageAccountId": self.cache,
            "recoveryTargetDiskAccountType": "Premium_LRS",
            "recoveryDiskEncryptionSetId": None,
        }
        details = {
            "instanceType": "A2A",
            "fabricObjectId": self.machine.lower(),
            "multiVmGroupName": "",
            "unprotectedDisks": None,
            "protectedManagedDisks": [disk],
            "recoveryAzureVMName": "App1",
            "recoveryAzureVMSize": "Standard_D2s_v3",
            "recoveryAzureResourceGroupId": self.arrival,
            "selectedRecoveryAzureNetworkId": self.networks[THERE]["spoke1"].lower(),
            "vmNics": [nic],
            "recoveryCapacityReservationGroupId": None,
        }
        properties = {
            "friendlyName": "App1",
            "protectionState": "Protected",
            "activeLocation": "Primary",
            "policyId": self.policy,
            "recoveryContainerId": self.containers[THERE],
            "providerSpecificDetails": details,
        }
        return {"id": self.item, "name": ITEM_NAME, "properties": properties}

    def _plan(self) -> Body:
        groups = [
            {"groupType": "Shutdown"},
            {"groupType": "Failover"},
            {"groupType": "Boot", "replicationProtectedItems": [{"id": self.item}]},
        ]
        return {"id": self.plan, "properties": {"groups": groups}}

    def _account(self) -> Body:
        return {"id": self.cache, "location": HERE, "properties": {"allowSharedKeyAccess": True}}
