"""What a trial costs at most: list prices, and how long each thing exists.

An estimate in US dollars, above the list prices of most regions; not the prices of an agreement.
"""

from collections.abc import Iterator
from dataclasses import dataclass

READ = "2026-12-01"
"""When the prices were read."""
UNKNOWN = (
    "not included: transactions of the cache account and snapshots (cents), taxes, and what a "
    "policy of the subscription adds to each machine"
)


@dataclass(frozen=True, kw_only=True)
class Price:
    """A list price in US dollars."""

    what: str
    amount: float
    unit: str
    source: str


_VM = Price(
    what="machine, 2 vCPU, 4 GiB (Standard_B2s)",
    amount=0.06,
    unit="hour",
    source="https://azure.microsoft.com/pricing/details/virtual-machines/linux/",
)
_DISK = Price(
    what="disk or replica, 32 GiB (S4)",
    amount=0.003,
    unit="hour",
    source="https://azure.microsoft.com/pricing/details/managed-disks/",
)
_ADDRESS = Price(
    what="public IP address",
    amount=0.005,
    unit="hour",
    source="https://azure.microsoft.com/pricing/details/ip-addresses/",
)
_NAT = Price(
    what="NAT gateway",
    amount=0.045,
    unit="hour",
    source="https://azure.microsoft.com/pricing/details/azure-nat-gateway/",
)
_NAT_DATA = Price(
    what="data through the NAT gateway",
    amount=0.045,
    unit="GB",
    source="https://azure.microsoft.com/pricing/details/azure-nat-gateway/",
)
_TRANSFER = Price(
    what="data between the regions",
    amount=0.09,
    unit="GB",
    source="https://azure.microsoft.com/pricing/details/bandwidth/",
)
_REPLICATION = Price(
    what="Site Recovery, free for 31 days",
    amount=0.0,
    unit="machine",
    source="https://azure.microsoft.com/pricing/details/site-recovery/",
)
_GIGABYTES = 4.0
"""Data of one small machine: its first copy, compressed, and what it writes in some hours."""


@dataclass(frozen=True, kw_only=True)
class CostLine:
    """One kind of thing, how many, for how long."""

    price: Price
    count: int
    units: float
    """Hours or gigabytes of each."""

    @property
    def dollars(self) -> float:
        """The amount in US dollars."""
        return self.price.amount * self.count * self.units


@dataclass(frozen=True, kw_only=True)
class Estimate:
    """The cost of a trial."""

    hours: float
    lines: tuple[CostLine, ...]

    @property
    def dollars(self) -> float:
        """The sum in US dollars."""
        return sum(line.dollars for line in self.lines)

    @property
    def dollars_a_day(self) -> float:
        """What a day costs if the trial is not removed."""
        return 24 * sum(
            line.price.amount * line.count for line in self.lines if line.price.unit == "hour"
        )


def estimate(machines: int) -> Estimate:
    """Return what a trial costs at most; networks without machines cost nothing."""
    hours = 6.0 if machines else 1.0
    return Estimate(hours=hours, lines=tuple(_lines(machines, hours)))


def _lines(machines: int, hours: float) -> Iterator[CostLine]:
    if not machines:
        return
    regions = 2
    yield CostLine(price=_VM, count=machines, units=hours)
    yield CostLine(price=_VM, count=1, units=1.0)  # the machine of the failover test
    yield CostLine(price=_DISK, count=2 * machines + 1, units=hours)
    yield CostLine(price=_ADDRESS, count=regions, units=hours)
    yield CostLine(price=_NAT, count=regions, units=hours)
    for price in (_NAT_DATA, _TRANSFER):
        yield CostLine(price=price, count=machines, units=_GIGABYTES)
    yield CostLine(price=_REPLICATION, count=machines, units=1.0)
