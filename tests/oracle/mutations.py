"""Mutations of one line of the verifier, and how to import the verifier with one of them."""

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
    "advertisements": f"{_ROUTES}.advertisements",
    "intervals": f"{_ROUTES}.intervals",
    "effective_route": f"{_ROUTES}.effective_route",
    "longest_prefix_match": f"{_ROUTES}.longest_prefix_match",
    "hub_peers": f"{_ROUTES}.hub_peers",
    "route_precedence": f"{_ROUTES}.route_precedence",
    "routes": f"{_ROUTES}.routes",
    "forwarding": f"{_ROUTES}.forwarding",
    "forwarding_rows": f"{_ROUTES}.forwarding_rows",
    "outcome_bits": f"{_VERDICTS}.outcome_bits",
    "outcomes": f"{_VERDICTS}.outcomes",
    "verify": f"{_VERDICTS}.verify",
}
"""The modules of the verifier by their last names, each after those that it imports."""


@dataclass(frozen=True)
class Mutation:
    """A piece of one line of a module, and its replacement."""

    module: str
    old: str
    new: str

    def __str__(self) -> str:
        return f"{self.module}: {self.old.strip()}"


MUTATIONS = (
    # PE-01, PE-10, ER-20 to ER-22, ER-38: what a region and on-premises advertise
    Mutation("advertisements", "hub_to_spoke.connected and", "hub_to_spoke.connected or"),
    Mutation("advertisements", "and spoke.hub_to_spoke.allow_gateway_transit", "and True"),
    Mutation("advertisements", "if uses_gateway(spoke))", "if peered(spoke))"),
    Mutation("advertisements", "> ADVERTISED_PREFIXES", ">= ADVERTISED_PREFIXES"),
    Mutation("advertisements", "region.gateway is None or", ""),
    Mutation("advertisements", " if connection.key not in without)", ")"),
    Mutation("advertisements", "item.routing_weight == live[0].routing_weight", "item"),
    Mutation("advertisements", "if not all(gateway and", "if not any(gateway and"),
    Mutation("advertisements", "if connections else ()", "if True else ()"),
    # RT-01 to RT-09: the effective routes
    Mutation("routes", "not table.disable_bgp_route_propagation", "True"),
    Mutation("routes", "is None or uses_gateway(spoke)", "is None or peered(spoke)"),
    Mutation("routes", "prefix.subnet_of(held) for held in", "prefix == held for held in"),
    Mutation("routes", "== DEFAULT_ROUTE for route in learned):", "== () for route in learned):"),
    Mutation("routes", "== DEFAULT_ROUTE for route in user):", "== () for route in user):"),
    Mutation("route_precedence", "length <= prefix.prefixlen:", "length == prefix.prefixlen:"),
    Mutation(
        "route_precedence", "Source.USER: 2, Source.GATEWAY: 1", "Source.USER: 1, Source.GATEWAY: 2"
    ),
    Mutation("longest_prefix_match", "key=lambda route: route.key & LENGTH", "key=str"),
    Mutation("routes", "if prefix not in region.on_premises", "if prefix or region.on_premises"),
    # ER-28: what FastPath leaves out
    Mutation("forwarding", "replace(gateway.subnet, route_table=None)", "gateway.subnet"),
    Mutation(
        "forwarding", "if any(connection.fast_path for", "if not any(connection.fast_path for"
    ),
    # RT-12, ER-23: who holds an address, and who is the next hop
    Mutation("forwarding", "elif peered(context.spoke):", "elif context.spoke:"),
    Mutation("forwarding", "if address != region.nva.ip_address:", "if False:"),
    Mutation("forwarding", "(advertised - {DEFAULT_ROUTE})", "advertised"),
    Mutation("forwarding", "(advertised and PRIVATE_RANGES)", "()"),
    Mutation("forwarding", "length == best for", "length >= 0 for"),
    Mutation("forwarding", "else entry & ~preferred", "else entry"),
    Mutation("live_regions", "set(preferences)", "set(preferences) - {Prefers.NONE}"),
    Mutation("live_regions", "len(named) != 1 or", ""),
    # RT-11, VN-23, PE-17b: what becomes of a packet
    Mutation(
        "forwarding_rows",
        "elif route.source is Source.GATEWAY:",
        "elif 'Gateway' in route.hop_type:",
    ),
    Mutation("forwarding_rows", "and context.subnet.default_outbound_access:", "and True:"),
    Mutation(
        "outcomes", "not context.spoke.spoke_to_hub.allow", "not context.spoke.hub_to_spoke.allow"
    ),
    Mutation("outcomes", "(spoke.hub_to_spoke, spoke.spoke_to_hub)", "(spoke.spoke_to_hub,)"),
    Mutation("outcomes", "[outcomes] if by_nva else", "[outcomes] if False else"),
    Mutation("forwarding_rows", "max(first, low) : max(", "first : max("),
    Mutation("forwarding_rows", 'local="")', "local=context.network)"),
    # ER-26: from region to region
    Mutation("forwarding_rows", "elif route.remote:", "elif False:"),
    Mutation("outcomes", "self._gateways[other], where", "self._gateways[stack], where"),
    # PE-01, PE-02, PE-17b, RT-12: over the peering of the hubs
    Mutation("hub_peers", "return peering.half.connected and", "return"),
    Mutation("routes", "(*self._spokes, *self._peers)", "self._spokes"),
    Mutation("forwarding", "if address != self.regions[other].nva.ip_address:", "if False:"),
    Mutation("outcomes", "self._nvas[other], where=beyond", "self._nvas[stack], where=beyond"),
    Mutation("outcomes", "(by_nva and not back.allow_forwarded_traffic)", "False"),
    Mutation("outcomes", "if not allowed or (by_nva", "if (by_nva"),
    # RT-22: what that means for a conversation
    Mutation("outcome_bits", "open_ended = all(", "open_ended = any("),
    Mutation("outcome_bits", "{nvas & stateful for nvas in", "{nvas for nvas in"),
    Mutation("outcome_bits", "len(set.union(*seen_by)) > 1", "len(set.union(*seen_by)) > 2"),
    Mutation("outcome_bits", "0 not in _nva_sets(union)", "0 not in _nva_sets(there)"),
    Mutation("verify", "table[answered, answered.T]", "table[answered, answered]"),
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
