"""The shipped pair with two machines that Site Recovery replicates."""

from copy import deepcopy
from typing import Any

from tests.configurations import OURS, shipped

MACHINES = OURS + "/resourceGroups/rg-machines/providers/Microsoft.Compute/virtualMachines/{}"
REPLICATE: dict[str, Any] = {
    "cacheStorageAccount": {"name": "stsparehubcache1"},
    "machines": {
        "dc1": {
            "virtualMachineId": MACHINES.format("dc1"),
            "spoke": "spoke1",
            "networkInterfaces": {
                "dc1-nic": {
                    "subnet": "app",
                    "ipAddress": "10.1.0.10",
                    "testIPAddress": "10.1.0.10",
                }
            },
        },
        "app1": {
            "virtualMachineId": MACHINES.format("app1"),
            "spoke": "spoke2",
            "networkInterfaces": {"app1-nic": {"subnet": "app", "ipAddress": "10.2.0.10"}},
            "group": 2,
            "consistency": "app",
        },
    },
}
SITE_RECOVERY: dict[str, Any] = {
    "vault": {"name": "rsv-sparehub"},
    "cacheStorageAccount": {"name": "stsparehubcache2"},
    "resourceGroup": "rg-recovered",
    "recoveryPlan": {"groups": {"1": {"after": [{"manual": "Do domain controllers answer?"}]}}},
    "objectives": {"recoveryPointInMinutes": 15},
}


def protected() -> dict[str, Any]:
    """Return the keys of the primary's file, which replicates two machines."""
    values = shipped("primary")
    values["sparehub:region"]["replicate"] = deepcopy(REPLICATE)
    return values


def recovery() -> dict[str, Any]:
    """Return the keys of the secondary's file, where they arrive."""
    values = shipped("secondary")
    values["sparehub:region"]["siteRecovery"] = deepcopy(SITE_RECOVERY)
    return values


NAT_GATEWAY = OURS + "/resourceGroups/rg-nat/providers/Microsoft.Network/natGateways/{}"


def agents_leave_by_nat(values: dict[str, Any], name: str) -> dict[str, Any]:
    """Return keys whose agents leave by NAT gateways, one of each spoke's; a region replicates."""
    region = values["sparehub:region"]
    key = "siteRecovery" if "siteRecovery" in region else "replicate"
    region.setdefault(key, deepcopy(REPLICATE))["agentEgress"] = "natGateway"
    for number, spoke in enumerate(region["spokes"].values(), 1):
        spoke["subnets"]["app"]["natGatewayId"] = NAT_GATEWAY.format(f"{name}{number}")
    return values
