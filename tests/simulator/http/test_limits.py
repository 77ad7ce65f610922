"""The front answers this machine alone, and nobody holds it without end."""

import http.client
import json
import socket
import sqlite3
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from sparehub.simulator.arm.storage.store import FILE
from tests.simulator.arm import bodies
from tests.simulator.http.http_front import TOKEN, Front, run, serving, started

LIMITED = (
    "from pathlib import Path; import sys; from sparehub.simulator.http import server as http; "
    "from sparehub.simulator.http.limits import Limits; "
    "http.serve(Path(sys.argv[1]), 0, limits=Limits(seconds=0.5, connections=4))"
)
HEAD = f"PUT {bodies.GROUP}?api-version=2024-05-01 HTTP/1.1\r\n"


@pytest.fixture
def limited(tmp_path: Path) -> Iterator[Front]:
    """Return a front with small limits: half a second, four connections."""
    with started(run(["-c", LIMITED, str(tmp_path)])) as found:
        yield found


def asked(front: Front, host: str, **more: str) -> tuple[int, str]:
    """Return status and code of the answer to a request for a host."""
    status, _, body = front.send("GET", bodies.GROUP, headers=TOKEN | {"host": host} | more)
    return status, (body.get("error") or {"code": ""})["code"]


@pytest.mark.parametrize("host", ["127.0.0.1", "localhost", "LOCALHOST", "[::1]"])
def test_a_request_names_this_machine(front: Front, host: str) -> None:
    """By any of its loopback names, with the port."""
    assert asked(front, f"{host}:{front.port}") == (200, "")


@pytest.mark.parametrize(
    "host",
    [
        *(
            "evil.example:{}",
            "127.0.0.1",
            "127.0.0.1:1",
            "127.0.0.1.evil.example:{}",
            "10.0.0.1:{}",
        ),
        *("", "[::1", "localhost:{}:1", "user@localhost:{}", "localhost:99999999999"),
    ],
)
def test_a_request_for_another_host_is_refused(front: Front, host: str) -> None:
    """A name that somebody lets resolve to this machine is not this machine's (DNS rebinding)."""
    assert asked(front, host.format(front.port)) == (421, "SimulatorMisdirectedRequest")


def test_a_request_of_a_web_page_is_refused(front: Front) -> None:
    """A browser says by `Origin` where it comes from; no client of Azure sends that."""
    host = f"localhost:{front.port}"
    for origin in ("https://evil.example", f"http://{host}", "null"):
        assert asked(front, host, origin=origin) == (403, "SimulatorOriginRefused")


def test_an_address_that_was_asked_for_is_its_own_host(tmp_path: Path) -> None:
    """`--host 127.0.0.9` is asked for by that address."""
    process = run(
        ["-m", "sparehub.simulator.http.server", "--port", "0", "--host", "127.0.0.9"],
        SPAREHUB_SIMULATOR=str(tmp_path),
    )
    with started(process) as front:
        line = http.client.HTTPConnection("127.0.0.9", front.port, timeout=30)
        line.request("GET", f"{bodies.GROUP}?api-version=2024-05-01", headers=TOKEN)
        assert line.getresponse().status == 404
        line.close()


@pytest.mark.parametrize(
    "sent",
    [
        "",
        HEAD,
        HEAD + "host: 127.0.0.1:{port}\r\nauthorization: Bearer x\r\n",
        HEAD + "host: 127.0.0.1:{port}\r\nauthorization: Bearer x\r\ncontent-length: 99\r\n\r\n{",
        HEAD + "host: 127.0.0.1:{port}\r\ncontent-length: 99\r\n\r\n{",
        HEAD + "host: evil\r\ncontent-length: 99\r\n\r\n{",
    ],
    ids=["nothing", "a line", "headers", "a body", "without a token", "for another host"],
)
def test_the_connection_of_a_slow_client_is_closed(limited: Front, sent: str) -> None:
    """A byte now and then, of any part of a request, answered or not; nothing is written."""
    begun = time.monotonic()
    with socket.create_connection(("127.0.0.1", limited.port), timeout=10) as line:
        line.sendall(sent.replace("{port}", str(limited.port)).encode())
        line.settimeout(0.1)
        while _is_open(line):
            assert time.monotonic() - begun < 10
    assert limited.send("GET", bodies.GROUP)[0] == 404


def _is_open(line: socket.socket) -> bool:
    """Send one more byte, and take what there is; return whether the other end is there."""
    try:
        line.sendall(b"x")
        return bool(line.recv(65536))
    except TimeoutError:
        return True
    except OSError:
        return False


def test_a_client_in_time_keeps_its_connection(limited: Front) -> None:
    """The twin: one connection, several requests, longer than one of them may take."""
    line = http.client.HTTPConnection("127.0.0.1", limited.port, timeout=10)
    begun = time.monotonic()
    while time.monotonic() - begun < 1.0:
        line.request("GET", f"{bodies.GROUP}?api-version=2024-05-01", headers=TOKEN)
        assert json.loads(line.getresponse().read())["error"]["code"] == "ResourceGroupNotFound"
    line.close()


def test_more_connections_than_may_be_are_closed(limited: Front) -> None:
    """Those that are there are served, and so is the next once they are gone."""
    lines = [socket.create_connection(("127.0.0.1", limited.port), timeout=10) for _ in range(4)]
    with socket.create_connection(("127.0.0.1", limited.port), timeout=10) as more:
        assert not _is_open(more)
    for each in lines:
        each.close()
    assert limited.send("PUT", *bodies.group())[0] == 201


WRONG_BODIES: dict[str, str | bytes] = {
    "half a character": '{"tags": {"a": "\\ud800"}}',
    "half a character as a key": '{"tags": {"\\udfff": "a"}}',
    "half a character in a list": '{"properties": {"a": ["\\ud800"]}}',
    "half a character in bytes": b'{"tags": {"a": "\xed\xa0\x80"}}',
    "half a character as a name": '{"properties": {"subnets": [{"name": "a\\ud800"}]}}',
    "an endless list": '{"tags": {"a": ' + "[" * 70 + "]" * 70 + "}}",
    "a deep list": '{"tags": {"a": ' + "[" * 900 + "]" * 900 + "}}",
    "a number too large": '{"tags": {"a": 1e999}}',
    "a number of 5,000 digits": '{"tags": {"a": ' + "1" * 5000 + "}}",
    "a number beyond 64 bits": '{"tags": {"a": 9223372036854775808}}',
    "no number": '{"tags": {"a": NaN}}',
}


@pytest.mark.parametrize("name", WRONG_BODIES)
def test_bodies_that_cannot_be_stored_are_refused(front: Front, name: str) -> None:
    """400 InvalidRequestContent, nothing is stored, and lists are answered."""
    text = WRONG_BODIES[name]
    content = text if isinstance(text, bytes) else text.encode()
    content = content.replace(b"{", b'{"location": "eastasia", ', 1)
    group = bodies.GROUP.replace("rg", "wrong")
    for path in (group, f"{bodies.NETWORK}/virtualNetworks/wrong"):
        status, _, body = front.send("PUT", path, content)
        assert (status, body["error"]["code"]) == (400, "InvalidRequestContent")
        assert front.send("GET", path)[0] == 404
    assert front.send("GET", bodies.GROUP.rpartition("/")[0])[0] == 200


@pytest.mark.parametrize("name", ["a%00", "a%1b", "a%0a", "%ed%a0%80", "a%3f", "a%23b", "a%20b"])
def test_a_name_that_cannot_be_stored_is_refused(front: Front, name: str) -> None:
    """Of a group and of a network; nothing is stored."""
    for path in (bodies.GROUP.replace("rg", name), f"{bodies.NETWORK}/virtualNetworks/{name}"):
        status, _, body = front.send("PUT", path, {"location": "eastasia"})
        assert (400 <= status < 500, "error" in body) == (True, True)
    names = front.send("GET", bodies.GROUP.rpartition("/")[0])[2]["value"]
    assert [each["name"] for each in names] == ["rg"]


def test_a_store_that_holds_half_a_character_still_answers_lists(tmp_path: Path) -> None:
    """One of an older version, which took it."""
    with serving(tmp_path) as front:
        front.send("PUT", *bodies.group())
    with sqlite3.connect(tmp_path / FILE) as store:
        store.execute(
            "UPDATE resources SET document = json_set(document, '$.tags', json(?))",
            ['{"a": "\\ud800"}'],
        )
    store.close()
    with serving(tmp_path) as front:
        status, _, body = front.send("GET", bodies.GROUP.rpartition("/")[0])

    assert (status, body["value"][0]["tags"]) == (200, {"a": "\ud800"})
