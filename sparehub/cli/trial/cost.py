"""What a trial may cost: prices, and how long each thing exists.

An estimate in US dollars, and not the prices of an agreement. Three prices could not be read and
are assumed: of machines, of disks, and of data between regions.
"""

from collections.abc import Iterator
from dataclasses import dataclass

NOTED = "2026-12-01"
"""When the prices were noted."""
UNKNOWN = (
    "not included: transactions of the cache account and snapshots (cents), taxes, and what a "
    "policy of the subscription adds to each machine"
)
_PAGES = "https://azure.microsoft.com/pricing/details"


@dataclass(frozen=True, kw_only=True)
class Price:
    """A list price in US dollars."""

    what: str
    amount: float
    unit: str
    page: str
    """Microsoft's page that shows the price of a region."""
    source: str = ""
    """Where the amount was read; empty where it is assumed, and higher than what was expected."""

    @property
    def origin(self) -> str:
        """Where the amount comes from, for a person."""
        return self.source or f"assumed; the price of a region is at {self.page}"


_VM = Price(
    what="machine, 2 vCPU, 4 GiB (Standard_B2s)",
    amount=0.08,
    unit="hour",
    page=f"{_PAGES}/virtual-machines/linux/",
)
_DISK = Price(
    what="disk or replica, 32 GiB (S4)",
    amount=0.004,
    unit="hour",
    page=f"{_PAGES}/managed-disks/",
)
_ADDRESS = Price(
    what="public IP address",
    amount=0.005,
    unit="hour",
    page=f"{_PAGES}/ip-addresses/",
    source="https://c3x.dev/resources/azure/azurerm_nat_gateway/",
)
_NAT = Price(
    what="NAT gateway",
    amount=0.045,
    unit="hour",
    page=f"{_PAGES}/azure-nat-gateway/",
    source="https://c3x.dev/resources/azure/azurerm_nat_gateway/",
)
_NAT_DATA = Price(
    what="data through the NAT gateway",
    amount=0.045,
    unit="GB",
    page=f"{_PAGES}/azure-nat-gateway/",
    source="https://c3x.dev/resources/azure/azurerm_nat_gateway/",
)
_TRANSFER = Price(
    what="data between the regions", amount=0.12, unit="GB", page=f"{_PAGES}/bandwidth/"
)
_REPLICATION = Price(
    what="Site Recovery, free for 31 days",
    amount=0.0,
    unit="machine",
    page=f"{_PAGES}/site-recovery/",
    source="https://learn.microsoft.com/azure/site-recovery/azure-to-azure-common-questions",
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
    """Return what a trial may cost; networks without machines cost nothing."""
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
