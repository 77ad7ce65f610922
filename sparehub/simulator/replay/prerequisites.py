"""Prerequisites of a recording: resources that exist before it begins.

A resource that is read or named before any recorded write made it is given: as the first reading
shows it, or, if it is only named, as small as Azure accepts it.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.pipeline.resource_lookup import resolve_inline
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.pipeline.writes import put
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Span
from sparehub.simulator.arm.storage.resource_id import Collection, ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Transaction, WriteLock
from sparehub.simulator.arm.types.attached.public_ip_address import BASIC
from sparehub.simulator.arm.types.express_route.circuit import CIRCUIT, MANUAL
from sparehub.simulator.arm.types.network.virtual_network import VIRTUAL_NETWORK
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.simulator.replay.minimal_bodies import minimal
from sparehub.simulator.replay.recording import Exchange

_ARRIVING = frozenset(
    [
        "microsoft.compute/virtualmachines",
        "microsoft.compute/disks",
        "microsoft.network/networkinterfaces",
    ]
)
"""Types of what a failover makes."""
_FOR_EVER = 1e12
_OK, _NO_CONTENT, _NOT_FOUND = 200, 204, 404


@dataclass
class Prerequisites:
    """The prerequisites of one recording, and the exchanges that only show them."""

    exchanges: frozenset[int]
    """Indices of the exchanges that show a prerequisite."""
    shown: dict[str, JsonObject] = field(default_factory=dict)
    """Prerequisites by their key, as they are first shown."""
    named: dict[str, ResourceId] = field(default_factory=dict)
    """Prerequisites by their key, in the order in which they are referred to."""
    later: set[str] = field(default_factory=set)
    """Keys of resources that do not exist at the beginning, also if they are shown later."""
    refused: list[str] = field(default_factory=list)
    """Prerequisites that the simulator refused, and why."""
    _making: set[str] = field(default_factory=set)
    """Keys of what is being made: two resources may name each other."""

    def prepare(self, azure: Azure, location: str) -> None:
        """Create the prerequisites in an empty store."""
        for identity in self.named.values():
            self.make(azure, identity, location)
        with azure.store.transaction(write=True) as transaction:
            transaction.set(MANUAL, "yes")
            transaction.set(BASIC, "yes")  # recorded in subscriptions that could

    def make(
        self, azure: Azure, identity: ResourceId, location: str, body: JsonObject | None = None
    ) -> None:
        """Make a given resource, or make it again as ``body`` shows it.

        A given circuit is provisioned; no service provider acts within a recording.
        """
        with azure.store.transaction(write=True) as transaction:
            transaction.set(MANUAL, "no")
            self._make(azure, transaction, identity, location, body)
            transaction.set(MANUAL, "yes")

    def _make(
        self,
        azure: Azure,
        transaction: Transaction,
        identity: ResourceId,
        location: str,
        body: JsonObject | None,
    ) -> None:
        if identity.key in self._making or (body is None and transaction.get(identity.key)):
            return
        self._making.add(identity.key)
        try:
            self._make_with_needs(azure, transaction, identity, location, body)
        finally:
            self._making.discard(identity.key)

    def _make_with_needs(
        self,
        azure: Azure,
        transaction: Transaction,
        identity: ResourceId,
        location: str,
        body: JsonObject | None,
    ) -> None:
        if identity.type.lower() not in REGISTRY:
            self.refused.append(f"{identity.text}: the type is not simulated")
            return
        for needed in (None if identity.is_group else identity.group, identity.parent):
            if needed and needed.key != identity.key:
                self._make(azure, transaction, needed, location, None)
        shown = body or self.shown.get(identity.key)
        wanted = shown or minimal(transaction, identity, location, self.shown)
        for named in _mentioned(wanted):
            mine = named.key.startswith(identity.key)
            if not mine and named.key not in self.later and (not shown or named.key in self.named):
                self._make(azure, transaction, named, location, None)
        try:
            with transaction.attempt():
                _write(azure, transaction, identity, wanted)
        except (Refusal, LookupError, TypeError, ValueError, AttributeError) as problem:
            # Its body is not checked, so it may be anything; what is wrong with it is reported.
            self.refused.append(f"{identity.text}: {problem!r}")


def _write(azure: Azure, transaction: Transaction, identity: ResourceId, body: JsonObject) -> None:
    """Write a prerequisite: it takes no time, and waits for nothing."""
    now = azure.clock.read(transaction).seconds
    state = body.get("properties", {}).get("provisioningState", "Succeeded")
    end = _FOR_EVER if state in ("Updating", "Deleting") else now
    timeline = Timeline(transaction, azure.clock, None, Span(now, end), "given")
    resource = put(timeline, resolve_inline(transaction, identity, body), checked=False)
    resource_type = REGISTRY[identity.type.lower()]
    if resource_type.name == VIRTUAL_NETWORK and resource.private.pop("private subnets", None):
        transaction.put(resource)  # recorded before subnets became private by default
    if "id" in body:
        resource_type.restore(transaction, resource, body)
    key = resource_type.write_lock_key(resource.id, resource.properties)
    transaction.lock_writes(key, WriteLock(end, "given", resource_type.verb))
    provider = body.get("properties", {}).get("serviceProviderProvisioningState")
    if provider and resource_type.name == CIRCUIT:
        resource.private["provisioned"] = provider == "Provisioned"
        transaction.put(resource)


def find_prerequisites(exchanges: tuple[Exchange, ...]) -> Prerequisites:
    """Return the prerequisites of a recording."""
    prerequisites = Prerequisites(frozenset())
    showing: set[int] = set()
    made: set[str] = set()
    failed_over = False
    for exchange in exchanges:
        identity = exchange.target
        failed_over = failed_over or _fails_over(exchange)
        if failed_over:
            prerequisites.later |= _arrivals(prerequisites, exchange)
        if isinstance(identity, ResourceId) and identity.is_group and exchange.method == "PUT":
            showing.add(exchange.index)
            if isinstance(exchange.request, dict):
                prerequisites.shown.setdefault(identity.key, exchange.request)
            prerequisites.named.setdefault(identity.key, identity)
            continue
        shown = _shown(exchange, made)
        if shown and not (failed_over and exchange.key in prerequisites.later):
            showing.add(exchange.index)
            for item in shown:
                target = parse(str(item["id"]))
                if isinstance(target, ResourceId) and target.key not in prerequisites.later:
                    prerequisites.shown.setdefault(target.key, item)
                    prerequisites.named.setdefault(target.key, target)
                    _name(prerequisites, _mentioned(item), made)
            continue
        if exchange.key and (exchange.status == _NOT_FOUND or not exchange.request_recorded):
            prerequisites.later.add(exchange.key)
        _note_write(prerequisites, exchange, made)
        _name(prerequisites, _parents(identity), made)
        _name(prerequisites, _mentioned(exchange.request), made)
        _name(prerequisites, _mapped_subnets(exchange), made)
    prerequisites.exchanges = frozenset(showing)
    return prerequisites


def _mapped_subnets(exchange: Exchange) -> list[ResourceId]:
    """Return a subnet of each network that a mapping names: machines arrive in a subnet."""
    if not exchange.path.lower().rpartition("/")[0].endswith("/replicationnetworkmappings"):
        return []
    networks = [named for named in _mentioned(exchange.request) if named.type == VIRTUAL_NETWORK]
    return [network.child("subnets", "default") for network in networks]


def _fails_over(exchange: Exchange) -> bool:
    """Return whether a request makes machines in another region."""
    last = exchange.path.rpartition("/")[2].lower()
    return exchange.method == "POST" and last in ("unplannedfailover", "testfailover")


def _arrivals(prerequisites: Prerequisites, exchange: Exchange) -> set[str]:
    """Return what an exchange after a failover names for the first time: the failover made it."""
    target = exchange.target
    named = [*_mentioned(exchange.request), *([target] if isinstance(target, ResourceId) else [])]
    return {
        identity.key
        for identity in named
        if identity.type.lower() in _ARRIVING and identity.key not in prerequisites.named
    }


def _note_write(prerequisites: Prerequisites, exchange: Exchange, made: set[str]) -> None:
    """Note what a recorded write makes, and what it shows to have been there before."""
    if not (exchange.writes and exchange.request_recorded and exchange.accepted and exchange.key):
        return
    if _was_there(exchange):
        if isinstance(exchange.request, dict) and exchange.method == "PUT":
            _show(prerequisites, exchange.key, exchange.request, made)
        _name(prerequisites, [ResourceId(exchange.path)], made)
    made.add(exchange.key)


def _was_there(exchange: Exchange) -> bool:
    """Return whether a write found the resource: Azure answers 201 to a PUT that makes one."""
    return exchange.status == _OK if exchange.method == "PUT" else exchange.status != _NO_CONTENT


def _show(prerequisites: Prerequisites, key: str, body: JsonObject, made: set[str]) -> None:
    """Note what a given resource is like, unless that is known already."""
    if key not in made and key not in prerequisites.later:
        prerequisites.shown.setdefault(key, body)


def _parents(target: object) -> list[ResourceId]:
    """Return what holds the thing that a path names: its group, and its parent."""
    if isinstance(target, Collection):
        scope = parse(target.scope)
        return [scope.group, scope] if isinstance(scope, ResourceId) else []
    if not isinstance(target, ResourceId):
        return []
    return [target.group, *([target.parent] if target.parent else [])]


def _name(prerequisites: Prerequisites, named: list[ResourceId], made: set[str]) -> None:
    """Note what is named and was not made by a recorded write."""
    for identity in named:
        absent = made | prerequisites.later
        if not any(identity.key == key or identity.key.startswith(f"{key}/") for key in absent):
            prerequisites.named.setdefault(identity.key, identity)


def _shown(exchange: Exchange, made: set[str]) -> list[JsonObject]:
    """Return the resources that a reading shows and nothing recorded has made or changed."""
    if exchange.method != "GET" or exchange.status != _OK:
        return []
    body = exchange.response
    if not isinstance(body, dict):
        return []
    if isinstance(exchange.target, ResourceId):
        items = [body] if "id" in body else []
    elif isinstance(exchange.target, Collection):
        items = [item for item in body.get("value", []) if isinstance(item, dict)]
    else:
        return []
    targets = [parse(str(item.get("id", ""))) for item in items]
    if not all(isinstance(target, ResourceId) for target in targets):
        return []
    keys = [target.key for target in targets if isinstance(target, ResourceId)]
    return [] if any(_related(key, item) for key in keys for item in made) else items


def _related(first: str, second: str) -> bool:
    """Return whether one key is the other, or within it; a group holds things of its own."""
    if "/providers/" not in first or "/providers/" not in second:
        return first == second
    return f"{first}/".startswith(f"{second}/") or f"{second}/".startswith(f"{first}/")


def _mentioned(value: object) -> list[ResourceId]:
    """Return the resources of simulated types that a JSON value names, each once."""
    targets = {}
    for text in _texts(value):
        target = parse(text)
        if isinstance(target, ResourceId) and target.type.lower() in REGISTRY:
            targets[target.key] = target
    return list(targets.values())


def _texts(value: object) -> Iterator[str]:
    if isinstance(value, str) and value.lower().startswith("/subscriptions/"):
        yield value
    elif isinstance(value, dict):
        for inner in value.values():
            yield from _texts(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _texts(inner)
