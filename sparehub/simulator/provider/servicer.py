"""The provider protocol (``pulumirpc.ResourceProvider``), as azure-native speaks it."""
# ruff: noqa: N802  gRPC names its methods in camel case

from collections.abc import Callable
from pathlib import Path
from threading import Event

import grpc
from google.protobuf.empty_pb2 import Empty

from sparehub.simulator.arm.service import Azure
from sparehub.simulator.errors import SimulatorError
from sparehub.simulator.provider import struct_codec
from sparehub.simulator.provider.arm_client import Client
from sparehub.simulator.provider.check_inputs import auto_name, fill_name, missing
from sparehub.simulator.provider.diffing import CREATE_BEFORE_DELETE, differences, replacing
from sparehub.simulator.provider.grpc_errors import answer
from sparehub.simulator.provider.resources import Resources, ResourceState, schema_of
from sparehub.simulator.provider.schemas.base import VERSION, Schema
from sparehub.simulator.provider.stubs import plugin_pb2, provider_pb2, provider_pb2_grpc

_CONFIG = "azure-native:config:"
_SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
_Autonaming = provider_pb2.CheckRequest.AutonamingOptions


class Provider(provider_pb2_grpc.ResourceProviderServicer):
    """One provider process: one engine, one operation of Pulumi."""

    def __init__(
        self,
        directory: str | None,
        subscription: str | None = None,
        open_azure: Callable[[Path], Azure] = Azure,
    ) -> None:
        self.cancelled = Event()
        self._directory = directory
        self._subscription = subscription
        self._open_azure = open_azure
        self._configured: Resources | None = None

    # -- the process ---------------------------------------------------------------------------

    def Handshake(
        self, request: provider_pb2.ProviderHandshakeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ProviderHandshakeResponse:
        """Decline, as azure-native does: the engine then calls Configure."""
        del request
        context.abort(grpc.StatusCode.UNIMPLEMENTED, "no handshake")

    def GetPluginInfo(self, request: Empty, context: grpc.ServicerContext) -> plugin_pb2.PluginInfo:
        """Say which version of azure-native this is."""
        del request, context
        return plugin_pb2.PluginInfo(version=VERSION)

    def CheckConfig(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Accept any configuration."""
        del context
        return provider_pb2.CheckResponse(inputs=request.news)

    def DiffConfig(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Say that a change of configuration changes no resource."""
        del request, context
        return provider_pb2.DiffResponse(changes=provider_pb2.DiffResponse.DIFF_NONE)

    def Configure(
        self, request: provider_pb2.ConfigureRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ConfigureResponse:
        """Open the store; report a problem with it in one line."""

        def configure() -> provider_pb2.ConfigureResponse:
            if self._directory is None:
                raise SimulatorError(
                    "SPAREHUB_SIMULATOR does not say where the simulated Azure is; "
                    'run `eval "$(sparehub simulate env)"`'
                )
            azure = self._open_azure(Path(self._directory))
            given = {key.removeprefix(_CONFIG): value for key, value in request.variables.items()}
            self._configured = Resources(
                Client(azure, self.cancelled),
                given.get("subscriptionId") or self._subscription or _SUBSCRIPTION,
                given.get("location"),
            )
            return provider_pb2.ConfigureResponse(
                supportsPreview=True, supports_autonaming_configuration=True
            )

        return answer(context, configure)

    def Cancel(self, request: Empty, context: grpc.ServicerContext) -> Empty:
        """Stop waiting for pending operations."""
        del request, context
        self.cancelled.set()
        return Empty()

    @property
    def waits(self) -> bool:
        """Whether a call may take longer than its work."""
        return self._configured is not None and self._configured.client.waits

    @property
    def _resources(self) -> Resources:
        if self._configured is None:
            raise SimulatorError("the provider is not configured")
        return self._configured

    # -- before anything is done ---------------------------------------------------------------

    def Check(
        self, request: provider_pb2.CheckRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CheckResponse:
        """Fill in name, location and API version; report missing inputs."""

        def check() -> provider_pb2.CheckResponse:
            schema = schema_of(_type(request.urn))
            olds, news = struct_codec.read(request.olds), struct_codec.read(request.news)
            fill_name(schema, news, olds, _proposed_name(schema, request))
            if schema.located and "location" not in news:
                location = olds.get("location") or self._resources.default_location(news)
                news |= {"location": location} if location else {}
            news.setdefault("azureApiVersion", schema.api_version)
            failures = [
                provider_pb2.CheckFailure(property=name, reason=_missing_reason(name))
                for name in missing(schema, news)
            ]
            return provider_pb2.CheckResponse(inputs=struct_codec.write(news), failures=failures)

        return answer(context, check)

    def Diff(
        self, request: provider_pb2.DiffRequest, context: grpc.ServicerContext
    ) -> provider_pb2.DiffResponse:
        """Compare old and new inputs; a change of the path or of some locations replaces."""

        def diff() -> provider_pb2.DiffResponse:
            schema = schema_of(_type(request.urn))
            old, new = struct_codec.read(request.old_inputs), struct_codec.read(request.news)
            changes_by_path = differences(schema, old, new)
            replaced = replacing(schema)
            detailed = {
                path: provider_pb2.PropertyDiff(
                    kind=provider_pb2.PropertyDiff.Kind.Value(
                        f"{change}_REPLACE" if path in replaced else change
                    ),
                    inputDiff=True,
                )
                for path, change in changes_by_path.items()
            }
            replaces = sorted(replaced & changes_by_path.keys())
            some = provider_pb2.DiffResponse.DIFF_SOME
            none = provider_pb2.DiffResponse.DIFF_NONE
            return provider_pb2.DiffResponse(
                changes=some if changes_by_path else none,
                replaces=replaces,
                deleteBeforeReplace=bool(replaces) and not old.get(CREATE_BEFORE_DELETE, False),
                diffs=sorted(
                    {path.partition(".")[0].partition("[")[0] for path in changes_by_path}
                ),
                detailedDiff=detailed,
                hasDetailedDiff=True,
            )

        return answer(context, diff)

    # -- doing it ------------------------------------------------------------------------------

    def Create(
        self, request: provider_pb2.CreateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.CreateResponse:
        """Create a resource, or preview its outputs."""

        def create() -> provider_pb2.CreateResponse:
            schema, inputs = schema_of(_type(request.urn)), struct_codec.read(request.properties)
            if request.preview:
                outputs = self._resources.preview(schema, inputs)
                return provider_pb2.CreateResponse(properties=struct_codec.write(outputs))
            state = self._resources.create(schema, inputs, request.timeout)
            return provider_pb2.CreateResponse(
                id=state.id, properties=struct_codec.write(state.outputs)
            )

        return answer(context, create)

    def Update(
        self, request: provider_pb2.UpdateRequest, context: grpc.ServicerContext
    ) -> provider_pb2.UpdateResponse:
        """Update a resource, or preview its outputs."""

        def update() -> provider_pb2.UpdateResponse:
            schema, inputs = schema_of(_type(request.urn)), struct_codec.read(request.news)
            if request.preview:
                outputs = self._resources.preview(schema, inputs, struct_codec.read(request.olds))
                return provider_pb2.UpdateResponse(properties=struct_codec.write(outputs))
            state = self._resources.update(schema, request.id, inputs, request.timeout)
            return provider_pb2.UpdateResponse(properties=struct_codec.write(state.outputs))

        return answer(context, update)

    def Delete(self, request: provider_pb2.DeleteRequest, context: grpc.ServicerContext) -> Empty:
        """Delete a resource; if it is gone already, that is fine."""

        def delete() -> Empty:
            schema = schema_of(_type(request.urn))
            self._resources.delete(schema, request.id, request.timeout)
            return Empty()

        return answer(context, delete)

    def Read(
        self, request: provider_pb2.ReadRequest, context: grpc.ServicerContext
    ) -> provider_pb2.ReadResponse:
        """Read a resource: for a refresh (the engine has inputs) or for an import (it has none)."""

        def read() -> provider_pb2.ReadResponse:
            schema = schema_of(_type(request.urn))
            state: ResourceState | None
            if request.inputs.fields:
                outputs, inputs = (
                    struct_codec.read(request.properties),
                    struct_codec.read(request.inputs),
                )
                state = self._resources.refresh(schema, request.id, outputs, inputs)
            else:
                state = self._resources.adopt(schema, request.id)
            if state is None:
                return provider_pb2.ReadResponse()
            return provider_pb2.ReadResponse(
                id=state.id,
                properties=struct_codec.write(state.outputs),
                inputs=struct_codec.write(state.inputs),
            )

        return answer(context, read)

    def Invoke(
        self, request: provider_pb2.InvokeRequest, context: grpc.ServicerContext
    ) -> provider_pb2.InvokeResponse:
        """Call a provider function."""

        def invoke() -> provider_pb2.InvokeResponse:
            result = self._resources.invoke(request.tok, struct_codec.read(request.args))
            response = provider_pb2.InvokeResponse()
            getattr(response, "return").CopyFrom(
                struct_codec.write(result)
            )  # a keyword of Python's
            return response

        return answer(context, invoke)


def _type(urn: str) -> str:
    """Return the type token of a URN; parents' tokens stand before it, with dollar signs."""
    return urn.split("::")[2].rpartition("$")[2]


def _proposed_name(schema: Schema, request: provider_pb2.CheckRequest) -> str | None:
    """Return the name of a resource without one, as the project's autonaming setting wants it."""
    if request.HasField("autonaming"):
        if request.autonaming.mode == _Autonaming.DISABLE:
            return None
        return request.autonaming.proposed_name
    return auto_name(schema, request.urn.split("::")[-1], request.randomSeed)


def _missing_reason(name: str) -> str:
    reason = f"missing required property '{name}'"
    if name == "location":
        setting = "'pulumi config set azure-native:location <value>'"
        reason += f". Either set it explicitly or configure it with {setting}."
    return reason
