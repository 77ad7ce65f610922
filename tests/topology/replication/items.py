"""Items of a vault as Azure answers them, reduced to what is read of them."""

from typing import Any

from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.protected_item import ProtectedItem


def document(
    replication: Replication,
    machine: Machine,
    *,
    state: str = "Protected",
    details: dict[str, Any] | None = None,
    **properties: Any,
) -> dict[str, Any]:
    """Return an item that is as the files want it, but for what is given."""
    allowed = ["UnplannedFailover", "DisableProtection", "TestFailover"]
    return {
        "id": f"{replication.container}/replicationProtectedItems/{machine.name}",
        "name": machine.name,
        "properties": {
            "friendlyName": machine.name,
            "protectionState": state,
            "protectionStateDescription": state,
            "activeLocation": "Primary",
            "testFailoverState": "None",
            "allowedOperations": allowed if state == "Protected" else ["DisableProtection"],
            "replicationHealth": "Normal",
            "healthErrors": [],
            "policyId": str(replication.policy),
            "recoveryContainerId": str(replication.target_container),
            "currentScenario": {"scenarioName": "None", "jobId": "/replicationJobs/None"},
            "providerSpecificDetails": {
                "fabricObjectId": str(machine.id).lower(),
                "selectedRecoveryAzureNetworkId": str(machine.network).lower(),
                "recoveryAzureVMName": machine.name,
                "recoveryAzureVMSize": "Standard_D2s_v5",
                "vmNics": [
                    {
                        "nicId": f"guid-of-{arrival.name}",
                        "sourceNicArmId": f"/subscriptions/s/x/{arrival.name}",
                        "ipConfigs": [
                            {
                                "name": "default",
                                "isPrimary": True,
                                "staticIPAddress": "10.9.0.10",
                                "recoverySubnetName": arrival.subnet,
                                "recoveryStaticIPAddress": arrival.address,
                                "tfoSubnetName": arrival.subnet,
                                "tfoStaticIPAddress": arrival.test_address,
                            }
                        ],
                    }
                    for arrival in machine.interfaces
                ],
                **(details or {}),
            },
            **properties,
        },
    }


def item(replication: Replication, name: str, **changes: Any) -> ProtectedItem:
    return ProtectedItem.of(document(replication, replication.machine(name), **changes))
