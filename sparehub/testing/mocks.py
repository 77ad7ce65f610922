"""Pulumi mocks that answer as Azure does: names, resource ids and states.

Pulumi's own ``Mocks`` return what a test makes up; outputs that it leaves out are ``None`` in the
program. https://www.pulumi.com/docs/iac/guides/testing/unit/
"""

import re
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.rpc import deserialize_properties
from pulumi.runtime.stack import Stack

from sparehub.testing.graph import Graph, Resource
from sparehub.topology.azure.resource_paths import RESOURCE_PATHS

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_SECRET = "4dabf18193072939515e22adb298388d"  # noqa: S105 - the key that marks Pulumi's secrets
_STACK = "pulumi:pulumi:Stack"

_PROVIDERS = {"recoveryservices": "Microsoft.RecoveryServices"}

# States that Azure reports of a resource that works.
_STATES: Mapping[str, Mapping[str, Any]] = {
    "ExpressRouteCircuit": {
        "circuitProvisioningState": "Enabled",
        "serviceProviderProvisioningState": "Provisioned",
        "serviceKey": "00000000-0000-0000-0000-0000000000aa",
    },
    "ExpressRouteCircuitPeering": {"state": "Enabled"},
    "ExpressRouteCircuitAuthorization": {
        "authorizationKey": "00000000-0000-0000-0000-0000000000bb",
        "authorizationUseStatus": "Available",
    },
    "VirtualNetworkGatewayConnection": {"connectionStatus": "Connected"},
    "VirtualNetworkPeering": {"peeringState": "Connected", "peeringSyncLevel": "FullyInSync"},
}


class AzureMocks(Mocks):
    """Answers as Azure does once a resource is provisioned.

    Args:
        subscription: Id of the subscription in every resource id.
        recorded: Type and outputs by URN of other stacks, and of an earlier deployment of this
            one, by the stack's name: what ``Graph.state`` returns.
    """

    def __init__(
        self,
        subscription: str = SUBSCRIPTION,
        recorded: Mapping[str, Mapping[str, Any]] | None = None,
    ) -> None:
        self._subscription = subscription
        self._recorded = recorded or {}

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        """Return the id and the outputs of a resource."""
        package, _, rest = args.typ.partition(":")
        if package != "azure-native":
            return f"{args.name}-id", {"name": args.name, **args.inputs}
        kind = rest.rpartition(":")[2]
        names = self._names(kind, args)
        identity = args.resource_id or self._id(kind, rest, names, args.inputs)
        answer = {"name": names[-1][1], "provisioningState": "Succeeded", "azureApiVersion": ""}
        return identity, {**answer, **_STATES.get(kind, {}), **args.inputs, "id": identity}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]]]:
        """Answer a stack reference; a stack that was not deployed has no resources.

        Raises:
            NotImplementedError: on any other function: override this method.
        """
        if args.token == "pulumi:pulumi:readStackResourceOutputs":  # noqa: S105 - a function
            stack = str(args.args["stackName"]).rpartition("/")[2]
            return {"outputs": self._recorded.get(stack, {})}, []
        message = f"the mocks do not answer {args.token}: override `call`"
        raise NotImplementedError(message)

    def _names(self, kind: str, args: MockResourceArgs) -> list[tuple[str, str]]:
        """Return type and name of each part of a resource's path, its parents first."""
        if kind == "ResourceGroup":
            return [("resourceGroups", str(args.inputs.get("resourceGroupName") or args.name))]
        plain = kind[0].lower() + kind[1:]
        path = RESOURCE_PATHS.get(kind, ((f"{plain}s", f"{plain}Name"),))
        return [(part, str(args.inputs.get(key) or args.name)) for part, key in path]

    def _id(
        self, kind: str, token: str, names: list[tuple[str, str]], inputs: Mapping[str, Any]
    ) -> str:
        root = f"/subscriptions/{self._subscription}"
        path = "/".join(f"{part}/{name}" for part, name in names)
        if kind == "ResourceGroup":
            return f"{root}/{path}"
        module = re.split("[/:]", token)[0]
        provider = _PROVIDERS.get(module, f"Microsoft.{module[0].upper()}{module[1:]}")
        return (
            f"{root}/resourceGroups/{inputs.get('resourceGroupName')}/providers/{provider}/{path}"
        )


class Recorder(MockMonitor):
    """Pulumi's mock monitor that also keeps parents, edges and options of every registration."""

    def __init__(self, mocks: Mocks) -> None:
        super().__init__(mocks)
        self.registered: list[Resource] = []

    def RegisterResource(self, request: Any) -> Any:  # noqa: ANN401, N802 - gRPC's name and message
        """Answer a registration and keep it."""
        response = super().RegisterResource(request)  # type: ignore[no-untyped-call]
        if request.type == _STACK:
            return response
        parent, *edges = (urn.split("::")[-1] for urn in (request.parent, *request.dependencies))
        known = self.resources[response.urn]
        resource = Resource(
            type=request.type,
            name=request.name,
            inputs=_plain(deserialize_properties(request.object, keep_unknowns=True)),
            outputs=_plain({**known.state, "id": known.id}),
            urn=response.urn,
            parent=parent,
            depends_on=tuple(sorted(set(edges))),
            protect=request.protect,
            secret_outputs=tuple(sorted(request.additionalSecretOutputs)),
            timeout=request.customTimeouts.create,
        )
        self.registered.append(resource)
        return response


def _plain(value: Any) -> Any:  # noqa: ANN401 - anything that a resource has
    """Return a value without the floats that protobuf makes of whole numbers, secrets marked."""
    if isinstance(value, Mapping):
        if value.get(_SECRET):
            return {"secret": _plain(value["value"])}
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value


def graph_of(recorder: Recorder, outputs: Mapping[str, Any]) -> Graph:
    """Return what was recorded.

    Raises:
        AssertionError: Two resources have one logical name.
    """
    names = Counter(resource.name for resource in recorder.registered)
    if twice := [name for name, count in names.items() if count > 1]:
        raise AssertionError(f"two resources are called {', '.join(twice)}")
    return Graph({resource.name: resource for resource in recorder.registered}, _plain(outputs))


def root_outputs() -> pulumi.Output[dict[str, Any]]:
    """Return what the running program exports."""
    root = pulumi.runtime.get_root_resource()
    return pulumi.Output.all(**(root.outputs if isinstance(root, Stack) else {}))
