"""Write rate of the local Azure through its provider, at several sizes of its store.

``python -m benchmarks.simulator_speed`` prints the rows; it ends with exit code 1 where one misses
its target.
"""

import asyncio
import os
import socket
import subprocess
import sys
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter
from typing import Any

import grpc

from sparehub.simulator.arm.http_messages import Request
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.provider import struct_codec
from sparehub.simulator.provider.stubs import provider_pb2, provider_pb2_grpc

SUBSCRIPTION = "00000000-0000-0000-0000-000000000001"
SIZES = (100, 1_000, 10_000)
WRITES = 600
"""How many writes are measured at each size."""
PARALLEL = 8
"""How many of them are under way at once: the engine runs four for each core."""
_ROOT = f"/subscriptions/{SUBSCRIPTION}/resourceGroups"
_LEAST_WRITES = 500.0
_MOST_SECONDS = 0.7
_MOST_MEGABYTES = 150.0
_MOST_GROWTH = 1.25
_RUNS = 3
_STARTS = 3

Write = tuple[str, str, dict[str, Any]]


@dataclass(frozen=True)
class Row:
    """One measured figure and its target."""

    what: str
    value: float
    unit: str
    bound: float | None = None
    at_least: bool = False

    @property
    def reached(self) -> bool:
        """Whether the target is reached."""
        if self.bound is None:
            return True
        return self.value >= self.bound if self.at_least else self.value <= self.bound

    def __str__(self) -> str:
        text = f"{self.what}: {self.value:.2f} {self.unit}".rstrip()
        if self.bound is None:
            return text
        side = "at least" if self.at_least else "at most"
        return f"{text}, to be {side} {self.bound:g}: {'reached' if self.reached else 'MISSED'}"


def spoke(number: int, group: str, hub: str) -> Iterator[list[Write]]:
    """Return the writes of a spoke in waves: those of one wave do not wait for each other."""
    name = f"spoke{number}"
    second, third = divmod(number, 256)
    address = f"10.{second}.{third}"
    names = {"resourceGroupName": group, "location": "eastasia"}
    route = {"name": "all", "addressPrefix": "0.0.0.0/0", "nextHopType": "VirtualAppliance"}
    routes = [route | {"nextHopIpAddress": "172.16.0.4"}]
    space = {"addressSpace": {"addressPrefixes": [f"{address}.0/24"]}}
    yield [
        ("network:RouteTable", f"rt{number}", names | {"routes": routes}),
        ("network:VirtualNetwork", name, names | space),
    ]
    for index, part in enumerate(("a", "b")):
        subnet = {"virtualNetworkName": name, "resourceGroupName": group}
        prefix = {"addressPrefix": f"{address}.{index * 64}/26"}
        yield [("network:Subnet", part, subnet | prefix)]
    yield [("network:VirtualNetworkPeering", f"to-{name}", _peering(group, hub, name))]
    yield [("network:VirtualNetworkPeering", "to-hub", _peering(group, name, hub))]


def _peering(group: str, local: str, remote: str) -> dict[str, Any]:
    there = f"{_ROOT}/{group}/providers/Microsoft.Network/virtualNetworks/{remote}"
    return {
        "resourceGroupName": group,
        "virtualNetworkName": local,
        "remoteVirtualNetwork": {"id": there},
        "allowForwardedTraffic": True,
    }


class Engine:
    """A provider process, as the engine has one, and a connection to it."""

    def __init__(self, directory: Path) -> None:
        self._listening = socket.create_server(("127.0.0.1", 0))
        address = f"127.0.0.1:{self._listening.getsockname()[1]}"
        environment = os.environ | {"SPAREHUB_SIMULATOR": str(directory)}
        environment["ARM_SUBSCRIPTION_ID"] = SUBSCRIPTION
        started = perf_counter()
        self._process = subprocess.Popen(  # noqa: S603  our own provider
            [sys.executable, "-m", "sparehub.simulator.provider.plugin", address],
            env=environment,
            stdout=subprocess.PIPE,
            text=True,
        )
        port = int(self._process.stdout.readline()) if self._process.stdout else 0
        self._address = f"127.0.0.1:{port}"
        with grpc.insecure_channel(self._address) as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)
            stub.Configure(provider_pb2.ConfigureRequest())
        self.start_seconds = perf_counter() - started

    @property
    def megabytes(self) -> float:
        """Peak memory of the process in MB; zero where there is no /proc."""
        status = Path(f"/proc/{self._process.pid}/status")
        lines = status.read_text(encoding="ascii").splitlines() if status.exists() else []
        kilobytes = next((line.split()[1] for line in lines if line.startswith("VmHWM")), "0")
        return int(kilobytes) / 1000

    @property
    def processor_seconds(self) -> float:
        """Processor time of the process in seconds; zero where there is no /proc."""
        status = Path(f"/proc/{self._process.pid}/stat")
        if not status.exists():
            return 0.0
        fields = status.read_text(encoding="ascii").rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def create(self, waves: Iterable[Sequence[Write]]) -> None:
        """Check and create the resources of each wave, some at once, before those of the next."""
        asyncio.run(self._create(waves))

    async def _create(self, waves: Iterable[Sequence[Write]]) -> None:
        # One thread for all calls: the client is not to take the provider's processor time.
        turns = asyncio.Semaphore(PARALLEL)
        async with grpc.aio.insecure_channel(self._address) as channel:
            stub = provider_pb2_grpc.ResourceProviderStub(channel)

            async def create(write: Write) -> None:
                token, name, inputs = write
                urn = f"urn:pulumi:test::project::azure-native:{token}::{name}"
                news = struct_codec.write(inputs | _named(token, name))
                async with turns:
                    checked = await stub.Check(
                        provider_pb2.CheckRequest(urn=urn, news=news, randomSeed=b"seed")
                    )
                    request = provider_pb2.CreateRequest(urn=urn, properties=checked.inputs)
                    await stub.Create(request)

            for wave in waves:
                await asyncio.gather(*map(create, wave))

    def close(self) -> None:
        """End the process."""
        self._process.kill()
        self._process.wait()
        self._listening.close()


def _named(token: str, name: str) -> dict[str, str]:
    """Return the input that names a resource, so that it gets no random suffix."""
    kind = token.partition(":")[2]
    return {f"{kind[0].lower()}{kind[1:]}Name": name}


@contextmanager
def engine(directory: Path) -> Iterator[Engine]:
    """Run a provider for as long as the block runs."""
    running = Engine(directory)
    try:
        yield running
    finally:
        running.close()


def fill(directory: Path, resources: int) -> None:
    """Put resources into the store, in groups of 100, without the provider."""
    azure = Azure(directory)
    names = count()
    remaining = resources
    while remaining > 0:
        number = next(names)
        group = f"{_ROOT}/fill{number}"
        _put(azure, group, {"location": "eastasia"})
        for index in range(min(remaining, 99)):
            table = f"{group}/providers/Microsoft.Network/routeTables/rt{index}"
            _put(azure, table, {"location": "eastasia", "properties": {}})
        remaining -= 100
    azure.store.close()


def _put(azure: Azure, path: str, body: dict[str, Any]) -> None:
    content = repr(body).replace("'", '"').encode()
    query = {"api-version": "2024-05-01"}
    answer = azure.handle(Request(method="PUT", path=path, query=query, body=content))
    if answer.status >= 400:  # noqa: PLR2004  HTTP's errors
        raise RuntimeError(answer.body)


@dataclass(frozen=True)
class Pace:
    """How fast one provider created resources, and its peak memory."""

    a_second: float
    a_processor_second: float
    megabytes: float


def pace(directory: Path, group: str) -> Pace:
    """Measure how fast a provider creates resources in a new group of a filled store."""
    here = {"resourceGroupName": group, "location": "eastasia"}
    space = {"addressSpace": {"addressPrefixes": ["172.16.0.0/24"]}}
    spokes = [list(spoke(number, group, "hub")) for number in range(WRITES // 6)]
    waves = [[write for part in wave for write in part] for wave in zip(*spokes, strict=True)]
    with engine(directory) as running:
        running.create(
            [
                [("resources:ResourceGroup", group, {"location": "eastasia"})],
                [("network:VirtualNetwork", "hub", here | space)],
            ]
        )
        started, before = perf_counter(), running.processor_seconds
        running.create(waves)
        taken = running.processor_seconds - before
        seconds = perf_counter() - started
        return Pace(WRITES / seconds, WRITES / taken if taken else 0.0, running.megabytes)


def measure() -> list[Row]:
    """Return every figure."""
    rows: list[Row] = []
    paces: dict[int, Pace] = {}
    for size in SIZES:
        with TemporaryDirectory() as name:
            directory = Path(name)
            fill(directory, size)
            runs = [pace(directory, f"rg{number}") for number in range(_RUNS)]
        # The best: what else runs on the machine can only slow a run down.
        paces[size] = max(runs, key=lambda run: run.a_second)
        last = size == SIZES[-1]
        bound = _LEAST_WRITES if last else None
        what = f"writes a second, {size} resources in the store"
        rows.append(Row(what, paces[size].a_second, "", bound, at_least=True))
        what = "  of them in a second of the provider's processor time"
        rows.append(Row(what, paces[size].a_processor_second, ""))
    few, many = paces[SIZES[0]], paces[SIZES[-1]]
    # Processor time, where it is known, does not depend on the load of the machine.
    slower = few.a_second / many.a_second
    if many.a_processor_second:
        slower = few.a_processor_second / many.a_processor_second
    what = f"time of a write at {SIZES[-1]} resources, of that at {SIZES[0]}"
    rows.append(Row(what, slower, "", _MOST_GROWTH))
    with TemporaryDirectory() as name:
        starts = [_start(Path(name)) for _ in range(_STARTS)]
    rows.append(Row("start of the provider", min(starts), "s", _MOST_SECONDS))
    megabytes = max(pace.megabytes for pace in paces.values())
    rows.append(Row("memory of the provider at its peak", megabytes, "MB", _MOST_MEGABYTES))
    return rows


def _start(directory: Path) -> float:
    with engine(directory) as running:
        return running.start_seconds


def main(rows: Iterable[Row] | None = None) -> int:
    """Print the rows; return the exit code."""
    figures = list(measure() if rows is None else rows)
    for row in figures:
        sys.stdout.write(f"{row}\n")
    return 0 if all(row.reached for row in figures) else 1


if __name__ == "__main__":
    sys.exit(main())
