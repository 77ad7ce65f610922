"""Pulumi component resources: they translate the model of a region and decide nothing."""

from .circuit import ExpressRouteCircuit, ExpressRouteCircuitArgs
from .connection import ExpressRouteConnection, ExpressRouteConnectionArgs
from .drill import DrillNetworks
from .gateway import ExpressRouteGateway, ExpressRouteGatewayArgs
from .hub import Hub
from .peering import HubSpokePeering, HubSpokePeeringArgs
from .region import RegionNetwork
from .route_tables import RouteTables, RouteTablesArgs
from .site_recovery import (
    CacheAccount,
    CacheAccountArgs,
    RegionRecovery,
    ReplicationFabric,
    ReplicationFabricArgs,
    ReplicationMappings,
    ReplicationMappingsArgs,
    Vault,
)
from .spoke import Spoke
from .stack_program.aliases import drop_version_aliases
from .stack_program.destroy_guard import DestroyGuard
from .stack_program.switch_record import SwitchRecord, SwitchRecordArgs
from .virtual_network import VirtualNetworkArgs

__all__ = [
    "CacheAccount",
    "CacheAccountArgs",
    "DestroyGuard",
    "DrillNetworks",
    "ExpressRouteCircuit",
    "ExpressRouteCircuitArgs",
    "ExpressRouteConnection",
    "ExpressRouteConnectionArgs",
    "ExpressRouteGateway",
    "ExpressRouteGatewayArgs",
    "Hub",
    "HubSpokePeering",
    "HubSpokePeeringArgs",
    "RegionNetwork",
    "RegionRecovery",
    "ReplicationFabric",
    "ReplicationFabricArgs",
    "ReplicationMappings",
    "ReplicationMappingsArgs",
    "RouteTables",
    "RouteTablesArgs",
    "Spoke",
    "SwitchRecord",
    "SwitchRecordArgs",
    "Vault",
    "VirtualNetworkArgs",
    "drop_version_aliases",
]
