"""The HTTP front: what it adds to the core is a host, a token and an end."""

import http.client
import signal
import socket
from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.faults import FaultRequest
from tests.simulator.arm import bodies
from tests.simulator.arm.arm_client import Arm
from tests.simulator.http.http_front import TOKEN, Front, run, serving, start, started

NOBODY = {"content-type": "application/json"}


def test_a_request_without_a_token_gets_azures_401(front: Front) -> None:
    """Without an Authorization header ARM answers 401 AuthenticationFailed."""
    status, headers, body = front.send("GET", bodies.GROUP, headers=NOBODY)
    message = "Authentication failed. The 'Authorization' header is missing."
    error = {"code": "AuthenticationFailed", "message": message, "details": []}
    assert (status, body) == (401, {"error": error})
    assert headers["www-authenticate"].startswith("Bearer")


@pytest.mark.parametrize("header", ["Basic YTpi", "Bearer", "Bearer  ", "token"])
def test_a_header_without_a_bearer_token_is_refused(front: Front, header: str) -> None:
    """Another scheme, or a scheme without a token, is 401 AuthenticationFailedInvalidHeader."""
    status, _, body = front.send("GET", bodies.GROUP, headers={"authorization": header})
    assert (status, body["error"]["code"]) == (401, "AuthenticationFailedInvalidHeader")


def test_any_token_and_any_guid_as_subscription_are_accepted(front: Front) -> None:
    """A group can be made in any subscription, with any bearer token."""
    path = "/subscriptions/12345678-1234-1234-1234-123456789abc/resourceGroups/rg"
    header = {"authorization": "bearer x"}
    status, _, body = front.send("PUT", path, {"location": "eastasia"}, headers=header)
    assert (status, body["id"], body["location"]) == (201, path, "eastasia")


def test_operations_are_polled_on_the_host_that_was_asked(front: Front) -> None:
    """Azure-AsyncOperation and Location lead back to the front and can be followed."""
    front.send("PUT", *bodies.group())
    _, headers, _ = front.send("PUT", *bodies.virtual_network("polled", "10.0.0.0/24"))
    address = headers["azure-asyncoperation"]
    assert address.startswith(f"{front.address}/subscriptions/")
    path, _, query = address.removeprefix(front.address).partition("?")
    assert front.send("GET", path, query=query)[::2] == (200, {"status": "Succeeded"})


def test_a_huge_body_is_refused_without_being_kept(front: Front) -> None:
    """Of a body above 4 MB no more than that is read: 413 RequestContentTooLarge."""
    front.send("PUT", *bodies.group())
    path, _ = bodies.virtual_network("huge", "10.0.0.0/24")
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
    connection.putrequest("PUT", f"{path}?api-version=2024-05-01")
    connection.putheader("authorization", "Bearer x")
    connection.putheader("content-length", str(64 * 1024 * 1024))
    connection.endheaders()
    connection.send(b" " * (4 * 1024 * 1024 + 2))
    answer = connection.getresponse()
    assert (answer.status, b"RequestContentTooLarge" in answer.read()) == (413, True)
    connection.close()
    assert front.send("GET", path)[0] == 404


@pytest.mark.parametrize("body", [b"{", b"\xff\xfe", b'{"a":1,"a":2}', b"[" * 100_000])
def test_a_malformed_body_is_azures_refusal(front: Front, body: bytes) -> None:
    """What is not JSON, or has a member twice, is 400 InvalidRequestContent."""
    path, _ = bodies.group()
    status, _, answer = front.send("PUT", path, body)
    assert (status, answer["error"]["code"]) == (400, "InvalidRequestContent")


def test_a_client_over_http_cannot_set_when_it_was_configured(front: Front) -> None:
    """The header by which our provider says so is not taken from others."""
    headers = TOKEN | {"x-sparehub-configured": "nonsense"}
    assert front.send("PUT", *bodies.group(), headers=headers)[0] in (200, 201)


@pytest.mark.parametrize("method", ["TRACE", "OPTIONS", "CONNECT", "FROBNICATE"])
def test_an_unknown_method_is_refused(front: Front, method: str) -> None:
    """Any other method is 405 with ARM's error body."""
    front.send("PUT", *bodies.group())
    status, _, body = front.send(method, bodies.GROUP)
    assert (status, body["error"]["code"]) == (405, "MethodNotAllowed")


def test_a_truncated_request_leaves_no_trace(front: Front) -> None:
    """A client that goes away in the middle of a body has written nothing."""
    path = bodies.GROUP.replace("rg", "cut-off")
    with socket.create_connection(("127.0.0.1", front.port)) as line:
        head = f"PUT {path}?api-version=2024-05-01 HTTP/1.1\r\nhost: localhost:{front.port}\r\n"
        line.sendall(f"{head}authorization: Bearer x\r\ncontent-length: 99\r\n\r\n{{".encode())
    assert front.send("GET", path)[0] == 404


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_it_stops_cleanly_on_a_signal(tmp_path: Path, number: signal.Signals) -> None:
    """SIGINT and SIGTERM end the server with exit code 0, and without a traceback."""
    with serving(tmp_path) as front:
        front.send("PUT", *bodies.group())
        assert front.stop(number) == (0, "")


def test_a_killed_server_leaves_a_store_that_has_what_was_answered(tmp_path: Path) -> None:
    """After ``kill -9`` the store opens and holds every write that was answered."""
    with serving(tmp_path) as front:
        front.send("PUT", *bodies.group())
        made = [f"net-{number}" for number in range(5)]
        for name in made:
            assert front.send("PUT", *bodies.virtual_network(name, "10.0.0.0/24"))[0] == 201
        front.process.kill()
        front.process.wait()
    arm = Arm(tmp_path, Azure(tmp_path))
    found = arm.get(f"{bodies.NETWORK}/virtualNetworks")["value"]
    assert [each["name"] for each in found] == made
    arm.azure.store.close()


@pytest.mark.parametrize("host", ["0.0.0.0", "192.0.2.1", "::", "example.org"])  # noqa: S104  refused
def test_it_serves_this_machine_only(tmp_path: Path, host: str) -> None:
    """An address that is not a loopback address is refused in one line."""
    process = start(tmp_path, "--port", "0", "--host", host)
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.count("\n"), host in said) == (1, 1, True)


def test_a_taken_port_is_refused_in_one_line(tmp_path: Path) -> None:
    """A port that somebody else listens on is named, and another one asked for."""
    with serving(tmp_path) as front:
        process = start(tmp_path, "--port", str(front.port))
        _, said = process.communicate(timeout=30)
    assert (process.returncode, said.count("\n"), str(front.port) in said) == (1, 1, True)


def test_a_damaged_store_is_refused_in_one_line(tmp_path: Path) -> None:
    """A file that is not a store is named and left as it is."""
    file = tmp_path / "azure.sqlite"
    file.write_bytes(b"no store" * 100)
    process = start(tmp_path, "--port", "0")
    _, said = process.communicate(timeout=30)
    assert (process.returncode, said.count("\n"), "damaged" in said) == (1, 1, True)
    assert file.read_bytes() == b"no store" * 100


def test_every_request_needs_a_token(front: Front) -> None:
    """A token on one request does not count on the next one of the same connection."""
    connection = http.client.HTTPConnection("127.0.0.1", front.port, timeout=30)
    found = []
    for headers in (TOKEN, {}):
        connection.request("GET", f"{bodies.GROUP}-none?api-version=2024-05-01", None, headers)
        answer = connection.getresponse()
        answer.read()
        found.append(answer.status)
    connection.close()
    assert found == [404, 401]


def test_the_command_serves_the_store_of_its_home(tmp_path: Path) -> None:
    """``sparehub simulate serve`` names its target, serves it, and stops on a signal."""
    program = "from sparehub.cli.app import main; main()"
    command = ["-c", program, "simulate", "serve", "--port", "0"]
    with started(run(command, SPAREHUB_HOME=str(tmp_path))) as front:
        assert front.send("PUT", *bodies.group())[0] == 201
        assert front.stop() == (0, "")


def test_transport_faults_reach_the_client(tmp_path: Path) -> None:
    """A lost answer, a reset and a cut-off answer are what a client of HTTP sees of them."""
    with serving(tmp_path) as front:
        front.send("PUT", *bodies.group())
        control.add_fault(tmp_path, FaultRequest("transport", "", "", 0, 5))
        control.add_fault(tmp_path, FaultRequest("lost-response", "", "", 5, 1))
        found = [_attempt(front, f"net-{number}") for number in range(7)]
        made = front.send("GET", f"{bodies.NETWORK}/virtualNetworks")[2]["value"]
    assert found == [
        "500",
        "502",
        "504",
        "ConnectionError",
        "IncompleteRead",
        "ConnectionError",
        "201",
    ]
    # After 504, a cut-off and a lost answer Azure has done what was asked.
    assert [each["name"] for each in made] == ["net-2", "net-4", "net-5", "net-6"]


def _attempt(front: Front, name: str) -> str:
    try:
        return str(front.send("PUT", *bodies.virtual_network(name, "10.0.0.0/24"))[0])
    except http.client.IncompleteRead:
        return "IncompleteRead"
    except ConnectionError:
        return "ConnectionError"
