"""The gRPC stubs of Pulumi's SDK without the rest of the SDK, which would double the start-up.

``import pulumi`` takes 0.4 s, the stubs alone 0.2 s (measured), and the engine starts a provider
process for every operation. The stubs import only one another and gRPC, so they are imported as
the package ``proto`` from where the SDK keeps them.
"""

import sys
from importlib.util import find_spec
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pulumi.runtime.proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2
else:
    if (_pulumi := find_spec("pulumi")) is None:
        raise ModuleNotFoundError("the provider needs Pulumi's SDK", name="pulumi")
    sys.path.append(str(Path(_pulumi.origin).parent / "runtime"))
    from proto import plugin_pb2, provider_pb2, provider_pb2_grpc, status_pb2

    sys.path.pop()

__all__ = ["plugin_pb2", "provider_pb2", "provider_pb2_grpc", "status_pb2"]
