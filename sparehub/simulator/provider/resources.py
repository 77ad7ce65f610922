"""azure-native's resource operations in plain Python values: what each protocol call does."""

from dataclasses import dataclass, field

from sparehub.simulator.provider.arm_client import ArmError, Client, TransportError, UnfinishedError
from sparehub.simulator.provider.diffing import drifted
from sparehub.simulator.provider.schemas.base import Schema, short_token
from sparehub.simulator.provider.schemas.flattening import project, to_body, to_inputs, to_outputs
from sparehub.simulator.provider.schemas.registry import SCHEMAS
from sparehub.simulator.provider.struct_codec import UNKNOWN, Properties, is_unknown

_GROUP = SCHEMAS["resources:ResourceGroup"]
_STABLE = ("location", "name")


class UnknownTypeError(Exception):
    """The type or function is not simulated."""


class InitializationError(Exception):
    """A resource exists, but its creation or update did not end well."""

    def __init__(self, reason: str, identity: str, outputs: Properties, inputs: Properties) -> None:
        super().__init__(reason)
        self.reason = reason
        self.id = identity
        self.outputs = outputs
        self.inputs = inputs


@dataclass(frozen=True)
class ResourceState:
    """A resource as the engine keeps it."""

    id: str
    outputs: Properties
    inputs: Properties


@dataclass
class Resources:
    """The resources of one configured provider."""

    client: Client
    subscription: str
    location: str | None
    group_locations: dict[str, str] = field(default_factory=dict)

    def path(self, schema: Schema, inputs: Properties) -> str:
        """Return the ARM path of a resource."""
        values = {name: inputs[name] for name in schema.path_parameters}
        return schema.path.format(subscriptionId=self.subscription, **values)

    def default_location(self, inputs: Properties) -> str | None:
        """Return where a resource without a location goes: as configured, or where its group is."""
        if self.location is not None:
            return self.location
        group = inputs.get("resourceGroupName")
        if group is None or is_unknown(group):
            return group and UNKNOWN
        if group not in self.group_locations:
            document = self.client.get(_GROUP, self.path(_GROUP, {"resourceGroupName": group}))
            if document is None:
                return None
            self.group_locations[group] = document["location"]
        return self.group_locations[group]

    def preview(
        self, schema: Schema, inputs: Properties, old: Properties | None = None
    ) -> Properties:
        """Return the inputs, with every other property unknown.

        An update keeps name and location, as azure-native says too: what is named after the
        resource is not replaced (``stableOutputs`` of pulumi-azure-native's provider.go).
        """
        unknown = dict.fromkeys(sorted(schema.outputs | schema.inputs), UNKNOWN)
        return unknown | inputs | {name: old[name] for name in _STABLE if old and name in old}

    def create(self, schema: Schema, inputs: Properties, timeout: float) -> ResourceState:
        """Create a resource that does not exist yet."""
        path = self.path(schema, inputs)
        if self.client.get(schema, path) is not None:
            raise FileExistsError(f"cannot create already existing resource {path!r}")
        return self._put(schema, path, inputs, timeout, keep=False)

    def update(
        self, schema: Schema, path: str, inputs: Properties, timeout: float
    ) -> ResourceState:
        """Update a resource; inline children that the inputs do not give are left as they are."""
        return self._put(schema, path, inputs, timeout, keep=True)

    def _put(
        self, schema: Schema, path: str, inputs: Properties, timeout: float, *, keep: bool
    ) -> ResourceState:
        body = to_body(schema, inputs)
        if keep and (present := self.client.get(schema, path)):
            for name in schema.kept:
                children = present["properties"].get(name)
                if name not in inputs and children:
                    body.setdefault("properties", {})[name] = children
        query = {name: str(inputs[name]) for name in schema.query if name in inputs}
        try:
            self.client.put(schema, path, body, query, timeout)
        except UnfinishedError as problem:
            raise self._unfinished(schema, path, inputs, problem) from problem
        return self._read(schema, path, inputs)

    def _unfinished(
        self, schema: Schema, path: str, inputs: Properties, problem: UnfinishedError
    ) -> InitializationError:
        """Return the state of a resource whose write failed, if it can be read."""
        try:
            state = self._read(schema, path, inputs)
        except (ArmError, TransportError):
            state = ResourceState(path, inputs, inputs)
        return InitializationError(str(problem), state.id, state.outputs, inputs)

    def _read(self, schema: Schema, path: str, inputs: Properties) -> ResourceState:
        document = self.client.get(schema, path) or {}
        return ResourceState(document.get("id", path), to_outputs(schema, document), inputs)

    def delete(self, schema: Schema, path: str, timeout: float) -> None:
        """Delete a resource."""
        self.client.delete(schema, path, timeout)

    def refresh(
        self, schema: Schema, path: str, old_outputs: Properties, old_inputs: Properties
    ) -> ResourceState | None:
        """Read a resource; its drift, the changes made in Azure, goes into the inputs."""
        document = self.client.get(schema, path)
        if document is None:
            return None
        outputs = to_outputs(schema, document)
        before, after = (project(schema, values) for values in (old_outputs, outputs))
        for name in schema.kept:
            if name not in old_inputs:
                before.pop(name, None)
                after.pop(name, None)
        inputs: Properties = drifted(old_inputs, before, after)
        return ResourceState(document["id"], outputs, inputs)

    def adopt(self, schema: Schema, path: str) -> ResourceState | None:
        """Read a resource of which the engine has no state, with the inputs that were last sent.

        Azure does not separate what a client sent from its own defaults; the simulator does, and
        so the next ``up`` has nothing to change. Children that were only sent back do not count.
        """
        document = self.client.get(schema, path)
        sent = self.client.azure.sent(path)
        if document is None or sent is None:
            return None
        given = {
            name: value
            for name, value in sent.get("properties", {}).items()
            if not (name in schema.kept and any("etag" in child for child in value))
        }
        parameters = _parameters(schema, document["id"])
        asked = sent.get("query", {})
        parameters |= {name: asked[name] for name in schema.query if name in asked}
        inputs = to_inputs(schema, sent | {"properties": given}, parameters)
        return ResourceState(document["id"], to_outputs(schema, document), inputs)

    def invoke(self, token: str, arguments: Properties) -> Properties:
        """Call a provider function: ``getClientConfig``, or ``get`` and the name of a type."""
        short = short_token(token)
        if short == "authorization:getClientConfig":
            nobody = "00000000-0000-0000-0000-000000000000"
            identity = {"clientId": nobody, "objectId": nobody, "tenantId": nobody}
            return identity | {"subscriptionId": self.subscription}
        schema = SCHEMAS.get(short.replace(":get", ":", 1)) if ":get" in short else None
        if schema is None:
            raise UnknownTypeError(f"function {token} is not simulated")
        path = self.path(schema, arguments)
        document = self.client.get(schema, path)
        if document is None:
            raise LookupError(f"request failed {path}: the resource is not there")
        return to_outputs(schema, document)


def _parameters(schema: Schema, identity: str) -> Properties:
    """Return the inputs that an id's path stands for."""
    pattern, names = schema.path.split("/"), identity.split("/")
    if pattern[0] == "{scope}":
        end = len(names) - len(pattern) + 1
        names = ["/".join(names[:end]), *names[end:]]
    return {
        part.strip("{}"): name
        for part, name in zip(pattern, names, strict=False)
        if part.startswith("{") and part != "{subscriptionId}"
    }


def schema_of(token: str) -> Schema:
    """Return the schema of a resource type.

    Raises:
        UnknownTypeError: It is not simulated.

    """
    schema = SCHEMAS.get(short_token(token))
    if schema is None:
        raise UnknownTypeError(f"resource type {token} is not simulated")
    return schema
