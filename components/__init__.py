"""Pulumi component resources: they translate the model of a region and decide nothing."""

from components.aliases import drop_version_aliases
from components.circuit import ExpressRouteCircuit, ExpressRouteCircuitArgs
from components.connection import ExpressRouteConnection, ExpressRouteConnectionArgs
from components.drill import DrillNetworks
from components.gateway import ExpressRouteGateway, ExpressRouteGatewayArgs
from components.guard import DestroyGuard
from components.hub import Hub
from components.peering import HubSpokePeering, HubSpokePeeringArgs
from components.region import RegionNetwork
from components.routing import RouteTables, RouteTablesArgs
from components.spoke import Spoke
from components.switch_record import SwitchRecord, SwitchRecordArgs
from components.virtual_network import VirtualNetworkArgs

__all__ = [
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
    "RouteTables",
    "RouteTablesArgs",
    "Spoke",
    "SwitchRecord",
    "SwitchRecordArgs",
    "VirtualNetworkArgs",
    "drop_version_aliases",
]
