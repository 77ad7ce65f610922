"""Schemas of the bodies of Site Recovery's actions.

``specification/recoveryservicessiterecovery`` of https://github.com/Azure/azure-rest-api-specs
"""

from typing import Any

from sparehub.simulator.arm.types.body_schema import Spec

_PROPERTIES: dict[str, Any] = {
    "failoverDirection": str,
    "sourceSiteOperations": str,
    "networkType": str,
    "networkId": str,
    "comments": str,
    "recoveryPointId": str,
    "replicationProtectedItemName": str,
    "providerSpecificDetails": {
        "instanceType": str,
        "recoveryPointId": str,
        "policyId": str,
        "recoveryContainerId": str,
        "recoveryResourceGroupId": str,
        "vmManagedDisks": [
            {
                "diskId": str,
                "primaryStagingAzureStorageAccountId": str,
                "recoveryResourceGroupId": str,
            }
        ],
    },
}
OF_ITEM: Spec = {"properties": _PROPERTIES}
"""Of a protected item or a container."""
OF_PLAN: Spec = {"properties": _PROPERTIES | {"providerSpecificDetails": [dict]}}
"""Of a recovery plan, whose details are a list, one for each provider."""
