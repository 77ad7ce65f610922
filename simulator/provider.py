"""The plug-in ``pulumi-resource-azure-native`` against the simulated Azure.

``python -m simulator.provider ENGINE_ADDRESS`` prints the port it listens on as its first line.
The directory of the store is in the environment variable ``SPAREHUB_SIMULATOR``.
"""

import logging
import os
import socket
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from threading import Event, Thread

import grpc

from simulator.servicer import Provider
from simulator.stubs import provider_pb2_grpc

DIRECTORY = "SPAREHUB_SIMULATOR"
LOG = "provider.log"
_THREADS = 32
_MESSAGE_LIMIT = 400 * 1024 * 1024  # bytes, as the engine's own
_LOOK_AGAIN = 1.0  # seconds between two looks at the engine
_USAGE = 2


def main() -> None:
    """Serve one engine, until it is gone."""
    if len(sys.argv) < 2:  # noqa: PLR2004  the program and the engine's address
        sys.stderr.write("usage: python -m simulator.provider ENGINE_ADDRESS\n")
        sys.exit(_USAGE)
    directory = os.environ.get(DIRECTORY)
    _log_to(directory)
    provider = Provider(directory, os.environ.get("ARM_SUBSCRIPTION_ID"))
    pool = ThreadPoolExecutor(_THREADS)
    limits = ("grpc.max_receive_message_length", "grpc.max_send_message_length")
    server = grpc.server(pool, options=[(limit, _MESSAGE_LIMIT) for limit in limits])
    provider_pb2_grpc.add_ResourceProviderServicer_to_server(provider, server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    sys.stdout.write(f"{port}\n")
    sys.stdout.flush()
    gone = Event()
    Thread(target=watch, args=(sys.argv[1], gone), daemon=True).start()
    gone.wait()
    provider.cancelled.set()
    server.stop(grace=None)
    pool.shutdown(wait=True)  # what is under way in the store is brought to its end


def watch(engine: str, gone: Event) -> None:
    """Set ``gone`` when nothing listens at the engine's address any more."""
    host, _, port = engine.rpartition(":")
    while True:
        try:
            socket.create_connection((host, int(port)), timeout=_LOOK_AGAIN).close()
        except OSError:
            gone.set()
            return
        gone.wait(_LOOK_AGAIN)


def _log_to(directory: str | None) -> None:
    """Log to a file in the store's directory; what is wrong with that is said at Configure."""
    handler: logging.Handler = logging.NullHandler()
    if directory is not None:
        try:
            Path(directory).mkdir(parents=True, exist_ok=True)
            handler = logging.FileHandler(Path(directory) / LOG)
        except OSError:
            pass
    line = "%(asctime)s %(process)d %(message)s"
    logging.basicConfig(handlers=[handler], level=logging.INFO, format=line)


if __name__ == "__main__":
    main()
