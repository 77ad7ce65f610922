"""Every rule, by the level on which it is asked."""

from topology.rules.circuits import CIRCUITS
from topology.rules.fences import FENCES, PAIR_FENCES
from topology.rules.file_addresses import ADDRESSES
from topology.rules.file_drill import DRILL
from topology.rules.file_express_route import EXPRESS_ROUTE
from topology.rules.file_hub import HUB
from topology.rules.file_reserved import RESERVED
from topology.rules.gateways import GATEWAYS
from topology.rules.inspection import INSPECTION
from topology.rules.intents import INTENTS
from topology.rules.networks import NETWORKS
from topology.rules.pair_circuits import PAIR_CIRCUITS
from topology.rules.pair_regions import PAIR_REGIONS
from topology.rules.peerings import PEERINGS
from topology.rules.records import PAIR_RECORDS, RECORDS
from topology.rules.remapping import REMAPPING
from topology.rules.routes import ROUTES
from topology.rules.shapes import SHAPES
from topology.rules.standing import STANDING
from topology.rules.subscriptions import SUBSCRIPTIONS

FILE_RULES = (*ADDRESSES, *HUB, *RESERVED, *EXPRESS_ROUTE, *DRILL)
REGION_RULES = (
    *NETWORKS,
    *PEERINGS,
    *ROUTES,
    *INSPECTION,
    *CIRCUITS,
    *RECORDS,
    *SUBSCRIPTIONS,
    *FENCES,
    *GATEWAYS,
    *REMAPPING,
)
PAIR_RULES = (*PAIR_CIRCUITS, *PAIR_RECORDS, *PAIR_FENCES, *PAIR_REGIONS)
AZURE_RULES = (*SHAPES, *FILE_RULES, *REGION_RULES, *PAIR_RULES, *INTENTS, *STANDING)
