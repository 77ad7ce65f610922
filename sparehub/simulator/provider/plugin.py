"""The plug-in ``pulumi-resource-azure-native`` against the simulated Azure.

``python -m sparehub.simulator.provider.plugin ENGINE_ADDRESS`` prints its port
as its first line.
The directory of the store is in the environment variable ``SPAREHUB_SIMULATOR``.
"""

import asyncio
import logging
import os
import sys
from pathlib import Path

import grpc

from sparehub.simulator.private_files import open_private, private_directory
from sparehub.simulator.provider.server import Calls
from sparehub.simulator.provider.servicer import Provider
from sparehub.simulator.provider.stubs import provider_pb2_grpc

DIRECTORY = "SPAREHUB_SIMULATOR"
LOG = "provider.log"
_MESSAGE_LIMIT = 400 * 1024 * 1024  # bytes, as the engine's own
_LOOK_AGAIN = 1.0  # seconds between two looks at the engine
_USAGE = 2


def main() -> None:
    """Serve one engine, until it is gone."""
    if len(sys.argv) < 2:  # noqa: PLR2004  the program and the engine's address
        sys.stderr.write("usage: python -m sparehub.simulator.provider.plugin ENGINE_ADDRESS\n")
        sys.exit(_USAGE)
    directory = os.environ.get(DIRECTORY)
    _log_to(directory)
    provider = Provider(directory, os.environ.get("ARM_SUBSCRIPTION_ID"))
    asyncio.run(_serve(provider, sys.argv[1]))


async def _serve(provider: Provider, engine: str) -> None:
    limits = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
    server = grpc.aio.server(options=[(limit, _MESSAGE_LIMIT) for limit in limits])
    calls = Calls(provider)
    add = provider_pb2_grpc.add_ResourceProviderServicer_to_server
    add(calls, server)  # type: ignore[arg-type]  # it has all methods, but not by name
    port = server.add_insecure_port("127.0.0.1:0")
    await server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    await _watch(engine)
    provider.cancelled.set()
    await server.stop(grace=None)
    calls.close()


async def _watch(engine: str) -> None:
    """Return when nothing listens at the engine's address any more."""
    host, _, port = engine.rpartition(":")
    while True:
        try:
            _, writer = await asyncio.open_connection(host, int(port))
        except OSError:
            return
        writer.close()
        await asyncio.sleep(_LOOK_AGAIN)


def _log_to(directory: str | None) -> None:
    """Log to a file in the store's directory; Configure reports a problem with it."""
    handler: logging.Handler = logging.NullHandler()
    if directory is not None:
        try:
            if not Path(directory).exists():
                private_directory(Path(directory))
            descriptor = open_private(Path(directory) / LOG, os.O_WRONLY | os.O_APPEND | os.O_CREAT)
            handler = logging.StreamHandler(os.fdopen(descriptor, "a"))
        except OSError:
            pass
    line = "%(asctime)s %(process)d %(message)s"
    logging.basicConfig(handlers=[handler], level=logging.INFO, format=line)


if __name__ == "__main__":
    main()
