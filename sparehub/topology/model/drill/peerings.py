"""Which test networks of a drill are peered: with each other on request, and with Bastion's.

Peerings are not transitive, and no half lets forwarded traffic in or uses a gateway (PE-21):
https://learn.microsoft.com/azure/virtual-network/virtual-network-peering-overview. So a test
network reaches those that it is peered with, and nothing behind them.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import combinations

from sparehub.topology.model import names
from sparehub.topology.model.logical_names import DRILL_BASTION
from sparehub.topology.model.resources import DrillPeering, Peering


def drill_peerings(keys: Sequence[str], *, connect: bool, bastion: bool) -> Iterator[DrillPeering]:
    """Yield every peering of a drill, in the order in which they are written."""
    if connect:
        for first, second in combinations(keys, 2):
            yield _peering(
                first,
                second,
                names.drill_peering_name(first, second),
                names.drill_peering_name(second, first),
            )
    if bastion:
        for key in keys:
            name = names.drill_bastion_peering_name(key)
            yield _peering(key, DRILL_BASTION, name, name)


def rounds(peerings: Sequence[DrillPeering]) -> int:
    """Return how many halves are written one after the other: one at a time a network (VN-19)."""
    last: Counter[str] = Counter()
    for peering in peerings:
        done = max(last[peering.first], last[peering.second]) + 2
        last[peering.first] = last[peering.second] = done
    return max(last.values(), default=0)


def _peering(first: str, second: str, there: str, back: str) -> DrillPeering:
    return DrillPeering(
        first=first, second=second, first_to_second=_half(there), second_to_first=_half(back)
    )


def _half(name: str) -> Peering:
    return Peering(
        name=name,
        allow_forwarded_traffic=False,
        allow_gateway_transit=False,
        use_remote_gateways=False,
    )
