"""A raw client of the provider protocol, as the Pulumi engine is one."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from typing import Any, NamedTuple

import grpc
from google.protobuf.struct_pb2 import Struct

from sparehub.simulator.arm.service import Azure
from sparehub.simulator.provider import struct_codec
from sparehub.simulator.provider.servicer import Provider
from sparehub.simulator.provider.stubs import provider_pb2, provider_pb2_grpc
from tests.simulator.arm.arm_client import Arm

Inputs = dict[str, Any]


class Made(NamedTuple):
    """A resource that the provider has made."""

    urn: str
    id: str
    inputs: Inputs
    outputs: Inputs


class Failed(NamedTuple):
    """How a call failed."""

    code: grpc.StatusCode
    message: str


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:test::project::azure-native:{token}::{name}"


class ProtocolClient:
    """Speaks to one provider."""

    def __init__(self, stub: provider_pb2_grpc.ResourceProviderStub, arm: Arm) -> None:
        self.stub = stub
        self.arm = arm

    @classmethod
    @contextmanager
    def serving(
        cls, directory: Path, open_azure: Callable[[Path], Azure] = Azure, **config: str
    ) -> Iterator["ProtocolClient"]:
        """Serve a provider on loopback and configure it."""
        arm = Arm(directory, open_azure(directory))
        server = grpc.server(ThreadPoolExecutor(4))
        provider = Provider(str(directory), open_azure=open_azure)
        provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
        port = server.add_insecure_port("127.0.0.1:0")
        server.start()
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            client = cls(provider_pb2_grpc.ResourceProviderStub(channel), arm)
            client.configure(**config)
            yield client
        server.stop(None)
        arm.azure.store.close()

    def configure(self, **config: str) -> provider_pb2.ConfigureResponse:
        variables = {f"azure-native:config:{name}": value for name, value in config.items()}
        response: provider_pb2.ConfigureResponse = self.stub.Configure(
            provider_pb2.ConfigureRequest(variables=variables)
        )
        return response

    def check(
        self, token: str, name: str, news: Inputs, olds: Inputs | None = None, seed: bytes = b"seed"
    ) -> provider_pb2.CheckResponse:
        response: provider_pb2.CheckResponse = self.stub.Check(
            provider_pb2.CheckRequest(
                urn=urn(token, name),
                news=struct_codec.write(news),
                olds=struct_codec.write(olds or {}),
                randomSeed=seed,
            )
        )
        return response

    def checked(self, token: str, name: str, news: Inputs, olds: Inputs | None = None) -> Inputs:
        response = self.check(token, name, news, olds)
        assert not response.failures, response.failures
        return struct_codec.read(response.inputs)

    def create(self, token: str, name: str, news: Inputs, timeout: float = 0.0) -> Made:
        inputs = self.checked(token, name, news)
        request = provider_pb2.CreateRequest(
            urn=urn(token, name), properties=struct_codec.write(inputs), timeout=timeout
        )
        response = self.stub.Create(request)
        return Made(urn(token, name), response.id, inputs, struct_codec.read(response.properties))

    def preview(self, token: str, name: str, news: Inputs) -> tuple[str, Inputs]:
        properties = struct_codec.write(self.checked(token, name, news))
        request = provider_pb2.CreateRequest(
            urn=urn(token, name), properties=properties, preview=True
        )
        response = self.stub.Create(request)
        return response.id, struct_codec.read(response.properties)

    def diff(self, made: Made, news: Inputs) -> provider_pb2.DiffResponse:
        response: provider_pb2.DiffResponse = self.stub.Diff(
            provider_pb2.DiffRequest(
                id=made.id,
                urn=made.urn,
                olds=struct_codec.write(made.outputs),
                old_inputs=struct_codec.write(made.inputs),
                news=struct_codec.write(news),
            )
        )
        return response

    def update(self, made: Made, news: Inputs) -> Made:
        response = self.stub.Update(
            provider_pb2.UpdateRequest(
                id=made.id,
                urn=made.urn,
                olds=struct_codec.write(made.outputs),
                old_inputs=struct_codec.write(made.inputs),
                news=struct_codec.write(news),
            )
        )
        return made._replace(inputs=news, outputs=struct_codec.read(response.properties))

    def delete(self, made: Made) -> None:
        self.stub.Delete(provider_pb2.DeleteRequest(id=made.id, urn=made.urn))

    def refresh(self, made: Made) -> Made | None:
        return self._read(made, struct_codec.write(made.outputs), struct_codec.write(made.inputs))

    def adopt(self, made: Made) -> Made | None:
        return self._read(made, Struct(), Struct())

    def _read(self, made: Made, properties: Struct, inputs: Struct) -> Made | None:
        response = self.stub.Read(
            provider_pb2.ReadRequest(id=made.id, urn=made.urn, properties=properties, inputs=inputs)
        )
        if not response.id:
            return None
        return Made(
            made.urn,
            response.id,
            struct_codec.read(response.inputs),
            struct_codec.read(response.properties),
        )

    def invoke(self, token: str, **arguments: Any) -> Inputs:
        request = provider_pb2.InvokeRequest(tok=token, args=struct_codec.write(arguments))
        return struct_codec.read(getattr(self.stub.Invoke(request), "return"))

    def failure(self, call: Callable[[], object]) -> Failed:
        """Return how a call fails; Azure is as it was before."""
        before = self.arm.dump()
        try:
            answer = call()
        except grpc.RpcError as error:
            assert self.arm.dump() == before
            return Failed(error.code(), str(error.details()))
        raise AssertionError(answer)

    # -- scenes ----------------------------------------------------------------------------------

    def network(self, name: str, prefix: str, location: str = "eastasia") -> Made:
        space = {"addressSpace": {"addressPrefixes": [prefix]}, "location": location}
        names = {"resourceGroupName": "rg", "virtualNetworkName": name}
        return self.create("network:VirtualNetwork", name, names | space)

    def group(self) -> Made:
        inputs = {"resourceGroupName": "rg", "location": "eastasia"}
        return self.create("resources:ResourceGroup", "rg", inputs)

    def subnet(self, network: str, name: str, prefix: str, **more: Any) -> Made:
        inputs = {
            "resourceGroupName": "rg",
            "virtualNetworkName": network,
            "subnetName": name,
            "addressPrefix": prefix,
        }
        return self.create("network:Subnet", f"{network}-{name}", inputs | more)

    def peering(self, network: str, remote: Made, **flags: Any) -> Made:
        inputs = {
            "resourceGroupName": "rg",
            "virtualNetworkName": network,
            "remoteVirtualNetwork": {"id": remote.id},
        }
        return self.create("network:VirtualNetworkPeering", f"{network}-peering", inputs | flags)

    def gateway(self, subnet: Made) -> Made:
        inputs = {
            "resourceGroupName": "rg",
            "virtualNetworkGatewayName": "gateway",
            "location": "eastasia",
            "gatewayType": "ExpressRoute",
            "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
            "ipConfigurations": [{"name": "default", "subnet": {"id": subnet.id}}],
        }
        return self.create("network:VirtualNetworkGateway", "gateway", inputs)

    def circuit(self) -> Made:
        inputs = {
            "resourceGroupName": "rg",
            "circuitName": "circuit",
            "location": "eastasia",
            "sku": {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"},
            "serviceProviderProperties": {
                "serviceProviderName": "Equinix",
                "peeringLocation": "Hong Kong",
                "bandwidthInMbps": 1000,
            },
        }
        return self.create("network:ExpressRouteCircuit", "circuit", inputs)

    def connection(self, gateway: Made, circuit: Made) -> Made:
        inputs = {
            "resourceGroupName": "rg",
            "virtualNetworkGatewayConnectionName": "connection",
            "location": "eastasia",
            "connectionType": "ExpressRoute",
            "virtualNetworkGateway1": {"id": gateway.id},
            "peer": {"id": circuit.id},
        }
        return self.create("network:VirtualNetworkGatewayConnection", "connection", inputs)
