"""The verdict of every ordered pair of contexts: a conversation that the first one starts."""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from itertools import product

from tests.oracle.addresses import Addresses, edges_of
from tests.oracle.routes import ANYWHERE, RESERVED
from tests.oracle.trace import GATEWAY_SUBNET, INTERNET, ON_PREMISES, End, Outcome, Place, World


class Verdict(StrEnum):
    """The worst first."""

    UNREACHABLE = "UNREACHABLE"
    UNDETERMINED = "UNDETERMINED"
    AMBIGUOUS = "AMBIGUOUS"
    REACHABLE = "REACHABLE"


@dataclass(frozen=True)
class Way:
    """What may become of a packet for one address: several outcomes where on-premises chooses."""

    target: str
    outcomes: tuple[Outcome, ...]

    @property
    def arrived(self) -> tuple[Outcome, ...]:
        """Those that reach whom they are for."""
        return tuple(o for o in self.outcomes if o.end is End.DELIVERED and o.at == self.target)

    @property
    def verdict(self) -> Verdict:
        """The verdict of this way alone."""
        if any(outcome.end is End.UNKNOWN for outcome in self.outcomes):
            return Verdict.UNDETERMINED
        if not self.arrived:
            return Verdict.UNREACHABLE
        certain = len(self.arrived) == len(self.outcomes)
        doubtful = any(outcome.doubtful for outcome in self.outcomes)
        return Verdict.REACHABLE if certain and not doubtful else Verdict.AMBIGUOUS


@dataclass(frozen=True)
class Judgement:
    """A verdict and what else the ways say that led to it.

    ``asymmetric``: UNREACHABLE since a stateful NVA would see one way only. ``loops``: a packet
    is in a loop. ``inspected``: every packet that arrives went through an NVA, both ways.
    """

    verdict: Verdict
    asymmetric: bool
    loops: bool
    inspected: bool
    ways: tuple[Way, ...]


@dataclass(frozen=True)
class Context:
    """A source or destination: a subnet, on-premises (no place), or the internet."""

    name: str
    place: Place | None
    addresses: Addresses


def contexts(world: World) -> list[Context]:
    """Return every context; a lost NVA takes its subnet's with it."""
    found = [
        Context(place.name, place, Addresses([place.subnet.prefix]))
        for place in world.places()
        if place.subnet.name != GATEWAY_SUBNET and not place.is_lost
    ]
    found.append(Context(ON_PREMISES, None, world.on_premises))
    found.append(Context(INTERNET, None, world.internet))
    return found


def judge(world: World) -> dict[tuple[str, str], Judgement]:
    """Return the verdict of every ordered pair."""
    all_contexts = contexts(world)
    pieces = edges(world)
    samples = {each.name: tuple(each.addresses.samples(pieces)) for each in all_contexts}
    found = {}
    for first, second in product(all_contexts, repeat=2):
        if first.name == INTERNET or first.place is second.place:
            continue  # on-premises' own way to the internet is its own
        if not samples[first.name] or not samples[second.name]:
            continue  # nobody is there
        there = _ways(world, first, second, samples[second.name])
        back = _ways(world, second, first, samples[first.name]) if second.name != INTERNET else None
        found[first.name, second.name] = _conversation(there, back)
    return found


def _ways(
    world: World, source: Context, target: Context, addresses: Iterable[IPv4Address]
) -> list[Way]:
    """Return how each address of a target fares, by itself."""
    return [Way(target.name, tuple(world.send(source.place, address))) for address in addresses]


def _conversation(there: list[Way], back: list[Way] | None) -> Judgement:
    """Put each address of one end beside each of the other; each two ways alike only once."""
    returns: set[Way | None] = {None} if back is None else {*back}
    talks = [_talk(forth, returning) for forth, returning in product({*there}, returns)]
    verdicts = {verdict for verdict, _ in talks}
    if len(verdicts) == 1:
        verdict = verdicts.pop()
    else:  # what is not the same of all is in doubt; an unknown appliance is worse than doubt
        unknown = Verdict.UNDETERMINED in verdicts
        verdict = Verdict.UNDETERMINED if unknown else Verdict.AMBIGUOUS
    ways = (*there, *(back or ()))
    sides = (there,) if back is None else (there, back)
    return Judgement(
        verdict=verdict,
        asymmetric=verdict is Verdict.UNREACHABLE and any(apart for _, apart in talks),
        loops=any(outcome.end is End.LOOP for way in ways for outcome in way.outcomes),
        inspected=all(any(way.arrived for way in side) for side in sides)
        and all(outcome.passed for way in ways for outcome in way.arrived),
        ways=ways,
    )


def _talk(there: Way, back: Way | None) -> tuple[Verdict, bool]:
    """Return the verdict for one address of each end, and whether a stateful NVA decided it."""
    ways = [there] if back is None else [there, back]
    verdict = min((way.verdict for way in ways), key=list(Verdict).index)
    if verdict in (Verdict.AMBIGUOUS, Verdict.REACHABLE):
        seen = [{outcome.stateful for outcome in way.arrived} for way in ways]
        if not set.intersection(*seen):  # RT-22
            return Verdict.UNREACHABLE, True
        if back is not None and len(set.union(*seen)) > 1:  # it hangs on which of the ways
            return Verdict.AMBIGUOUS, False
    return verdict, False


def edges(world: World) -> list[IPv4Address]:
    """Return the first address of every piece of the address space that is routed as one."""
    prefixes = [ANYWHERE, *RESERVED]
    for region in world.regions:
        prefixes += region.given.on_premises
    for place in world.places():
        prefixes += [*place.network.space, place.subnet.prefix]
        prefixes += [route.prefix for route in world.routes(place) if route.prefix is not None]
    numbers = {number for prefix in prefixes for number in edges_of(prefix)}
    return [IPv4Address(number) for number in sorted(numbers) if number < 1 << 32]
