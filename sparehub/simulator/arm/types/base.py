"""The base class of resource types: the body it accepts, its checks, state and durations."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
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

    @property
    def now(self) -> float:
        """When the write ends, in simulated seconds."""

    def remove(self, resource: Resource) -> None:
        """Delete a resource as part of this write, with all checks."""


class Children(Deleter, Protocol):
    """Writes the children that come inline with a write of their parent."""

    def put(self, identity: ResourceId, body: JsonObject) -> None:
        """Create or update a child from an element of its parent's inline collection."""


class AnswerStyle(StrEnum):
    """How a service answers writes, and where a client polls their operations."""

    REGIONAL = "regional"
    """201 or 200 with the resource; the operation is polled in a region (Network, Compute)."""
    GROUP = "group"
    """201 or 200 with the resource; a deletion is polled in the subscription (resource groups)."""
    VAULT = "vault"
    """As ``REGIONAL``, but the operation is polled below the vault itself (SR-32)."""
    DEPLOYMENT = "deployment"
    """As ``REGIONAL``, but the operation is polled below the deployment."""
    ACCEPTED = "accepted"
    """202 without a body; the operation is polled below the vault (SR-29)."""
    IMMEDIATE = "immediate"
    """201 or 200 with the resource, 200 for a deletion; there is nothing to poll (SR-65)."""


@dataclass(frozen=True, kw_only=True)
class JobDraft:
    """The job of Site Recovery that comes with an operation (SR-29)."""

    scenario: str
    """Such as ``UnplannedFailover``."""
    friendly_name: str
    target: str
    """The friendly name of what it is about."""
    target_type: str
    """Such as ``ProtectionEntity`` or ``RecoveryPlan``."""
    target_id: str = ""
    tasks: tuple[JsonObject, ...] = ()
    """In the order of their start: name, friendlyName, and from and to in seconds of the job."""
    details: JsonObject = field(default_factory=dict)
    """The job's ``customDetails``."""


class UnchangedError(Exception):
    """A write is accepted and changes nothing; its operation succeeds, and shows an error."""

    def __init__(self, shown: Refusal, job: JobDraft | None) -> None:
        super().__init__(str(shown))
        self.shown = shown
        self.job = job


@dataclass(frozen=True, kw_only=True)
class StartedOperation:
    """What an action starts that goes on after the answer."""

    seconds: float
    effect: str
    """The name of what happens at its end, in the table of effects."""
    arguments: JsonObject
    job: JobDraft
    failure: Refusal | None = None
    """The error that it ends with, if it fails; the effect then gets it as ``failure``."""
    warning: JsonObject | None = None
    """The error that it shows although it succeeds (SR-31)."""
    path: str = ""
    """What follows the resource in the path of the operation's result, if anything does."""
    busy: tuple[str, ...] = ()
    """Keys of the resources that are busy until it ends, such as a plan and its items; empty: the
    one that the action is on."""


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
class EffectContext:
    """What the effect of an operation works with."""

    transaction: Transaction
    writer: Children
    arguments: JsonObject
    now: float
    """When the operation finished, in simulated seconds."""

    @property
    def failure(self) -> JsonObject | None:
        """The error that the operation ends with, if it fails."""
        failure: JsonObject | None = self.arguments.get("failure")
        return failure


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
    body: "Spec | None" = None
    """The schema of its body, where it has one."""
    at_once: bool = False
    """Whether it is answered 200 and has no ``Location``."""
    accepted: bool = False
    """Whether it is answered 202 without a body, and polled below the resource (SR-65)."""
    text: bool = False
    """Whether its body is text, and not JSON: the ``text`` of the context's body."""
    operates: bool = False
    """Whether it starts an operation: then it returns a :class:`StartedOperation`."""
    permitted_as: str = "action"
    """How the permission ends that it needs; ``read`` of some that are posted."""


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
    now: float
    """The instant of the request, in simulated seconds."""
    method: str = "PUT"
    """``PATCH`` where the type has an update of its own."""

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
    is_global: ClassVar[bool] = False
    """Whether that region is ``global``: it answers while any region is lost."""
    has_sku: ClassVar[bool] = False
    has_delete: ClassVar[bool] = True
    """Whether a client may delete it; if not, it goes with its parent only."""
    has_zones: ClassVar[bool] = False
    answers: ClassVar[AnswerStyle] = AnswerStyle.REGIONAL
    created_status: ClassVar[int] = 201
    """The status of the answer to a PUT that creates."""
    patches: "ClassVar[Spec | None]" = None
    """The body of a PATCH that is more than an update of tags; None where there is none."""
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
    unready_refusal: ClassVar[ErrorTemplate | None] = None
    """The refusal while its parent, or what it needs, is being made or deleted; None where locks
    and references say so already."""
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

    @property
    def asynchronous(self) -> bool:
        """Whether a write continues after its answer."""
        return self.answers not in (AnswerStyle.GROUP, AnswerStyle.IMMEDIATE)

    def keeps_failed(self, method: str) -> bool:
        """Return whether what a failed write was about is stored, in the state Failed.

        Otherwise all stays as it was before the write.
        """
        return method != "PATCH"

    def absent(self, identity: ResourceId) -> Refusal | None:
        """Return the service's own refusal for a resource that does not exist, if it has one."""
        del identity
        return None

    def job(self, write: "Write") -> JobDraft | None:
        """Return the job that Site Recovery shows for a write."""
        del write
        return None

    def deletion_job(self, resource: Resource) -> JobDraft | None:
        """Return the job that Site Recovery shows for a deletion."""
        del resource
        return None

    def listed(self, transaction: Transaction, scope: ResourceId) -> list[Resource]:
        """Return the resources of the type in a scope, as a list of the scope shows them."""
        return transaction.of_type(self.name, under=f"{scope.text}/")

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

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the whole JSON of a resource whose service has a shape of its own."""
        raise NotImplementedError

    def members(self, resource: Resource) -> JsonObject:
        """Return what a GET shows beside the properties, such as an identity."""
        del resource
        return {}

    def answer(self, shown: JsonObject, method: str) -> JsonObject:
        """Return what the answer to a write shows, where that differs from what a GET shows."""
        del method
        return shown

    def restore(self, transaction: Transaction, resource: Resource, shown: JsonObject) -> None:
        """Bring a given resource of a recording into the state that a GET shows."""

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
