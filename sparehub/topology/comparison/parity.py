"""How two regions differ: by right, by choice, or wrongly.

What is compared are the models as they are when active, so that a standby region is held against
what it will be. Location, physical names, circuits and the addresses that ``region.remap`` moves
must differ; subnet names (SR-09), flags, routes, endpoints, tables and capability must not. The
records of circuits may lie in different regions, and in neither of the pair (ER-06).
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

from sparehub.topology.azure.gateway_skus import capacity_in_gbps
from sparehub.topology.comparison.region_attributes import (
    Attribute,
    AttributeKind,
    Json,
    Move,
    attributes_of,
    plain_attribute,
)
from sparehub.topology.comparison.site_recovery import site_recovery_differences
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.schema import StackConfig
from sparehub.topology.derivation.remap import Remap
from sparehub.topology.model.build import build
from sparehub.topology.model.live_regions import Advertisement, Reason, conflict
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Gateway, Region, Spoke
from sparehub.topology.rules.pair.dns_servers import Likeness, always_on_prefixes, likeness

Classification = Literal["wrong", "allowed", "expected"]
_ORDER: Mapping[Classification, int] = {"wrong": 0, "allowed": 1, "expected": 2}
_RECORD = ".circuit.location"


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One line of ``sparehub parity``; the field names are its JSON keys."""

    path: str
    primary: Any
    secondary: Any
    verdict: Classification
    reason: str
    stack: str | None = None  # of a drift: the stack whose state is not what it builds

    @property
    def of_a_record(self) -> bool:
        """Whether it is about where a circuit's record lies (ER-06)."""
        return self.path.endswith(_RECORD)


class _Judged(NamedTuple):
    verdict: Classification
    reason: str


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """Two regions as they are when active, with the configurations behind them."""

    primary: Region
    secondary: Region
    configs: tuple[StackConfig, StackConfig]

    def judge(self, first: Attribute | None, second: Attribute | None) -> _Judged:  # noqa: C901, PLR0911, PLR0912 - a case a kind
        fact = first or second
        assert fact is not None  # noqa: S101 - there is no difference of nothing
        match fact.kind:
            case AttributeKind.REGION_LOCAL:
                return _Judged("expected", "each region has its own")
            case AttributeKind.CHOICE:
                return _Judged("allowed", "the configuration says so")
            case AttributeKind.NAME if first and second:
                derived = str(first.value).replace(self.primary.name, self.secondary.name)
                if derived == second.value:
                    return _Judged("expected", "names follow from the region")
                return _Judged("allowed", "named in the configuration")
            case AttributeKind.ADDRESS if first and second and first.moved == second.moved:
                return _Judged("expected", "moved by region.remap")
            case AttributeKind.ADDRESS if first and second and first.moved != first.value:
                return _Judged("wrong", f"region.remap moves it to {first.moved}")
            case AttributeKind.ADDRESS if first and second:
                return _Judged("wrong", "differs, and region.remap does not say so")
            case AttributeKind.DNS_SERVERS if first and second:
                return self._dns_servers(_several(first.moved), _several(second.value))
            case AttributeKind.SERVES_ONE_REGION if _both_have(first, second):
                return _Judged("expected", "it serves one region (VN-24)")
            case AttributeKind.GATEWAY if first and second:
                return self._gateway()
            case AttributeKind.PREFERENCE:
                return self._preference()
            case AttributeKind.ENDPOINTS:
                return self._unless_ignored("RT-25", "replication would take another way")
            case AttributeKind.EXISTS if ".subnets." in fact.path:
                return _Judged("wrong", "Site Recovery maps subnets by name (SR-09)")
        return _Judged("wrong", "must be the same in both regions")

    def records(self) -> Iterator[Difference]:
        """Yield where circuits' records lie in a region of the pair, or each region's elsewhere."""
        places = (self.primary.location, self.secondary.location)
        first, second = (_records(each) for each in (self.primary, self.secondary))
        alone = {*first.values()} ^ {*second.values()}
        for path in dict.fromkeys([*first, *second]):
            said = [side.get(path) for side in (first, second)]
            inside = [each for each in said if each in places]
            if inside:
                judged = self._unless_ignored("ER-06", f"{inside[0]} is a region of the pair")
            elif alone & {*said}:
                judged = _Judged("allowed", "the configuration says so")
            else:
                continue
            yield Difference(
                path=path,
                primary=said[0],
                secondary=said[1],
                verdict=judged.verdict,
                reason=judged.reason,
            )

    def _gateway(self) -> _Judged:
        first, second = (_capability(each.gateway) for each in (self.primary, self.secondary))
        if second >= first:
            return _Judged("allowed", f"{second} Gbps carry what {first} Gbps do")
        reason = f"{second} Gbps must carry what {first} Gbps did"
        return self._unless_ignored("GWY-14", reason)

    def _dns_servers(self, first: list[str], second: list[str]) -> _Judged:
        match likeness(first, second, always_on_prefixes(self.primary, self.secondary)):
            case Likeness.SAME:
                return _Judged("expected", "moved by region.remap")
            case Likeness.ORDER:
                return _Judged("allowed", "the same servers in another order")
            case Likeness.ALWAYS_ON:
                return _Judged("allowed", "each region has servers that are always on")
            case Likeness.ONE_SIDED:
                return _Judged("wrong", "its twin asks Azure's own DNS (DNS-01)")
            case Likeness.OTHER:
                return self._unless_ignored("DNS-02", "its twin asks other servers")

    def _preference(self) -> _Judged:
        found = conflict(Advertisement.of(self.primary), Advertisement.of(self.secondary))
        if found and found.reason is Reason.PREFERENCES_DIFFER:
            reason = "counts as none while it differs: only one region may be live (ER-23)"
            return _Judged("wrong", reason)
        return _Judged("wrong", "must be the same in both regions")

    def _unless_ignored(self, rule: str, reason: str) -> _Judged:
        for config in self.configs:
            if said := config.ignored_rules.get(rule):
                return _Judged("allowed", f"{rule} is ignored: {said}")
        return _Judged("wrong", f"{reason} ({rule})")


def parity(primary: Stack, secondary: Stack) -> list[Difference]:
    """Return how two configurations differ, wrong first."""
    return _sorted(_pair_differences(primary, secondary, _active(primary), _active(secondary)))


def deployed_parity(
    primary: Stack, secondary: Stack, states: tuple[Region, Region]
) -> list[Difference]:
    """Return how two stacks differ as their states record them, wrong first.

    First each state from what its configuration builds (all of it wrong), then the two states. What
    a standby region leaves out by its depth is taken from its configuration.
    """
    found = [*_drift(primary, states[0]), *_drift(secondary, states[1])]
    first = _activated(primary, states[0])
    second = _activated(secondary, states[1])
    return _sorted([*found, *_pair_differences(primary, secondary, first, second)])


def _sorted(differences: Iterable[Difference]) -> list[Difference]:
    return sorted(differences, key=lambda each: (_ORDER[each.verdict], each.stack or ""))


def _active(stack: Stack) -> Region:
    if stack.config.activation is Activation.ACTIVE:
        return stack.region
    return build(stack.config.model_copy(update={"activation": Activation.ACTIVE}))


def _activated(stack: Stack, state: Region) -> Region:
    """Return a state as it would be when active: its own, and what its depth withholds."""
    active = _active(stack)
    withheld = {
        spoke.key for spoke in stack.region.spokes if not spoke.spoke_to_hub.use_remote_gateways
    }
    return replace(
        state,
        gateway=state.gateway if stack.region.gateway else active.gateway,
        connections=state.connections if stack.region.connections else active.connections,
        spokes=tuple(
            _using_gateway(spoke) if spoke.key in withheld else spoke for spoke in state.spokes
        ),
    )


def _using_gateway(spoke: Spoke) -> Spoke:
    return replace(spoke, spoke_to_hub=replace(spoke.spoke_to_hub, use_remote_gateways=True))


def _drift(stack: Stack, state: Region) -> Iterator[Difference]:
    """Yield what a stack holds otherwise than its configuration builds it."""
    config = stack.config
    built = [*_words(config.activation, stack.region), *attributes_of(stack.region)]
    held = [*_words(state.activation, state), *attributes_of(state)]
    for first, second in unequal(built, held):
        fact = first or second
        values = {
            "configuration": first.value if first else None,
            "state": second.value if second else None,
        }
        yield Difference(
            path=fact.path if fact else "",
            primary=values if stack.name == "primary" else None,
            secondary=values if stack.name == "secondary" else None,
            verdict="wrong",
            reason=f"the state of {stack.name} is not what its configuration builds",
            stack=stack.name,
        )


def _words(activation: Activation, region: Region) -> Iterator[Attribute]:
    """Yield what stands beside the region's own facts."""
    yield plain_attribute("azure-native:location", AttributeKind.REGION_LOCAL, region.location)
    yield plain_attribute("sparehub:activation", AttributeKind.REGION_LOCAL, activation)
    yield plain_attribute("region.standby.depth", AttributeKind.CHOICE, region.depth)


def _pair_differences(
    primary: Stack, secondary: Stack, first: Region, second: Region
) -> Iterator[Difference]:
    pair = _Pair(primary=first, secondary=second, configs=(primary.config, secondary.config))
    ours = [
        *_words(primary.config.activation, first),
        *attributes_of(first, _move(primary, secondary)),
        *_choices(primary.config),
    ]
    theirs = [
        *_words(secondary.config.activation, second),
        *attributes_of(second),
        *_choices(secondary.config),
    ]
    if bool(first.connections) != bool(second.connections):
        yield Difference(
            path="region.expressRoute.connections",
            primary=[each.key for each in first.connections],
            secondary=[each.key for each in second.connections],
            verdict="wrong",
            reason="one region has no connection when active: is its circuit provisioned?",
        )
    yield from pair.records()
    yield from _recovery(primary, secondary)
    for mine, other in unequal(ours, theirs):
        fact = mine or other
        if fact and fact.kind is AttributeKind.RECORD:
            continue
        judged = pair.judge(mine, other)
        yield Difference(
            path=fact.path if fact else "",
            primary=mine.value if mine else None,
            secondary=other.value if other else None,
            verdict=judged.verdict,
            reason=judged.reason,
        )


def _recovery(primary: Stack, secondary: Stack) -> Iterator[Difference]:
    """Yield the differences of Site Recovery, in whichever direction it goes."""
    backwards = bool(secondary.config.region.replicate or primary.config.region.site_recovery)
    source, target = (secondary, primary) if backwards else (primary, secondary)
    for each in site_recovery_differences(source, target):
        first, second = (each.target, each.source) if backwards else (each.source, each.target)
        yield Difference(
            path=each.path,
            primary=first,
            secondary=second,
            verdict=each.verdict,
            reason=each.reason,
        )


def _move(primary: Stack, secondary: Stack) -> Move:
    """Return where the secondary has each of the primary's prefixes: `region.remap` of either."""
    moves = dict(secondary.config.region.remap)
    moves |= {new: old for old, new in primary.config.region.remap.items()}
    stays = frozenset(primary.config.region.on_premises.address_prefixes)
    return Remap(moves, stays).prefix


def _choices(config: StackConfig) -> Iterator[Attribute]:
    """Yield what a configuration says that no model holds."""
    hooks = [hook.model_dump_json(by_alias=True, exclude_none=True) for hook in config.region.hooks]
    yield plain_attribute("region.hooks", AttributeKind.CHOICE, hooks)
    for key, spoke in sorted(config.region.spokes.items()):
        path = f"region.spokes.{key}"
        yield plain_attribute(f"{path}.standby", AttributeKind.CHOICE, spoke.standby, path)
        yield plain_attribute(f"{path}.alwaysOn", AttributeKind.SAME, spoke.always_on, path)
        for name in sorted(spoke.subnets):
            inside = f"{path}.subnets.{name}"
            protected = spoke.is_protected(name)
            yield plain_attribute(f"{inside}.protected", AttributeKind.SAME, protected, inside)


def unequal(
    ours: Iterable[Attribute], theirs: Iterable[Attribute]
) -> Iterator[tuple[Attribute | None, Attribute | None]]:
    """Yield the facts that differ, in order; not what is inside of a thing that only one has."""
    first = {fact.key: fact for fact in ours}
    second = {fact.key: fact for fact in theirs}
    missing: set[str] = set()
    for key in dict.fromkeys([*first, *second]):
        mine, other = first.get(key), second.get(key)
        inside = (mine or second[key]).inside
        alone = mine is None or other is None
        if inside in missing:
            missing.add(key)
        elif alone or _differ(mine, other):
            if alone:
                missing.add(key)
            yield mine, other


def _differ(mine: Attribute | None, other: Attribute | None) -> bool:
    if mine is None or other is None:
        return True
    if mine.kind is AttributeKind.EXISTS:
        return False
    return mine.moved != other.moved or mine.value != other.value


def _records(region: Region) -> dict[str, str]:
    """Return where the circuits' records lie, by the paths that say it; what is known."""
    return {
        f"region.expressRoute.connections.{circuit.key}{_RECORD}": circuit.location
        for circuit in region.circuits
        if circuit.location
    }


def _capability(gateway: Gateway | None) -> int:
    if gateway is None:
        return 0
    return capacity_in_gbps(gateway.sku, gateway.max_scale_units)


def displayed(value: Any) -> str:  # noqa: ANN401 - any JSON value
    """Return one side of a difference as a person reads it."""
    match value:
        case None:
            return "-"
        case dict():  # a drift: what is configured, and what stands
            return f"{displayed(value['configuration'])} -> {displayed(value['state'])}"
        case list():
            return ", ".join(map(str, value)) or "none"
        case bool():
            return "true" if value else "false"
    return str(value)


def _several(value: Json) -> list[str]:
    """Return addresses as a list, of which a single one is shown as text."""
    return [value] if isinstance(value, str) else list(value) if isinstance(value, list) else []


def _both_have(first: Attribute | None, second: Attribute | None) -> bool:
    """Return whether a fact has a value in both regions."""
    return bool(first and second and first.value and second.value)
