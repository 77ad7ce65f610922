"""All rules, by their level."""

from sparehub.topology.rules.deployed_rules import DEPLOYED
from sparehub.topology.rules.pair.circuits import PAIR_CIRCUITS
from sparehub.topology.rules.pair.dns_servers import PAIR_DNS_SERVERS
from sparehub.topology.rules.pair.drill import PAIR_DRILL
from sparehub.topology.rules.pair.fences import FENCES, PAIR_FENCES
from sparehub.topology.rules.pair.hooks import PAIR_HOOKS
from sparehub.topology.rules.pair.networks.always_on import PAIR_ALWAYS_ON
from sparehub.topology.rules.pair.networks.hub_peerings import PAIR_HUB_PEERINGS
from sparehub.topology.rules.pair.networks.regions import PAIR_REGIONS
from sparehub.topology.rules.pair.records import PAIR_RECORDS, RECORDS
from sparehub.topology.rules.pair.replication import PAIR_REPLICATION
from sparehub.topology.rules.pair.vaults import VAULTS
from sparehub.topology.rules.region.agent_egress import AGENT_EGRESS
from sparehub.topology.rules.region.circuits import CIRCUITS
from sparehub.topology.rules.region.gateway_routes import GATEWAY_ROUTES
from sparehub.topology.rules.region.gateways import GATEWAYS
from sparehub.topology.rules.region.inspection import INSPECTION
from sparehub.topology.rules.region.networks import NETWORKS
from sparehub.topology.rules.region.peerings import PEERINGS
from sparehub.topology.rules.region.recovery_vault import RECOVERY_VAULT
from sparehub.topology.rules.region.replication import REPLICATION
from sparehub.topology.rules.region.routes import ROUTES
from sparehub.topology.rules.region.subscriptions import SUBSCRIPTIONS
from sparehub.topology.rules.stack_file.addresses import ADDRESSES
from sparehub.topology.rules.stack_file.drill import DRILL
from sparehub.topology.rules.stack_file.express_route import EXPRESS_ROUTE
from sparehub.topology.rules.stack_file.field_rules import FIELD_RULES
from sparehub.topology.rules.stack_file.hub import HUB
from sparehub.topology.rules.stack_file.hub_peerings import HUB_PEERINGS
from sparehub.topology.rules.stack_file.intents import INTENTS
from sparehub.topology.rules.stack_file.remapping import REMAPPING
from sparehub.topology.rules.stack_file.reserved_subnets import RESERVED

FILE_RULES = (*ADDRESSES, *HUB, *HUB_PEERINGS, *RESERVED, *EXPRESS_ROUTE, *DRILL)
REGION_RULES = (
    *NETWORKS,
    *PEERINGS,
    *ROUTES,
    *GATEWAY_ROUTES,
    *INSPECTION,
    *CIRCUITS,
    *RECORDS,
    *SUBSCRIPTIONS,
    *FENCES,
    *GATEWAYS,
    *REMAPPING,
    *REPLICATION,
    *RECOVERY_VAULT,
    *AGENT_EGRESS,
)
PAIR_RULES = (
    *PAIR_CIRCUITS,
    *PAIR_RECORDS,
    *PAIR_FENCES,
    *PAIR_REGIONS,
    *PAIR_ALWAYS_ON,
    *PAIR_HUB_PEERINGS,
    *PAIR_REPLICATION,
    *PAIR_DRILL,
    *PAIR_DNS_SERVERS,
    *VAULTS,
    *PAIR_HOOKS,
)
AZURE_RULES = (*FIELD_RULES, *FILE_RULES, *REGION_RULES, *PAIR_RULES, *INTENTS, *DEPLOYED)
