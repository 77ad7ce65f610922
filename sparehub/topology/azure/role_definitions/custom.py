"""The custom roles of Sparehub, with the least actions.

``runbook`` is the role of the identity of the Automation account, at the resource groups of both
regions, of the circuits, and of the account itself.
"""

from collections.abc import Mapping
from types import MappingProxyType

from sparehub.topology.azure.role_definitions.role import Role, merged

_NETWORK = "Microsoft.Network"
_JOBS = "Microsoft.Automation/automationAccounts"
_FENCE = (
    f"{_NETWORK}/expressRouteCircuits/authorizations/delete",
    f"{_NETWORK}/expressRouteCircuits/authorizations/read",
    f"{_NETWORK}/expressRouteCircuits/peerings/read",
    f"{_NETWORK}/expressRouteCircuits/peerings/write",
    f"{_NETWORK}/expressRouteCircuits/read",
)
_SWITCH = (
    f"{_NETWORK}/connections/delete",
    f"{_NETWORK}/connections/read",
    f"{_NETWORK}/connections/write",
    f"{_NETWORK}/expressRouteCircuits/join/action",
    f"{_NETWORK}/expressRouteCircuits/write",
    f"{_NETWORK}/locations/operationResults/read",
    f"{_NETWORK}/locations/operations/read",
    f"{_NETWORK}/virtualNetworkGateways/delete",
    f"{_NETWORK}/virtualNetworkGateways/join/action",
    f"{_NETWORK}/virtualNetworkGateways/read",
    f"{_NETWORK}/virtualNetworkGateways/write",
    f"{_NETWORK}/virtualNetworks/peer/action",
    f"{_NETWORK}/virtualNetworks/read",
    f"{_NETWORK}/virtualNetworks/subnets/join/action",
    f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings/read",
    f"{_NETWORK}/virtualNetworks/virtualNetworkPeerings/write",
    "Microsoft.Compute/virtualMachines/instanceView/read",
    "Microsoft.Compute/virtualMachines/read",
    "Microsoft.Compute/virtualMachines/start/action",
)
# Start-AzAutomationRunbook reads the runbook before it makes a job:
# https://learn.microsoft.com/azure/automation/automation-role-based-access-control#automation-runbook-operator
_START = (
    f"{_JOBS}/jobs/output/read",
    f"{_JOBS}/jobs/read",
    f"{_JOBS}/jobs/streams/read",
    f"{_JOBS}/jobs/write",
    f"{_JOBS}/runbooks/read",
    f"{_JOBS}/variables/read",
)
RUNBOOK = Role(
    key="runbook",
    description="Identity of the Automation account whose runbook switches the network.",
    actions=merged(_FENCE, _SWITCH, _START),
)
FENCE = Role(
    key="fence",
    description="On a circuit of another team: revokes an authorization, or disables the peering.",
    actions=merged(_FENCE),
)
ROLES: Mapping[str, Role] = MappingProxyType({role.key: role for role in (RUNBOOK, FENCE)})
