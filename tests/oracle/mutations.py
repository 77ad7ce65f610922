"""Faults of one line in the code that is judged, and how to import it with one of them."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from importlib.util import find_spec, module_from_spec
from pathlib import Path
from types import ModuleType

_ROUTES = "sparehub.topology.reachability.effective_routes"
_VERDICTS = "sparehub.topology.reachability.verdicts"
JUDGED = {
    "live_regions": "sparehub.topology.model.live_regions",
    "intervals": f"{_ROUTES}.intervals",
    "advertisements": f"{_ROUTES}.advertisements",
    "routes": f"{_ROUTES}.routes",
    "verdicts": f"{_VERDICTS}.outcome_bits",
    "forwarding": f"{_ROUTES}.forwarding",
    "outcomes": f"{_VERDICTS}.outcomes",
    "verify": f"{_VERDICTS}.verify",
}
"""The modules of the verifier by their last names, each after those that it imports."""


@dataclass(frozen=True)
class Mutation:
    """A piece of one line of a module, and what is put in its place."""

    module: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.module}: {self.old.strip()}"


MUTATIONS = (
    # PE-01, PE-10, ER-20 to ER-22, ER-38: what a region and on-premises tell each other
    Mutation("advertisements", "hub_to_spoke.connected and", "hub_to_spoke.connected or"),
    Mutation("advertisements", "and spoke.hub_to_spoke.allow_gateway_transit", "and True"),
    Mutation("advertisements", "if uses_gateway(each))", "if peered(each))"),
    Mutation("advertisements", "> ADVERTISED_PREFIXES", ">= ADVERTISED_PREFIXES"),
    Mutation("advertisements", "region.gateway is None or", ""),
    Mutation("advertisements", "if each.key not in without)", ")"),
    Mutation("advertisements", "each.routing_weight == live[0].routing_weight", "each"),
    Mutation("advertisements", "if not all(gateway and", "if not any(gateway and"),
    Mutation("advertisements", "if connections else ()", "if True else ()"),
    # RT-01 to RT-09: the effective routes
    Mutation("routes", "not table.disable_bgp_route_propagation", "True"),
    Mutation("routes", "is None or uses_gateway(spoke)", "is None or peered(spoke)"),
    Mutation("routes", "prefix.subnet_of(held) for held in", "prefix == held for held in"),
    Mutation("routes", "        return  # RT-03, by BGP", "        pass"),
    Mutation("routes", "        return  # RT-03, by a user", "        pass"),
    Mutation("routes", "and length <= prefix.prefixlen:", "and length == prefix.prefixlen:"),
    Mutation("routes", "Source.USER: 2, Source.GATEWAY: 1", "Source.USER: 1, Source.GATEWAY: 2"),
    Mutation("routes", "if prefix not in region.on_premises", "if prefix or region.on_premises"),
    # ER-28: what FastPath leaves out
    Mutation("forwarding", "replace(gateway.subnet, route_table=None)", "gateway.subnet"),
    Mutation("forwarding", "if any(each.fast_path for", "if not any(each.fast_path for"),
    # RT-12, ER-23: who holds an address, and who is the next hop
    Mutation("forwarding", "elif peered(place.spoke):", "elif place.spoke:"),
    Mutation("forwarding", "return self.unknown", "return self.to_nva"),
    Mutation("forwarding", "(told - {DEFAULT_ROUTE})", "told"),
    Mutation("forwarding", "(told and PRIVATE_RANGES)", "()"),
    Mutation("forwarding", "lengths == best for", "lengths >= 0 for"),
    Mutation("forwarding", "else each & ~preferred", "else each"),
    Mutation("live_regions", "set(preferences)", "set(preferences) - {Prefers.NONE}"),
    Mutation("live_regions", "len(named) != 1 or", ""),
    # RT-11, VN-23, PE-17b: what becomes of a packet
    Mutation(
        "outcomes", "elif route.source is Source.GATEWAY:", "elif 'Gateway' in route.hop_type:"
    ),
    Mutation("outcomes", "and place.subnet.default_outbound_access:", "and True:"),
    Mutation("outcomes", "p.spoke.spoke_to_hub.allow_for", "p.spoke.hub_to_spoke.allow_for"),
    Mutation("outcomes", "(spoke.hub_to_spoke, spoke.spoke_to_hub)", "(spoke.spoke_to_hub,)"),
    Mutation("outcomes", "= DELIVERED[1 << bit]", "= DELIVERED[1]"),
    Mutation("outcomes", "max(first, low) : max(", "first : max("),
    Mutation("outcomes", 'into="")', "into=place.network)"),
    # ER-26: from region to region
    Mutation("outcomes", "elif route.remote:", "elif False:"),
    Mutation("outcomes", "_also_past(bit)[other[leaves]]", "other[leaves]"),
    # RT-22: what that means for a conversation
    Mutation("verdicts", "open_ended = all(", "open_ended = any("),
    Mutation("verdicts", "{n & stateful for n in", "{n for n in"),
    Mutation("verdicts", "len(set.union(*ways)) > 1", "len(set.union(*ways)) > 2"),
    Mutation("verdicts", "0 not in _passed(every)", "0 not in _passed(there)"),
    Mutation("verify", "table[ways, ways.T]", "table[ways, ways]"),
)


@contextmanager
def mutated(mutation: Mutation) -> Iterator[dict[str, ModuleType]]:
    """Import the judged modules anew, one of them changed; then put the real ones back.

    The model stays the real one, so that what is compared is made of the same classes.
    """
    real = {name: sys.modules.pop(name) for name in JUDGED.values() if name in sys.modules}
    try:
        for module in JUDGED:
            _load(module, mutation)
        yield {module: sys.modules[name] for module, name in JUDGED.items()}
    finally:
        for name in JUDGED.values():
            sys.modules.pop(name, None)
        sys.modules.update(real)


def _load(module: str, mutation: Mutation) -> None:
    name = JUDGED[module]
    spec = find_spec(name)
    assert spec is not None
    assert spec.origin is not None
    text = Path(spec.origin).read_text()
    if module == mutation.module:
        assert text.count(mutation.old) == 1, f"{mutation}: found {text.count(mutation.old)} times"
        text = text.replace(mutation.old, mutation.new)
    loaded = sys.modules[name] = module_from_spec(spec)
    exec(compile(text, spec.origin, "exec"), loaded.__dict__)  # noqa: S102 - our own source
