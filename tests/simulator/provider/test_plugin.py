"""The provider as a process: its port, its end, its errors; several of them at once."""

import os
import socket
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path

import grpc
import pytest
from google.protobuf.empty_pb2 import Empty

from sparehub.simulator import control
from sparehub.simulator.arm.storage.store import FILE, VERSION
from sparehub.simulator.provider import struct_codec
from sparehub.simulator.provider.stubs import provider_pb2, provider_pb2_grpc
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import SUBSCRIPTION, circuit, group
from tests.simulator.provider.protocol_client import urn

TABLES = 20


@contextmanager
def _engine() -> Iterator[str]:
    """Listen as an engine does; the address is dead when the block is left."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield f"127.0.0.1:{listening.getsockname()[1]}"


@contextmanager
def _provider(
    engine: str, directory: Path | None
) -> Iterator[tuple[subprocess.Popen[str], provider_pb2_grpc.ResourceProviderStub]]:
    """Start a provider process as the engine does, and connect to the port that it prints."""
    environment = {**os.environ, "SPAREHUB_SIMULATOR": str(directory)}
    if directory is None:
        del environment["SPAREHUB_SIMULATOR"]
    command = [sys.executable, "-m", "sparehub.simulator.provider.plugin", engine]
    with subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        port = int(process.stdout.readline())
        with grpc.insecure_channel(f"127.0.0.1:{port}") as channel:
            yield process, provider_pb2_grpc.ResourceProviderStub(channel)
        process.kill()


def _table(name: str) -> provider_pb2.CreateRequest:
    """Return the request for a route table."""
    inputs = {"resourceGroupName": "rg", "routeTableName": name, "location": "eastasia"}
    return provider_pb2.CreateRequest(
        urn=urn("network:RouteTable", name), properties=struct_codec.write(inputs)
    )


def _configure(directory: Path | None) -> grpc.RpcError:
    """Return how Configure fails."""
    with (
        _engine() as engine,
        _provider(engine, directory) as (_, stub),
        pytest.raises(grpc.RpcError) as caught,
    ):
        stub.Configure(provider_pb2.ConfigureRequest())
    return caught.value


def _refused(directory: Path) -> str:
    """Return what Configure says of a store that it cannot use; the file stays as it is."""
    before = (directory / FILE).read_bytes()
    error = _configure(directory)
    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert (directory / FILE).read_bytes() == before
    message = str(error.details())
    assert "\n" not in message
    return message


def test_it_ends_when_its_engine_is_gone(tmp_path: Path) -> None:
    """Nothing listens at the engine's address any more: the process ends well, by itself."""
    with ExitStack() as provider:
        with _engine() as engine:
            process, stub = provider.enter_context(_provider(engine, tmp_path))
            assert stub.GetPluginInfo(Empty()).version == "3.29.0"
            assert process.poll() is None

        assert process.wait(timeout=10) == 0


def test_it_finishes_what_is_under_way_when_its_engine_is_gone(tmp_path: Path) -> None:
    """A gateway that would take a quarter of an hour is in Azure; only the wait for it ends."""
    Arm(tmp_path).put(*group())
    control.set_clock(tmp_path, "1")
    with ExitStack() as provider:
        with _engine() as engine:
            process, stub = provider.enter_context(_provider(engine, tmp_path))
            variables = {"azure-native:config:subscriptionId": SUBSCRIPTION.rpartition("/")[2]}
            stub.Configure(provider_pb2.ConfigureRequest(variables=variables))
            call = stub.Create.future(_table("table"))
            while not any("table" in entry.path for entry in control.read_log(tmp_path)):
                assert not call.done()

        assert process.wait(timeout=10) == 0

    kinds = [kind for _, kind, _ in control.resources(tmp_path)]
    assert kinds == ["Microsoft.Resources/resourceGroups", "Microsoft.Network/routeTables"]


def test_cancel_gets_through_while_all_threads_wait(tmp_path: Path) -> None:
    """Every waiting call then ends at once; what it made is in the details of its error."""
    Arm(tmp_path).put(*group())
    control.set_clock(tmp_path, "1")
    with _engine() as engine, _provider(engine, tmp_path) as (_, stub):
        variables = {"azure-native:config:subscriptionId": SUBSCRIPTION.rpartition("/")[2]}
        stub.Configure(provider_pb2.ConfigureRequest(variables=variables))
        names = [f"table{number}" for number in range(40)]
        calls = [stub.Create.future(_table(name)) for name in names]
        while sum("table" in entry.path for entry in control.read_log(tmp_path)) < 32:
            assert not any(call.done() for call in calls)
        stub.Cancel(Empty())
        codes = {call.code() for call in calls}
        details = [dict(call.trailing_metadata())["grpc-status-details-bin"] for call in calls]

    assert codes == {grpc.StatusCode.DEADLINE_EXCEEDED}
    assert [
        f"/routeTables/{name}".encode() in each for name, each in zip(names, details, strict=True)
    ] == ([True] * len(names))


def test_a_store_that_is_damaged_later_is_refused(tmp_path: Path) -> None:
    """A call says so as cleanly as Configure does: the engine does not doubt its resources."""
    with _engine() as engine, _provider(engine, tmp_path) as (_, stub):
        stub.Configure(provider_pb2.ConfigureRequest())
        with closing(sqlite3.connect(tmp_path / FILE)) as connection:
            connection.execute("DROP TABLE settings")
        with pytest.raises(grpc.RpcError) as caught:
            stub.Create(_table("table"))

    assert caught.value.code() is grpc.StatusCode.FAILED_PRECONDITION


def test_a_method_that_the_provider_has_not(tmp_path: Path) -> None:
    """The engine gets the error by gRPC."""
    with (
        _engine() as engine,
        _provider(engine, tmp_path) as (_, stub),
        pytest.raises(grpc.RpcError) as caught,
    ):
        stub.GetSchema(provider_pb2.GetSchemaRequest())

    assert caught.value.code() is grpc.StatusCode.UNIMPLEMENTED


def test_it_says_where_the_store_should_be() -> None:
    """Without the environment variable, Configure says what to run."""
    error = _configure(None)

    assert (error.code(), error.details()) == (
        grpc.StatusCode.FAILED_PRECONDITION,
        (
            "SPAREHUB_SIMULATOR does not say where the simulated Azure is; "
            'run `eval "$(sparehub simulate env)"`'
        ),
    )


def test_a_damaged_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """One line says what, where, and what to do; reset then makes an empty one."""
    (tmp_path / FILE).write_bytes(b"not a database, but long enough to look like one" * 100)

    message = _refused(tmp_path)

    assert message == (
        f"simulated Azure at {tmp_path / FILE}: is damaged (file is not a database); "
        "`sparehub simulate reset` makes an empty one"
    )
    control.reset(tmp_path)
    assert control.resources(tmp_path) == []


def test_a_store_with_a_damaged_page_is_refused(tmp_path: Path) -> None:
    """Damage beyond the header is found, too."""
    arm = Arm(tmp_path)
    arm.connected()
    arm.azure.store.close()
    content = bytearray((tmp_path / FILE).read_bytes())
    content[4096:8192] = b"\xa5" * 4096
    (tmp_path / FILE).write_bytes(content)

    assert "is damaged" in _refused(tmp_path)


def test_a_newer_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """Its version is named."""
    Arm(tmp_path).azure.store.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 7")
    connection.close()

    assert _refused(tmp_path) == (
        f"simulated Azure at {tmp_path / FILE}: is of version 7, newer than this program's "
        f"{VERSION}; update Sparehub, or `sparehub simulate reset` makes an empty one"
    )


def test_an_older_store_is_refused_and_left_as_it_is(tmp_path: Path) -> None:
    """A rehearsal is made anew in minutes: stores are not carried over."""
    Arm(tmp_path).azure.store.close()
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("PRAGMA user_version = 1")
    connection.close()

    assert _refused(tmp_path) == (
        f"simulated Azure at {tmp_path / FILE}: is of version 1, older than this program's "
        f"{VERSION}; `sparehub simulate reset` makes an empty one"
    )


def test_a_database_of_another_program_is_refused(tmp_path: Path) -> None:
    """An SQLite file that the simulator did not make is not touched."""
    with sqlite3.connect(tmp_path / FILE) as connection:
        connection.execute("CREATE TABLE theirs (x)")
    connection.close()

    assert "is an SQLite file of another program" in _refused(tmp_path)


def test_a_directory_that_cannot_be_made_is_refused(tmp_path: Path) -> None:
    """Here a file is in the way."""
    (tmp_path / "file").touch()

    error = _configure(tmp_path / "file" / "store")

    assert error.code() is grpc.StatusCode.FAILED_PRECONDITION
    assert error.details() == (
        f"simulated Azure at {tmp_path / 'file' / 'store' / FILE}: cannot be written "
        "(Not a directory); choose a directory you can write (SPAREHUB_HOME)"
    )


def test_two_providers_write_at_once(tmp_path: Path) -> None:
    """Every write of both is there, none is lost and none fails."""
    arm = Arm(tmp_path)
    arm.put(*group())

    def write(name: str) -> list[str]:
        with _engine() as engine, _provider(engine, tmp_path) as (_, stub):
            variables = {"azure-native:config:subscriptionId": f"{'0' * 8}-0000-0000-0000-{1:012}"}
            stub.Configure(provider_pb2.ConfigureRequest(variables=variables))
            made = []
            for number in range(TABLES):
                inputs = {"resourceGroupName": "rg", "routeTableName": f"{name}{number}"}
                properties = struct_codec.write(inputs | {"location": "eastasia"})
                token = urn("network:RouteTable", f"{name}{number}")
                request = provider_pb2.CreateRequest(urn=token, properties=properties)
                made.append(stub.Create(request).id)
            return made

    with ThreadPoolExecutor(2) as pool:
        made = [identity for each in pool.map(write, ["a", "b"]) for identity in each]

    there = [identity for identity, kind, _ in control.resources(tmp_path) if "routeTables" in kind]
    assert sorted(made) == sorted(there)
    assert len(made) == 2 * TABLES
    assert [entry.outcome for entry in arm.log()] == ["Succeeded"] * (2 * TABLES + 1)


def test_a_write_of_a_killed_process_happened_or_did_not(tmp_path: Path) -> None:
    """A transaction that was under way when its process was killed is undone."""
    arm = Arm(tmp_path)
    arm.put(*group())
    before = arm.dump()
    script = (
        "import os, sys; from pathlib import Path\n"
        "from sparehub.simulator.arm.storage.store import Store\n"
        "with Store(Path(sys.argv[1])).transaction(write=True) as transaction:\n"
        "    transaction.remove(transaction.all_resources()[0].key)\n"
        "    os.kill(os.getpid(), 9)\n"
    )

    killed = subprocess.run([sys.executable, "-c", script, str(tmp_path)], check=False)

    assert killed.returncode == -9
    assert arm.dump() == before
    arm.put(*circuit("circuit"))


def test_the_provider_logs_to_a_file(tmp_path: Path) -> None:
    """Its standard output holds the port and nothing else."""
    with _engine() as engine, _provider(engine, tmp_path) as (process, stub):
        with pytest.raises(grpc.RpcError):
            stub.Invoke(provider_pb2.InvokeRequest(tok="azure-native:network:getNatGateway"))
        process.kill()
        rest = process.communicate()[0]

    assert rest == ""
    logged = (tmp_path / "provider.log").read_text()
    assert "the provider is not configured" in logged


def test_the_provider_needs_the_engines_address() -> None:
    """Called by hand it says how it is called."""
    command = [sys.executable, "-m", "sparehub.simulator.provider.plugin"]

    called = subprocess.run(command, capture_output=True, text=True, check=False)

    usage = "usage: python -m sparehub.simulator.provider.plugin ENGINE_ADDRESS\n"
    assert (called.returncode, called.stdout, called.stderr) == (2, "", usage)


def test_install_provider_writes_what_the_engine_looks_for(tmp_path: Path) -> None:
    """An executable of the name that the engine looks for on PATH; it works from anywhere."""
    script = control.install_provider(tmp_path / "bin", Path(sys.executable))

    with (
        _engine() as engine,
        subprocess.Popen(
            [script, engine],
            cwd="/",
            env={"SPAREHUB_SIMULATOR": str(tmp_path)},
            stdout=subprocess.PIPE,
            text=True,
        ) as process,
    ):
        assert process.stdout is not None
        port = int(process.stdout.readline())
        process.kill()

    assert script.name == "pulumi-resource-azure-native"
    assert port > 0
