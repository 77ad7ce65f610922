"""The words that a stack file may use where it may not say anything: Azure's, and our own few."""

from enum import IntEnum, StrEnum


class Activation(StrEnum):
    """The switch: how far a region is brought up."""

    STANDBY = "standby"  # as far as the standby depth says; nothing is advertised for its spokes
    ACTIVE = "active"  # connected to on-premises, spokes included


class Depth(StrEnum):
    """How much of a standby region exists (architecture.md: one region, three ways to stand by)."""

    NETWORK = "network"
    GATEWAY = "gateway"
    CONNECTION = "connection"


class Prefers(StrEnum):
    """Which region on-premises routers prefer when both advertise a prefix (ER-23)."""

    NONE = "none"
    PRIMARY = "primary"
    SECONDARY = "secondary"


class NvaKind(StrEnum):
    """What the next hop of the route tables is."""

    APPLIANCE = "appliance"
    LOAD_BALANCER = "loadBalancer"
    AZURE_FIREWALL = "azureFirewall"


class NvaStandby(StrEnum):
    """Whether the NVA of a region that stands by runs."""

    RUNNING = "running"
    START_AT_FAILOVER = "startAtFailover"  # its machines are off until a failover starts them


class InternetEgress(StrEnum):
    """Where the NVA sends what is for the internet."""

    DIRECT = "direct"  # its table routes 0.0.0.0/0 to Internet, also where BGP brings another route
    ON_PREMISES = "onPremises"  # it follows what on-premises advertises


class GatewaySku(StrEnum):
    """GWY-01: the SKUs of an ExpressRoute gateway."""

    STANDARD = "Standard"
    HIGH_PERFORMANCE = "HighPerformance"
    ULTRA_PERFORMANCE = "UltraPerformance"
    ER_GW_1_AZ = "ErGw1AZ"
    ER_GW_2_AZ = "ErGw2AZ"
    ER_GW_3_AZ = "ErGw3AZ"
    ER_GW_SCALE = "ErGwScale"


class Bandwidth(IntEnum):
    """ER-01: what a provider's circuit may carry, in Mbps."""

    M50 = 50
    M100 = 100
    M200 = 200
    M500 = 500
    M1000 = 1000
    M2000 = 2000
    M5000 = 5000
    M10000 = 10000


class CircuitTier(StrEnum):
    """ER-03: how far a circuit reaches."""

    LOCAL = "Local"
    STANDARD = "Standard"
    PREMIUM = "Premium"


class CircuitFamily(StrEnum):
    """ER-03: how a circuit is billed."""

    METERED_DATA = "MeteredData"
    UNLIMITED_DATA = "UnlimitedData"


class NextHopType(StrEnum):
    """RT-10: where a user route may point."""

    VIRTUAL_NETWORK_GATEWAY = "VirtualNetworkGateway"
    VNET_LOCAL = "VnetLocal"
    INTERNET = "Internet"
    VIRTUAL_APPLIANCE = "VirtualAppliance"
    NONE = "None"


class AgentEgress(StrEnum):
    """How the agents of replicated machines reach Azure's services (SR-68)."""

    NVA = "nva"  # through the NVA, which has to let them out in both regions
    NAT_GATEWAY = "natGateway"  # through a NAT gateway of their subnet


class NetworkOrder(StrEnum):
    """When the network of the region that takes over is connected."""

    PARALLEL = "parallel"  # while the machines are failed over, once none of the source runs
    BEFORE = "before"  # before them: machines that need on-premises when they start
    RUNBOOK = "runbook"  # as `parallel`; the recovery plan can also do it, started in the portal


class FailoverKind(StrEnum):
    """SR-62: when an action of a recovery plan is run."""

    UNPLANNED_FAILOVER = "unplannedFailover"  # also a planned one: machines have no other (SR-47)
    TEST_FAILOVER = "testFailover"


class HttpMethod(StrEnum):
    """The method of a hook's HTTP request."""

    GET = "GET"
    POST = "POST"
    PUT = "PUT"
    PATCH = "PATCH"
    DELETE = "DELETE"


class HookFailure(StrEnum):
    """What becomes of an operation whose hook fails."""

    HALT = "halt"  # it stops, and `sparehub resume` runs the hook again
    CONTINUE = "continue"  # a warning, and the next step


class HookWhen(StrEnum):
    """The operations that a hook is for: kinds and modes of a plan."""

    FAILOVER = "failover"
    FAILBACK = "failback"
    PLANNED = "planned"
    UNPLANNED = "unplanned"


class DnsFormat(StrEnum):
    """The script that changes records in DNS."""

    NSUPDATE = "nsupdate"  # dynamic updates (RFC 2136)
    POWERSHELL = "powershell"  # a DNS server of Windows
    AZ = "az"  # a private DNS zone of Azure
