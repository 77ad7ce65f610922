"""The verdict of every ordered pair of contexts: a conversation that the first one starts."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from ipaddress import IPv4Address
from itertools import product

from tests.oracle.addresses import Addresses, edges_of
from tests.oracle.walk import GATEWAY_SUBNET, INTERNET, ON_PREMISES, End, Outcome, Place, World


class Verdict(StrEnum):
    """The worst first."""

    UNREACHABLE = "UNREACHABLE"
    UNDETERMINED = "UNDETERMINED"
    AMBIGUOUS = "AMBIGUOUS"
    REACHABLE = "REACHABLE"


@dataclass(frozen=True)
class Judgement:
    """A verdict, whether it is so because an appliance sees one way only, and all the ways."""

    verdict: Verdict
    asymmetric: bool
    ways: tuple[Outcome, ...]


@dataclass(frozen=True)
class Context:
    """A source or destination: a subnet, on-premises (no place), or the internet."""

    name: str
    place: Place | None
    addresses: Addresses


def contexts(world: World) -> list[Context]:
    """Return every context; a lost NVA takes its subnet's with it."""
    found = []
    for place in world.places():
        given = place.region.given
        lost = given.nva_lost and given.nva in place.subnet.prefix
        if place.subnet.name != GATEWAY_SUBNET and not lost:
            found.append(Context(place.name, place, Addresses([place.subnet.prefix])))
    found.append(Context(ON_PREMISES, None, world.on_premises))
    found.append(Context(INTERNET, None, world.internet))
    return found


def judge(world: World) -> dict[tuple[str, str], Judgement]:
    """Return the verdict of every ordered pair."""
    all_contexts = contexts(world)
    edges = set(_edges(world))
    samples = {each.name: tuple(each.addresses.samples(edges)) for each in all_contexts}
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
) -> list[tuple[Verdict, Outcome]]:
    """Return how each address of a target fares, by itself: one entry an address."""
    ways = []
    for address in addresses:
        outcomes = world.send(source.place, address)
        verdicts = {_one_way(outcome, target.name) for outcome in outcomes}
        verdict = verdicts.pop() if len(verdicts) == 1 else _mixed(verdicts)
        if len(outcomes) > 1 and verdict is Verdict.REACHABLE:
            verdict = Verdict.AMBIGUOUS
        arrived = [each for each in outcomes if each.at == target.name]
        ways.append((verdict, (arrived or outcomes)[0]))
    return ways


def _one_way(outcome: Outcome, target: str) -> Verdict:
    if outcome.end is End.UNKNOWN:
        return Verdict.UNDETERMINED
    if outcome.end is not End.DELIVERED or outcome.at != target:
        return Verdict.UNREACHABLE
    return Verdict.AMBIGUOUS if outcome.doubtful else Verdict.REACHABLE


def _mixed(verdicts: Iterable[Verdict]) -> Verdict:
    """What is not the same of all is in doubt; an unknown appliance is worse than doubt."""
    return Verdict.UNDETERMINED if Verdict.UNDETERMINED in set(verdicts) else Verdict.AMBIGUOUS


def _conversation(
    there: list[tuple[Verdict, Outcome]], back: list[tuple[Verdict, Outcome]] | None
) -> Judgement:
    """Put each address of one end beside each of the other."""
    order = list(Verdict)
    verdicts = set()
    asymmetric = False
    returns: set[tuple[Verdict, Outcome] | None] = {None} if back is None else {*back}
    for forth, returning in product(set(there), returns):
        ways = [forth] if returning is None else [forth, returning]
        verdict = min((way[0] for way in ways), key=order.index)
        certain = verdict in (Verdict.AMBIGUOUS, Verdict.REACHABLE)
        if certain and len({way[1].stateful for way in ways}) > 1:  # RT-22
            asymmetric, verdict = True, Verdict.UNREACHABLE
        verdicts.add(verdict)
    outcomes = tuple(way[1] for way in (*there, *(back or ())))
    if verdicts == {Verdict.UNREACHABLE}:
        return Judgement(Verdict.UNREACHABLE, asymmetric, outcomes)
    verdict = verdicts.pop() if len(verdicts) == 1 else _mixed(verdicts)
    return Judgement(verdict, asymmetric=False, ways=outcomes)


def _edges(world: World) -> Iterator[int]:
    """Yield wherever an address may be routed otherwise than the one before it."""
    for region in world.regions:
        for prefix in region.given.on_premises:
            yield from edges_of(prefix)
    for place in world.places():
        for prefix in (*place.network.space, place.subnet.prefix):
            yield from edges_of(prefix)
        for route in world.routes(place):
            if route.prefix is not None:
                yield from edges_of(route.prefix)
