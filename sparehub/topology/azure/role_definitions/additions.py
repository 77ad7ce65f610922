"""Actions that Azure checks and the local Azure does not: each with the reason and the source.

Everything else in a role was recorded (:mod:`.recorded`).
"""

from dataclasses import dataclass

_PERMISSIONS = "https://learn.microsoft.com/azure/role-based-access-control/permissions"
_MANAGEMENT = f"{_PERMISSIONS}/management-and-governance"
_NETWORKING = f"{_PERMISSIONS}/networking"
_COMPUTE = f"{_PERMISSIONS}/compute"
_REPLICATION = (
    "https://learn.microsoft.com/azure/site-recovery/site-recovery-role-based-linked-access-control"
)
_FABRICS = "Microsoft.RecoveryServices/vaults/replicationFabrics"
_CONTAINERS = f"{_FABRICS}/replicationProtectionContainers"
_JOBS = "Microsoft.Automation/automationAccounts"


@dataclass(frozen=True, kw_only=True)
class Addition:
    """Actions of some roles that the local Azure cannot show."""

    roles: tuple[str, ...]
    actions: tuple[str, ...]
    reason: str
    source: str


ADDITIONS = (
    Addition(
        roles=("reader",),
        actions=("Microsoft.Resources/subscriptions/read",),
        reason="Every command asks which subscription the login sees.",
        source="https://learn.microsoft.com/rest/api/resources/subscriptions/get",
    ),
    Addition(
        roles=("reader",),
        actions=("Microsoft.ResourceGraph/resources/read",),
        reason="Who else uses a circuit is asked of Resource Graph.",
        source=_MANAGEMENT,
    ),
    Addition(
        roles=("reader",),
        actions=("Microsoft.KeyVault/vaults/read",),
        reason="The vault with the key of the secrets must not lie in one of the regions.",
        source=f"{_PERMISSIONS}/security",
    ),
    Addition(
        roles=("reader", "fence", "runbook"),
        actions=(
            "Microsoft.Network/locations/operationResults/read",
            "Microsoft.Network/locations/operations/read",
        ),
        reason="An operation of the network is polled. Azure refused this at a subscription.",
        source="https://github.com/Azure/azure-xplat-cli/issues/2051",
    ),
    Addition(
        roles=("reader", "runbook"),
        actions=("Microsoft.Compute/locations/operations/read",),
        reason="An operation on a machine is polled.",
        source=_COMPUTE,
    ),
    Addition(
        roles=("reader",),
        actions=(
            "Microsoft.Network/azureFirewalls/read",
            "Microsoft.Network/loadBalancers/loadBalancingRules/health/action",
            "Microsoft.Network/loadBalancers/read",
        ),
        reason="An NVA may be a firewall, or behind a load balancer; the recorded ones are not.",
        source=_NETWORKING,
    ),
    Addition(
        roles=("reader",),
        actions=(
            "Microsoft.Network/privateDnsZones/virtualNetworkLinks/read",
            "Microsoft.Network/privateEndpoints/privateDnsZoneGroups/read",
            "Microsoft.Network/privateEndpoints/read",
        ),
        reason="Private names of both regions are compared; the recorded networks have none.",
        source=_NETWORKING,
    ),
    Addition(
        roles=("reader",),
        actions=(
            f"{_JOBS}/read",
            f"{_JOBS}/runbooks/read",
            f"{_JOBS}/runtimeEnvironments/read",
        ),
        reason="An account of runbooks is read; `check --live` was recorded without one.",
        source=_MANAGEMENT,
    ),
    Addition(
        roles=("deployer",),
        actions=("Microsoft.Network/natGateways/join/action",),
        reason="A subnet may have a NAT gateway; the recorded ones have none.",
        source=_NETWORKING,
    ),
    Addition(
        roles=("deployer",),
        actions=(
            f"{_CONTAINERS}/read",
            f"{_CONTAINERS}/write",
            "Microsoft.Resources/deployments/operationstatuses/read",
        ),
        reason="The containers of Site Recovery are made by a deployment, which is polled.",
        source="https://github.com/Azure-Samples/azure-search-openai-demo/issues/848",
    ),
    Addition(
        roles=("deployer",),
        actions=(
            "Microsoft.RecoveryServices/vaults/operationResults/read",
            "Microsoft.RecoveryServices/vaults/operationStatus/read",
            f"{_FABRICS}/operationresults/read",
            f"{_CONTAINERS}/replicationProtectionContainerMappings/operationresults/read",
            "Microsoft.RecoveryServices/vaults/replicationOperationStatus/read",
            "Microsoft.RecoveryServices/vaults/replicationPolicies/operationresults/read",
        ),
        reason="Pulumi's provider polls the operations of a vault.",
        source=_MANAGEMENT,
    ),
    Addition(
        roles=("operator",),
        actions=(
            "Microsoft.Compute/availabilitySets/read",
            "Microsoft.Compute/virtualMachines/delete",
            "Microsoft.Compute/virtualMachines/write",
            "Microsoft.Network/networkInterfaces/delete",
            "Microsoft.Network/networkInterfaces/join/action",
            "Microsoft.Network/networkInterfaces/write",
            "Microsoft.Resources/deployments/operations/read",
            "Microsoft.Resources/deployments/validate/action",
            "Microsoft.Resources/deployments/write",
            "Microsoft.Storage/storageAccounts/listKeys/action",
        ),
        reason="Site Recovery checks these of whoever replicates a machine, or re-protects it.",
        source=_REPLICATION,
    ),
    Addition(
        roles=("runbook",),
        actions=("Microsoft.Network/loadBalancers/read",),
        reason="A load balancer shows the machines of an NVA behind it; the recorded has none.",
        source=_NETWORKING,
    ),
    Addition(
        roles=("operator", "runbook"),
        actions=("Microsoft.Network/virtualNetworkGateways/getLearnedRoutes/action",),
        reason="A gateway is asked for its routes: by the runbook, and where a circuit shows none.",
        source=_NETWORKING,
    ),
    Addition(
        roles=("operator",),
        actions=(f"{_CONTAINERS}/replicationProtectedItems/unplannedFailover/action",),
        reason="A machine that a recovery plan did not fail over is tried again by itself.",
        source=_MANAGEMENT,
    ),
    Addition(
        roles=("runbook",),
        actions=(
            f"{_JOBS}/jobs/output/read",
            f"{_JOBS}/jobs/read",
            f"{_JOBS}/jobs/stop/action",
            f"{_JOBS}/jobs/streams/read",
            f"{_JOBS}/jobs/write",
            f"{_JOBS}/runbooks/read",
            f"{_JOBS}/variables/read",
        ),
        reason="One runbook starts, reads and may stop the other, which reads its data.",
        source="https://learn.microsoft.com/azure/automation/automation-role-based-access-control",
    ),
)
