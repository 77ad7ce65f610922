"""The one shape of all resource types: what it accepts, refuses, computes, how long it takes."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, ClassVar, Protocol

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals.template import ErrorTemplate, Refusal
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.body_schema import Spec


@dataclass(frozen=True)
class Durations:
    """Simulated seconds that the operations of a type take."""

    create: float
    update: float
    delete: float


class Removing(Protocol):
    """Deletions that go with a write of another resource."""

    def remove(self, resource: Resource) -> None:
        """Delete a resource as part of this write, with all checks."""


class Nested(Removing, Protocol):
    """Writes of children that come with a write of their parent."""

    def put(self, identity: ResourceId, body: JsonObject) -> None:
        """Create or update a child from an element of its parent's inline collection."""


@dataclass(frozen=True)
class Call:
    """An action that is being done."""

    transaction: Transaction
    resource: Resource
    argument: str
    """What stands after the action in the path, such as ``primary``."""
    query: Mapping[str, str]
    body: JsonObject
    now: float


@dataclass(frozen=True)
class Action:
    """What a resource can be asked that is neither reading nor writing it."""

    run: Callable[[Call], Any]
    method: str = "POST"
    seconds: float = 0.0
    """How long the answer takes at speeds 1 and 100."""
    writes: bool = False
    """Whether it changes something, and so is in the log."""
    on_part: bool = False
    """Whether it is on a part of a resource that is none itself, such as a rule of a balancer."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """A PUT that is being judged, then done."""

    transaction: Transaction
    id: ResourceId
    body: JsonObject
    """The members of the request body that the type accepts."""
    existing: Resource | None
    query: Mapping[str, str]
    location: str
    """The region of the resource or of its parent."""
    nested: Nested

    @property
    def properties(self) -> JsonObject:
        """The ``properties`` of the body."""
        properties: JsonObject = self.body.get("properties", {})
        return properties


class ResourceType:
    """A resource type. A subclass is one file and one row in the registry."""

    name: ClassVar[str]
    accepts: ClassVar[Spec]
    """The properties it accepts."""
    seconds: ClassVar[Durations]
    located: ClassVar[bool] = False
    """Whether it has a region of its own; if not, it is its parent's."""
    has_sku: ClassVar[bool] = False
    has_zones: ClassVar[bool] = False
    lasting: ClassVar[bool] = True
    """Whether a write goes on after its answer (``Azure-AsyncOperation``)."""
    under_way: ClassVar[str] = "Updating"
    """The provisioning state that the answer to a PUT shows."""
    inlines: ClassVar[tuple[str, ...]] = ()
    """Child types that a GET shows inside the resource."""
    name_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9]([\w.-]{0,78}\w)?", re.ASCII)
    longest_name: ClassVar[int] = 80
    not_ready: ClassVar[ErrorTemplate] = refusals.RETRYABLE
    """The refusal if something that it names is being written."""
    busy_again: ClassVar[ErrorTemplate] = refusals.ANOTHER_OPERATION
    """The refusal if a write of the same type is under way on what writes are serialised on."""
    failing: ClassVar[ErrorTemplate] = refusals.OPERATION_FAILED
    """The error of an operation that a fault lets fail."""
    failing_seconds: ClassVar[float | None] = None
    """How long such an operation takes, if not as long as one that succeeds."""
    fails_parent: ClassVar[bool] = False
    """Whether a failed write leaves the parent in the state Failed (ER-12)."""
    verb: ClassVar[str]
    """What Azure calls a write of it in its refusals, such as ``PutSubnetOperation``."""

    @property
    def body(self) -> Spec:
        """What the whole request body may hold."""
        body: dict[str, Spec] = {"tags": dict, "properties": self.accepts}
        if self.located:
            body["location"] = str
        if self.has_zones:
            body["zones"] = [str]
        if self.has_sku:
            body["sku"] = {"name": str, "tier": str, "family": str}
        return body

    def check_name(self, identity: ResourceId) -> None:
        """Refuse a name that the type cannot have."""
        if not self.name_pattern.fullmatch(identity.name):
            raise refusals.NAME_INVALID(name=identity.name, longest=self.longest_name)

    def missing(self, reference: str, identity: ResourceId) -> Refusal:
        """Return the refusal for a reference to what is not there."""
        return refusals.REFERENCE_NOT_FOUND(reference=reference, id=identity.text)

    def serialised_on(self, identity: ResourceId, properties: JsonObject) -> str:
        """Return the key of the thing on which Azure does one write after another (VN-19)."""
        del properties
        return (identity.parent or identity).key

    def uses(self, write: Write) -> list[Resource]:
        """Return what it needs for as long as it is there, besides what the request names."""
        del write
        return []

    def rests_on(self, write: Write) -> list[Resource]:
        """Return what must have ended before, besides what it names and uses."""
        del write
        return []

    def duration(self, write: Write) -> float:
        """Return how long a PUT takes."""
        return self.seconds.update if write.existing else self.seconds.create

    def removal_duration(self, resource: Resource) -> float:
        """Return how long a DELETE takes."""
        del resource
        return self.seconds.delete

    def check(self, write: Write) -> None:
        """Refuse what Azure refuses."""

    def failure(self, write: Write) -> Refusal | None:
        """Return the error that an accepted PUT ends with, if it does."""
        del write
        return None

    def compute(self, write: Write) -> JsonObject:
        """Return the properties to store."""
        return dict(write.properties)

    def private(self, write: Write) -> JsonObject:
        """Return what Azure keeps to itself."""
        return write.existing.private if write.existing else {}

    def written(self, write: Write, resource: Resource) -> None:
        """Do to other resources what the write does to them."""

    def render(self, transaction: Transaction, resource: Resource, *, settled: bool) -> JsonObject:
        """Return the properties that a GET answers; ``settled`` is false during a write."""
        del transaction, settled
        return dict(resource.properties)

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete what is in use."""

    def deleted(self, transaction: Transaction, resource: Resource, removing: Removing) -> None:
        """Do to other resources what the deletion does to them."""


TODAY = "2024-01-01"
"""Requests of older API versions are answered as of their time, as recordings show them; those of
this one and of later ones as of today: what Azure retired, it refuses whatever the version."""


def made_before(write: Write, version: str) -> bool:
    """Return whether a request asks for an API version older than this one.

    A child that came with its parent asks for none.
    """
    asked = write.query.get("api-version", "")
    return bool(asked) and asked < version


def inline(write: Write, kind: str, *, keep_if_absent: bool) -> None:
    """Replace the children of a resource by those that came with it (VN-22).

    An absent collection leaves them alone if ``keep_if_absent``, and deletes them otherwise. A
    child that is sent back as it was read, entity tag and all, is left alone.
    """
    if kind not in write.properties and keep_if_absent:
        return
    sent = {_inline_name(item): item for item in write.properties.get(kind, [])}
    wanted = {name.lower() for name in sent}
    unchanged = set()
    for child in write.transaction.children(write.id.key, f"{write.id.type}/{kind}"):
        if child.id.name.lower() not in wanted:
            write.nested.remove(child)
        elif sent.get(child.id.name, {}).get("etag") == child.etag:
            unchanged.add(child.id.name)
    for name, item in sent.items():
        if name not in unchanged:
            write.nested.put(write.id.child(kind, name), item)


def _inline_name(item: JsonObject) -> str:
    """Return the name of an inline child, which becomes a part of its id."""
    name = item.get("name", "")
    if not isinstance(name, str) or not name or "/" in name:
        raise refusals.NAME_INVALID(name=name, longest=ResourceType.longest_name)
    return name
