"""Durations of Azure operations, in seconds, each with its source.

Measured figures are from recorded sessions of Microsoft's own SDK tests (header ``Date`` of the
write to the first poll that says Succeeded, in steps of about 10 s): few, and some years old.
"""

from dataclasses import dataclass, field
from typing import Self

_GATEWAYS = (
    "https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways"
)
_SCALABLE = "https://learn.microsoft.com/azure/expressroute/scalable-gateway (2025-11-06)"
_FAQ = "https://learn.microsoft.com/azure/expressroute/expressroute-faqs"
_SDK = "recorded sessions of azure-libraries-for-net and azure-mgmt-network"


@dataclass(frozen=True, kw_only=True)
class Duration:
    """Whole seconds: ``typical`` is expected, ``worst`` is what a plan must allow for.

    ``source`` says where a duration of one Azure operation was read; a computed duration has none.
    """

    typical: int = 0
    worst: int = 0
    source: str = field(default="", compare=False)

    def __add__(self, other: "Duration") -> "Duration":
        """Return the duration of two operations, one after the other."""
        return Duration(typical=self.typical + other.typical, worst=self.worst + other.worst)

    def __mul__(self, times: int) -> "Duration":
        """Return the duration of several equal operations, one after the other."""
        return Duration(typical=self.typical * times, worst=self.worst * times)

    @classmethod
    def longest(cls, *durations: "Duration") -> Self:
        """Return the duration of operations that run in parallel."""
        return cls(
            typical=max(duration.typical for duration in durations),
            worst=max(duration.worst for duration in durations),
        )


NO_TIME = Duration()


# One ExpressRoute gateway measured; of twelve VPN gateways the slowest took two hours, which is
# also where the program gives up.
GATEWAY_CREATE = Duration(typical=882, worst=7200, source=f"{_SDK}; {_GATEWAYS}")
# ErGw1AZ, ErGw2AZ or ErGw3AZ to ErGwScale, in place and without downtime (read on 2026-11-30).
GATEWAY_UPGRADE = Duration(typical=7200, worst=7200, source=f"{_SCALABLE}: up to two hours")
GATEWAY_DELETE = Duration(typical=382, worst=1066, source=_SDK)
CONNECTION_CREATE = Duration(typical=181, worst=300, source=f"{_SDK}; worst: no source, a guess")
CONNECTION_DELETE = Duration(typical=90, worst=300, source=f"{_SDK}; worst: no source, a guess")
# One half of a virtual network peering: create, update or delete.
PEERING_UPDATE = Duration(typical=10, worst=31, source=_SDK)
# The private peering of a circuit: create, update (disable) or delete (ER-38).
PRIVATE_PEERING_UPDATE = Duration(typical=43, worst=63, source=_SDK)
# An ExpressRoute circuit: creation measured, update held to be no longer.
CIRCUIT_UPDATE = Duration(typical=42, worst=73, source=_SDK)
# An authorization of a circuit: create or delete.
AUTHORIZATION_WRITE = Duration(
    typical=31,
    worst=63,
    source="recorded sessions of azure-xplat-cli; worst: no source, a guess",
)
# A virtual machine that is off: no start was recorded, so it is counted as a creation is.
MACHINE_START = Duration(
    typical=94,
    worst=600,
    source="creation in recorded sessions of azure-xplat-cli; worst: no source, a guess",
)
ROUTE_TABLE_UPDATE = Duration(typical=11, worst=31, source=f"{_SDK}; worst: no source, a guess")
SUBNET_UPDATE = Duration(typical=3, worst=11, source=_SDK)
# ER-31: a neighbour that falls silent is given up after the hold time; a connection that is
# deleted withdraws its routes at once. The time that routes take to spread is held to be no more.
BGP_HOLD = Duration(typical=180, worst=180, source=_FAQ)

_SITE_RECOVERY = (
    "SR-58: recorded sessions of azure-cli and azure-powershell, one or two small machines"
)
# Enabling until Protected: 27.6 and 36 minutes for a disk of 30 GB; the limit is Terraform's.
FIRST_PROTECTION = Duration(typical=1910, worst=10800, source=_SITE_RECOVERY)
# Fail over one machine without shutdown of its source: 139, 140, 145, 172 s.
MACHINE_FAILOVER = Duration(typical=143, worst=172, source=_SITE_RECOVERY)
# With shutdown: 203 s, of which 63 for the shutdown.
SOURCE_SHUTDOWN = Duration(typical=63, worst=63, source=f"{_SITE_RECOVERY}; one recording")
# A further group of a recovery plan starts after the one before it.
RECOVERY_GROUP = Duration(typical=40, worst=40, source=f"{_SITE_RECOVERY}; one recording")
FAILOVER_COMMIT = Duration(typical=23, worst=38, source=_SITE_RECOVERY)
# Re-protection until its operation ends, then until Protected: 47.3 and 59.5 minutes.
PROTECTION_SWITCH = Duration(typical=506, worst=542, source=_SITE_RECOVERY)
SECOND_PROTECTION = Duration(typical=3204, worst=10800, source=_SITE_RECOVERY)
TEST_FAILOVER = Duration(typical=145, worst=520, source=_SITE_RECOVERY)
TEST_CLEANUP = Duration(typical=130, worst=241, source=_SITE_RECOVERY)
