"""The shipped pair with two machines, as its deployed stacks leave it on the local Azure.

No engine: what the stacks would make is written by Azure Resource Manager's own requests, under
the ids that the two files lead to.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.azure.local import LocalAzure, local_azure
from sparehub.failover.machines.waiting import JobWait
from sparehub.site_recovery.vault import Vault
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.build import build
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import Replication, replication
from tests.configurations import stack_of
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.site_recovery import A2A, accept
from tests.site_recovery_files import protected, recovery

SUBSCRIPTION = "00000000-0000-0000-0000-00000000000a"


def pair_of(primary: dict[str, Any], secondary: dict[str, Any]) -> dict[str, Stack]:
    """Return the two stacks that the files describe."""
    configs = {"primary": stack_of(primary), "secondary": stack_of(secondary)}
    return {
        name: Stack(name=name, config=config, region=build(config))
        for name, config in configs.items()
    }


@dataclass
class ReplicatedPair:
    """Both regions on a local Azure, with a vault, and machines that are not replicated yet."""

    directory: Path
    pair: dict[str, Stack]
    subscription: str = SUBSCRIPTION

    def __post_init__(self) -> None:
        self.arm = Arm(self.directory)
        self.azure: LocalAzure = local_azure(self.directory, self.subscription)
        self.records: list[tuple[str, dict[str, Any]]] = []
        self.notes: list[str] = []
        self.away = self.direction("primary")
        self.back = self.direction("secondary")
        self.vault = Vault(self.azure, self.away.vault, lambda: None)
        self.wait = JobWait(vault=self.vault, note=self.notes.append)

    def direction(self, source: str) -> Replication:
        found = replication(self.pair, source, self.subscription)
        assert found
        return found

    def record(self, event: str, **data: Any) -> None:
        self.records.append((str(event), data))

    def deploy(self) -> "ReplicatedPair":
        """Make what the stacks make, and the machines."""
        away, back = self.away, self.back
        for direction in (away, back):
            for machine in direction.machines:
                self._network(machine.network, direction.target_location)
            self._group(direction.cache_account, direction.source_location)
            self.arm.put(
                str(direction.cache_account),
                {
                    "location": direction.source_location,
                    "kind": "StorageV2",
                    "sku": {"name": "Standard_LRS"},
                    "properties": {},
                },
            )
        self._group(away.vault, away.vault_location)
        self.arm.put(
            str(away.vault),
            {"location": away.vault_location, "sku": {"name": "Standard"}, "properties": {}},
        )
        for direction in (away, back):
            custom = {"instanceType": "Azure", "location": direction.source_location}
            self._accept(direction.fabric, {"customDetails": custom})
        self._accept(
            away.policy,
            {
                "providerSpecificInput": A2A
                | {"multiVmSyncStatus": "Enable", "recoveryPointHistory": 1440}
            },
        )
        for direction in (away, back):
            self._accept(direction.container, {"providerSpecificInput": [A2A]})
        for direction, other in ((away, back), (back, away)):
            mapping = direction.container.child("replicationProtectionContainerMappings", "m")
            self._accept(
                mapping,
                {
                    "policyId": str(direction.policy),
                    "targetProtectionContainerId": str(direction.target_container),
                    "providerSpecificInput": A2A,
                },
            )
            networks = direction.fabric.child("replicationNetworks", "azureNetwork")
            for mine, theirs in zip(direction.machines, other.machines, strict=True):
                self._accept(
                    networks.child("replicationNetworkMappings", mine.spoke),
                    {
                        "recoveryFabricName": direction.target_fabric.name,
                        "recoveryNetworkId": str(mine.network),
                        "fabricSpecificDetails": {
                            "instanceType": "AzureToAzure",
                            "primaryNetworkId": str(theirs.network),
                        },
                    },
                )
        self._automation()
        for machine in away.machines:
            self._machine(machine.name)
        return self

    def _automation(self) -> None:
        """Make the Automation account and its runbooks without text, where the files have one."""
        account = self.away.automation
        if account is None:
            return
        place = {"location": self.away.target_location}
        self._group(account, place["location"])
        sku = {"sku": {"name": "Basic"}}
        self.arm.put(str(account), place | {"properties": sku})
        kinds = {
            self.away.switch.start: "PowerShell",
            self.back.switch.start: "PowerShell",
            self.away.switch.switch: "Python",
        }
        for name, kind in kinds.items():
            properties = {"runbookType": kind, "draft": {}}
            self.arm.put(str(account.child("runbooks", name)), place | {"properties": properties})

    def _accept(self, identity: ResourceId, properties: dict[str, Any]) -> None:
        accept(self.arm, "PUT", str(identity), {"properties": properties})

    def _group(self, below: ResourceId, location: str) -> None:
        self.arm.put(str(below.group), {"location": location})

    def _network(self, network: ResourceId, location: str) -> None:
        self._group(network, location)
        spokes = [spoke for stack in self.pair.values() for spoke in stack.region.spokes]
        spoke = next(each for each in spokes if each.virtual_network.name == network.name)
        subnets = [
            {"name": subnet.name, "properties": {"addressPrefix": str(subnet.address_prefix)}}
            for subnet in spoke.virtual_network.subnets
        ]
        space = [str(prefix) for prefix in spoke.virtual_network.address_space]
        properties = {"addressSpace": {"addressPrefixes": space}, "subnets": subnets}
        self.arm.put(str(network), {"location": location, "properties": properties})

    def test_network(self, network: ResourceId) -> None:
        """Make a test network of a drill."""
        drill = build_drill(self.pair["secondary"].config)
        found = next(
            each.virtual_network
            for each in drill.networks
            if each.virtual_network.name == network.name
        )
        self._group(network, drill.location)
        subnets = [
            {"name": each.name, "properties": {"addressPrefix": str(each.address_prefix)}}
            for each in found.subnets
        ]
        space = [str(prefix) for prefix in found.address_space]
        properties = {"addressSpace": {"addressPrefixes": space}, "subnets": subnets}
        self.arm.put(str(network), {"location": drill.location, "properties": properties})

    def _machine(self, name: str) -> None:
        """Make a machine with the interfaces of the file, at their recovery addresses."""
        machine = self.away.machine(name)
        source = self.back.machine(name)
        self._group(machine.id, self.away.source_location)
        nics = []
        for arrival in machine.interfaces:
            nic = f"{machine.id.group}/providers/Microsoft.Network/networkInterfaces/{arrival.name}"
            subnet = f"{source.network}/subnets/{arrival.subnet}"
            properties = {
                "subnet": {"id": subnet},
                "privateIPAllocationMethod": "Static",
                "privateIPAddress": arrival.address,
            }
            self.arm.put(
                nic,
                {
                    "location": self.away.source_location,
                    "properties": {
                        "ipConfigurations": [{"name": "default", "properties": properties}]
                    },
                },
            )
            nics.append({"id": nic})
        disk = {"name": f"{name}-os", "createOption": "FromImage", "osType": "Linux"}
        properties = {
            "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
            "storageProfile": {"osDisk": disk},
            "networkProfile": {"networkInterfaces": nics},
        }
        self.arm.put(
            str(machine.id),
            {"location": self.away.source_location, "properties": properties},
        )


def replicated_pair(directory: Path) -> ReplicatedPair:
    """Return the shipped pair with two machines, deployed."""
    return ReplicatedPair(directory, pair_of(protected(), recovery())).deploy()
