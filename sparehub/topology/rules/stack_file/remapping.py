"""``region.remap``: which prefixes are moved to which."""

from collections.abc import Iterator
from ipaddress import IPv4Network

from sparehub.topology.model.pair import Stack
from sparehub.topology.rules.rule import RuleFault, rule
from sparehub.topology.rules.stack_file.raw import RawPrefix, overlaps

_PATH = "region.remap"


def _remap(stack: Stack) -> dict[IPv4Network, IPv4Network]:
    return stack.config.region.remap


@rule("CONFIG", why="Each address is moved to one other address, so both prefixes have one size.")
def remapped_prefixes_keep_their_size(stack: Stack) -> Iterator[RuleFault]:
    """The same prefix length on both sides."""
    for old, new in _remap(stack).items():
        if old.prefixlen != new.prefixlen:
            message = f"{new} has not the size of {old}: write a /{old.prefixlen}"
            yield RuleFault(f"{_PATH}.{old}", message)


@rule("CONFIG", why="Two addresses must not be moved to the same address.")
def remapped_prefixes_do_not_overlap(stack: Stack) -> Iterator[RuleFault]:
    """No target is within another, unless their sources are nested in the same way."""
    olds = {f"{_PATH}.{old}": old for old in _remap(stack)}
    targets = [RawPrefix(f"{_PATH}.{old}", new) for old, new in _remap(stack).items()]
    for first, second in overlaps(targets):
        outer, inner = olds[first.path], olds[second.path]
        offset = int(inner.network_address) - int(outer.network_address)
        moved = int(second.prefix.network_address) - int(first.prefix.network_address)
        if not inner.subnet_of(outer) or offset != moved:
            yield RuleFault(second.path, f"{second.prefix} is also within the target of {outer}")


@rule("CONFIG", why="A prefix that is a source and a target would be moved twice, or in a circle.")
def remapping_is_not_circular(stack: Stack) -> Iterator[RuleFault]:
    """No target overlaps a source."""
    sources = [RawPrefix("", old) for old in _remap(stack)]
    targets = [RawPrefix(f"{_PATH}.{old}", new) for old, new in _remap(stack).items()]
    for first, second in overlaps([*sources, *targets]):
        if bool(first.path) != bool(second.path):
            target, source = (first, second) if first.path else (second, first)
            message = f"{target.prefix} is itself moved, by {source.prefix}: choose other addresses"
            yield RuleFault(target.path, message)


REMAPPING = (
    remapped_prefixes_keep_their_size,
    remapped_prefixes_do_not_overlap,
    remapping_is_not_circular,
)
