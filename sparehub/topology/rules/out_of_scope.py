"""Rules of Azure that are not checked, and why not."""

from typing import NamedTuple


class OutOfScope(NamedTuple):
    """A rule that is not checked: what it says, and why it is not checked."""

    id: str
    what: str
    reason: str


_NO_KEY = "a stack file has no key for it"
_MADE = "the components make them"
_AT_PREFLIGHT = "Azure says it alone: read when an operation begins"

OUT_OF_SCOPE = (
    OutOfScope("VN-14", "No service endpoint policy on GatewaySubnet", _NO_KEY),
    OutOfScope("VN-15", "No wildcard rules of a DNS Private Resolver at the gateway", _NO_KEY),
    OutOfScope("VN-21", "Subnets in a chain, peerings after them", "the components keep the order"),
    OutOfScope("VN-23", "Default outbound access is explicit", "the model sets it on every subnet"),
    OutOfScope("PE-15", "Basic load balancers over a peering across regions", "they are retired"),
    OutOfScope("ER-04", "Reach of a circuit by its tier", "checked as RG-01 and RG-02"),
    OutOfScope("ER-05", "Reach of a Local circuit", "checked as RG-02"),
    OutOfScope(
        "ER-19",
        "On one circuit, disconnect before connecting",
        "`check` reports the order, the interlock enforces it",
    ),
    OutOfScope("ER-27", "Global Reach", _NO_KEY),
    OutOfScope("ER-28", "FastPath", _NO_KEY),
    OutOfScope("ER-34", "Type and endpoints of a connection", "the components write them"),
    OutOfScope("ER-37", "BGP communities of virtual networks", _NO_KEY),
    OutOfScope(
        "GWY-02",
        "A gateway's SKU grows within its family",
        "checked at preview against the deployed gateway",
    ),
    OutOfScope("GWY-03", "No public IP address for the gateway", "the components set none"),
    OutOfScope("GWY-05", "Gateways are zone redundant", "the components set no zones"),
    OutOfScope("GWY-06", "The gateway is in GatewaySubnet", "the components put it there (VN-09)"),
    OutOfScope("GWY-07", "One ExpressRoute gateway a network", "a stack file describes one"),
    OutOfScope("GWY-08", "Type, SKU name and SKU tier of the gateway", "the components write them"),
    OutOfScope(
        "RT-16",
        "Service tags in routes",
        "the model writes those of agents (SR-68); others are refused (VN-04)",
    ),
    OutOfScope(
        "RT-27", "What security groups must allow out", "a stack file names groups, not their rules"
    ),
    OutOfScope("SR-03", "One fabric for each region and vault", _MADE),
    OutOfScope("SR-04", "Container mappings both ways", _MADE),
    OutOfScope("SR-11", "The network of a test is not the recovery network", _MADE),
    OutOfScope("SR-17", "Actions of a recovery plan", "the keys allow what Azure allows"),
    OutOfScope("SR-18", "The plan's automation account", "checked as SR-65"),
    OutOfScope("SR-26", "Churn of a machine and of a disk", "no file says how much is written"),
    OutOfScope("SR-30", "Ids are compared without case", "every comparison ignores case"),
    OutOfScope("SR-35", "Retention in minutes", "the keys have hours, within Azure's limits"),
    OutOfScope(
        "SR-37", "Updates of the agents by a managed identity", "the key allows nothing else"
    ),
    OutOfScope("SR-43", "No test waits for its clean-up", _AT_PREFLIGHT),
    OutOfScope("SR-50", "Ages of recovery points", _AT_PREFLIGHT),
    OutOfScope("SR-51", "Age of the last test", _AT_PREFLIGHT),
    OutOfScope("SR-70", "The network of a test failover", "checked as SR-27"),
    OutOfScope("SR-74", "From zone to zone", "two stacks are two regions (SR-01)"),
    OutOfScope("SR-78", "Locks", _AT_PREFLIGHT),
    OutOfScope("SR-81", "A vault of backups, too", "no file says what else is in a vault"),
    OutOfScope(
        "RG-03",
        "Two names in one metro are two peering locations",
        "it permits something, it forbids nothing",
    ),
    OutOfScope(
        "SR-19",
        "The state backend is not in the primary region",
        "its address does not show its region; resource groups and circuits are checked",
    ),
)
