"""The base class of resource types: the body it accepts, its checks, state and durations."""

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


class Deleter(Protocol):
    """Deletes the children or links that go with a write of another resource."""

    def remove(self, resource: Resource) -> None:
        """Delete a resource as part of this write, with all checks."""


class Children(Deleter, Protocol):
    """Writes the children that come inline with a write of their parent."""

    def put(self, identity: ResourceId, body: JsonObject) -> None:
        """Create or update a child from an element of its parent's inline collection."""


@dataclass(frozen=True)
class ActionContext:
    """What an action works on."""

    transaction: Transaction
    resource: Resource
    argument: str
    """What follows the action in the path, such as ``primary``."""
    query: Mapping[str, str]
    body: JsonObject
    now: float


@dataclass(frozen=True)
class Action:
    """A request on a resource that neither reads nor writes it: a POST, or a computed GET."""

    run: Callable[[ActionContext], Any]
    method: str = "POST"
    seconds: float = 0.0
    """How long the result takes at speeds 1 and 100, in simulated seconds."""
    writes: bool = False
    """Whether it changes something, and so is in the log."""
    on_part: bool = False
    """Whether it is on a part that is not a resource, such as a rule of a load balancer."""


@dataclass(frozen=True, kw_only=True)
class Write:
    """A PUT that is checked, then done."""

    transaction: Transaction
    id: ResourceId
    body: JsonObject
    """The members of the request body that the type accepts."""
    existing: Resource | None
    parent: Resource | None
    """The parent, or the resource group; None for a group."""
    query: Mapping[str, str]
    location: str
    """The region of the resource or of its parent."""
    children: Children

    @property
    def properties(self) -> JsonObject:
        """The ``properties`` of the body."""
        properties: JsonObject = self.body.get("properties", {})
        return properties


class ResourceType:
    """A resource type. A new one is a subclass in a file of its own and a row in the registry."""

    name: ClassVar[str]
    accepts: ClassVar[Spec]
    """The properties it accepts."""
    seconds: ClassVar[Durations]
    has_location: ClassVar[bool] = False
    """Whether it has a region of its own; if not, it has its parent's."""
    has_sku: ClassVar[bool] = False
    has_zones: ClassVar[bool] = False
    asynchronous: ClassVar[bool] = True
    """Whether a write continues after its answer (``Azure-AsyncOperation``)."""
    state_during_write: ClassVar[str] = "Updating"
    """The provisioning state that the answer to a PUT shows."""
    inlines: ClassVar[tuple[str, ...]] = ()
    """Child types that a GET shows inside the resource."""
    name_pattern: ClassVar[re.Pattern[str]] = re.compile(r"[A-Za-z0-9]([\w.-]{0,78}\w)?", re.ASCII)
    longest_name: ClassVar[int] = 80
    not_ready_refusal: ClassVar[ErrorTemplate] = refusals.RETRYABLE
    """The refusal while a resource that it refers to is being written."""
    busy_refusal: ClassVar[ErrorTemplate] = refusals.ANOTHER_OPERATION
    """The refusal while a write of the same type is in progress under the same write lock."""
    failure_template: ClassVar[ErrorTemplate] = refusals.OPERATION_FAILED
    """The error of an operation that an injected fault lets fail."""
    failure_seconds: ClassVar[float | None] = None
    """How long such an operation takes in simulated seconds, if not as long as a good one."""
    fails_parent: ClassVar[bool] = False
    """Whether a failed write leaves the parent in the state Failed (ER-12)."""
    verb: ClassVar[str]
    """Azure's name of a write in its refusals, such as ``PutSubnetOperation``."""

    @property
    def body(self) -> Spec:
        """The schema of the whole request body."""
        body: dict[str, Spec] = {"tags": dict, "properties": self.accepts}
        if self.has_location:
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
        """Return the refusal for a reference to a resource that does not exist."""
        return refusals.REFERENCE_NOT_FOUND(reference=reference, id=identity.text)

    def write_lock_key(self, identity: ResourceId, properties: JsonObject) -> str:
        """Return the key of the resource on which Azure serializes the writes (VN-19)."""
        del properties
        return (identity.parent or identity).key

    def dependencies(self, write: Write) -> list[Resource]:
        """Return what it needs for as long as it exists, besides what the body refers to."""
        del write
        return []

    def starts_after(self, write: Write) -> list[Resource]:
        """Return what must have finished first, besides references and dependencies."""
        del write
        return []

    def duration(self, write: Write) -> float:
        """Return how long a PUT takes, in simulated seconds."""
        return self.seconds.update if write.existing else self.seconds.create

    def deletion_duration(self, resource: Resource) -> float:
        """Return how long a DELETE takes, in simulated seconds."""
        del resource
        return self.seconds.delete

    def check(self, write: Write) -> None:
        """Refuse a PUT that Azure refuses."""

    def failure(self, write: Write) -> Refusal | None:
        """Return the error that an accepted PUT ends with, if it does."""
        del write
        return None

    def compute(self, write: Write) -> JsonObject:
        """Return the properties to store."""
        return dict(write.properties)

    def private(self, write: Write) -> JsonObject:
        """Return state that no answer shows."""
        return write.existing.private if write.existing else {}

    def after_put(self, write: Write, resource: Resource) -> None:
        """Change other resources as the write changes them in Azure."""

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Return the properties that a GET shows; ``provisioned`` is false during a write."""
        del transaction, provisioned
        return dict(resource.properties)

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete a resource that is in use."""

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Change other resources as the deletion changes them in Azure."""


CURRENT_API_VERSION = "2024-01-01"
"""Requests of older API versions are answered as of their time, as recordings show them; those of
this one and of later ones as of today: what Azure retired, it refuses in every version."""


def is_api_version_before(write: Write, version: str) -> bool:
    """Return whether a request has an API version older than ``version``.

    A child that comes inline with its parent has none.
    """
    api_version = write.query.get("api-version", "")
    return bool(api_version) and api_version < version


def write_inline_children(write: Write, collection: str, *, keep_if_absent: bool) -> None:
    """Replace the children of a resource by those inline in its body (VN-22).

    An absent collection keeps them if ``keep_if_absent``, and deletes them otherwise. A child that
    is sent back as it was read, with its entity tag, is not written.
    """
    if collection not in write.properties and keep_if_absent:
        return
    sent = {_inline_name(item): item for item in write.properties.get(collection, [])}
    names = {name.lower() for name in sent}
    unchanged = set()
    for child in write.transaction.children(write.id.key, f"{write.id.type}/{collection}"):
        if child.id.name.lower() not in names:
            write.children.remove(child)
        elif sent.get(child.id.name, {}).get("etag") == child.etag:
            unchanged.add(child.id.name)
    for name, item in sent.items():
        if name not in unchanged:
            write.children.put(write.id.child(collection, name), item)


def _inline_name(item: JsonObject) -> str:
    """Return the name of an inline child, which becomes a part of its id."""
    name = item.get("name", "")
    if not isinstance(name, str) or not name or "/" in name:
        raise refusals.NAME_INVALID(name=name, longest=ResourceType.longest_name)
    return name
