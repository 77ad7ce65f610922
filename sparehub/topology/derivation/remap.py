"""Moves addresses from one region's prefixes to the other's: what ``--remap OLD=NEW`` asks for.

Only prefixes of equal size are moved onto each other, so that every address keeps its place in its
prefix: what lay in a subnet lies in it afterwards, and what Azure keeps of it (VN-01) stays kept.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from ipaddress import AddressValueError, IPv4Address, IPv4Network
from types import MappingProxyType
from typing import Any

from pydantic_core import PydanticCustomError

from sparehub.topology.config.fields import address_prefix, read_prefix
from sparehub.topology.errors import OptionsError, Problem
from sparehub.topology.model.prefixes import Prefixes
from sparehub.topology.model.resources import Circuit, Region


@dataclass(frozen=True)
class Remap:
    """Which prefix stands for which; the longest that holds an address decides.

    A prefix of ``stays`` that is longer than those moved stays: on-premises inside of it.
    """

    moves: Mapping[IPv4Network, IPv4Network] = field(default_factory=dict)
    stays: frozenset[IPv4Network] = frozenset()

    @cached_property
    def _lengths(self) -> Sequence[int]:
        return sorted({each.prefixlen for each in (*self.moves, *self.stays)}, reverse=True)

    def move_of(self, prefix: IPv4Network) -> IPv4Network | None:
        """Return the prefix whose move applies to another; None where nothing is moved."""
        for length in self._lengths:
            if length <= prefix.prefixlen:
                around = prefix.supernet(new_prefix=length)
                if around in self.stays:
                    return None
                if around in self.moves:
                    return around
        return None

    def prefix(self, prefix: IPv4Network) -> IPv4Network:
        """Return where a prefix is moved to; itself where it lies in none that is moved."""
        old = self.move_of(prefix)
        if old is None:
            return prefix
        offset = int(prefix.network_address) - int(old.network_address)
        return IPv4Network((int(self.moves[old].network_address) + offset, prefix.prefixlen))

    def address(self, address: IPv4Address) -> IPv4Address:
        """Return where an address is moved to; itself where it lies in no prefix that is."""
        return self.prefix(IPv4Network(address)).network_address

    def rewritten(self, value: Any) -> Any:  # noqa: ANN401 - any YAML value
        """Return a copy of a value of a stack file with every prefix and address in it moved."""
        if isinstance(value, Mapping):
            return {key: self.rewritten(each) for key, each in value.items()}
        if isinstance(value, list):
            return [self.rewritten(each) for each in value]
        return self._text(value) if self.moves and isinstance(value, str) else value

    def _text(self, text: str) -> str:
        prefix = read_prefix(text)
        if isinstance(prefix, IPv4Network):
            return str(self.prefix(prefix))
        try:
            return str(self.address(IPv4Address(text)))
        except AddressValueError:
            return text


def parse_remap(texts: Iterable[str]) -> tuple[Remap, list[Problem]]:
    """Return the moves that ``OLD=NEW`` texts describe, and how they contradict each other.

    Problems are sizes that differ, IPv6 (SR-21), host bits (VN-05), one prefix moved twice,
    targets that overlap, circles.

    Raises:
        OptionsError: where a text is not two prefixes.
    """
    unreadable: list[str] = []
    problems: list[Problem] = []
    moves: dict[IPv4Network, IPv4Network] = {}
    for text in texts:
        try:
            old, new = (address_prefix(each.strip()) for each in _sides(text))
        except PydanticCustomError as error:
            if error.type in {"CONFIG", "VN-04"}:
                unreadable.append(f"--remap {text}: {error.message()}")
            else:
                problems.append(Problem(f"--remap {text}", error.message(), error.type))
            continue
        if moves.setdefault(old, new) != new:
            message = f"{old} is moved to {moves[old]} already: move it once"
            problems.append(Problem(f"--remap {text}", message))
    if unreadable:
        raise OptionsError("\n".join(unreadable))
    return Remap(MappingProxyType(moves)), [*problems, *_contradictions(moves)]


def remap_problems(remap: Remap, region: Region) -> Iterator[Problem]:
    """Yield every move that does not fit a region: partial, useless, or onto what is there."""
    networks = (region.hub, *(spoke.virtual_network for spoke in region.spokes))
    spaces = {prefix: network.name for network in networks for prefix in network.address_space}
    links = {prefix for circuit in region.circuits for prefix in _links(circuit)}
    used = {remap.move_of(prefix) for prefix in (*spaces, *links)}
    held, here = Prefixes(spaces), Prefixes((*spaces, *links))
    on_premises = Prefixes(region.on_premises.address_prefixes)
    for old, new in remap.moves.items():
        path = f"--remap {old}={new}"
        meeting = held.overlapping(old)
        for space in meeting:
            if space != old and old.subnet_of(space):
                message = (
                    f"{old} is only a part of the address space {space} of {spaces[space]}: move "
                    "the whole of it"
                )
                yield Problem(path, message)
        if old not in used and not meeting:
            yield Problem(path, f"no address space of {region.location} lies in {old}")
        for prefix in here.overlapping(new):
            message = f"the target {new} overlaps {prefix}, an address of {region.location}"
            yield Problem(path, message, "ER-18")
        for prefix in on_premises.overlapping(new):
            # On-premises may sum up all of Azure's addresses in one prefix, old and new.
            if not old.subnet_of(prefix):
                message = f"the target {new} overlaps {prefix}, on-premises"
                yield Problem(path, message, "ER-18")


def _sides(text: str) -> Sequence[str]:
    sides = text.split("=")
    if len(sides) != 2:  # noqa: PLR2004 - one on each side
        message = "is not OLD=NEW, such as 10.1.0.0/16=10.101.0.0/16"
        raise PydanticCustomError("CONFIG", "{text}", {"text": message})
    return sides


def _contradictions(moves: Mapping[IPv4Network, IPv4Network]) -> Iterator[Problem]:
    sources, targets = Prefixes(moves), Prefixes(moves.values())
    moved_to: dict[IPv4Network, IPv4Network] = {}
    for old, new in moves.items():
        path = f"--remap {old}={new}"
        if old.prefixlen != new.prefixlen:
            message = f"a /{old.prefixlen} cannot become a /{new.prefixlen}: give two of one size"
            yield Problem(path, message)
        for prefix in sources.overlapping(new):
            message = f"circular: the target {new} overlaps {prefix}, which is moved itself"
            yield Problem(path, message)
        other = moved_to.setdefault(new, old)
        if other != old:
            yield Problem(path, f"the target {new} is that of {other}, too")
        for prefix in targets.overlapping(new):
            if prefix != new:
                yield Problem(path, f"the target {new} overlaps the target {prefix}")


def _links(circuit: object) -> Iterator[IPv4Network]:
    peering = circuit.private_peering if isinstance(circuit, Circuit) else None
    if peering is not None:
        yield peering.primary_peer_address_prefix
        yield peering.secondary_peer_address_prefix
