"""One Azure region, which is one stack: what the configuration says, built."""

import os

import pulumi

from components import (
    DestroyGuard,
    DrillNetworks,
    RegionNetwork,
    SwitchRecord,
    drop_version_aliases,
)
from components.stack_program.program import approved, outputs, refuse, switch_record
from sparehub.azure.protected_items import protected_items
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.logical_names import DRILL, REGION
from sparehub.topology.state.generation import SWITCH_NAME

if not os.environ.get("SPAREHUB_KEEP_VERSION_ALIASES"):
    drop_version_aliases()
try:
    config, region = approved(protected_items)
except SparehubError as error:
    raise refuse(error) from None

if record := switch_record(config):
    SwitchRecord(SWITCH_NAME, record)
network = RegionNetwork(REGION.root, region)
drill = DrillNetworks(DRILL.root, region.drill) if region.drill else None
DestroyGuard("guard", [network, drill] if drill else [network])

for name, value in outputs(config, region).items():
    pulumi.export(name, value)
pulumi.export("hubVirtualNetworkId", network.hub_virtual_network_id)
pulumi.export("spokeVirtualNetworkIds", network.spoke_virtual_network_ids)
pulumi.export("gatewayId", network.gateway_id)
pulumi.export("circuitIds", network.circuit_ids)
pulumi.export("connectionIds", network.connection_ids)
if drill:
    pulumi.export("drillVirtualNetworkIds", drill.virtual_network_ids)
    if drill.bastion_subnet_id:
        pulumi.export("drillBastionSubnetId", drill.bastion_subnet_id)
if network.cache_storage_account_id:
    pulumi.export("cacheStorageAccountId", network.cache_storage_account_id)
if network.vault_id:
    pulumi.export("recoveryVaultId", network.vault_id)
