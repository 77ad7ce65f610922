"""The front answers any bytes or closes the connection, and continues."""

import json
import socket

from hypothesis import given, settings
from hypothesis import strategies as st

from tests.simulator.arm import bodies
from tests.simulator.http.http_front import Front

_PATHS = st.lists(
    st.sampled_from(
        [
            bodies.GROUP,
            bodies.NETWORK,
            "virtualNetworks/hub",
            "subnets",
            "%2e%2e",
            "%00",
            "%ed%a0%80",
            "%0a",
            "%1b",
            "%3f",
            "%23",
            "%",
            "é",
            "a" * 3000,
            "?api-version=2024-05-01",
            "?api-version=x&api-version=y",
            "?$filter='",
            "//",
        ]
    ),
    max_size=5,
).map("/".join)
_LINES = st.sampled_from(
    [
        "authorization: Bearer x",
        "authorization: Basic x",
        "content-type: text/plain",
        "content-length: 5",
        "content-length: -1",
        "transfer-encoding: chunked",
        "if-match: *",
        'if-match: W/"x"',
        "host: example.org",
        "host: localhost:1",
        "origin: https://example.org",
        "host: [",
        "x-sparehub-configured: nonsense",
        "expect: 100-continue",
        "no header at all",
        "upgrade: websocket",
    ]
)
_METHODS = st.sampled_from(
    ["GET", "PUT", "DELETE", "PATCH", "POST", "HEAD", "OPTIONS", "TRACE", "CONNECT", "get", ""]
)
_BODIES = st.sampled_from(
    [
        *(b"", b"{}", b"null", b"5\r\n{", b"\xff" * 40, b"0\r\n\r\n", b"[" * 70, b"1" * 5000),
        *(b'{"tags": {"a": "\\ud800"}}', b'{"tags": {"a": 1e999}}'),
    ]
)


@settings(max_examples=150)
@given(method=_METHODS, path=_PATHS, lines=st.lists(_LINES, max_size=5, unique=True), body=_BODIES)
def test_any_request_is_answered_or_its_connection_closed(
    front: Front, method: str, path: str, lines: list[str], body: bytes
) -> None:
    """No request ends in a 5xx, and the next one is served."""
    head = "\r\n".join([f"{method} /{path.lstrip('/')} HTTP/1.1", *lines, "connection: close"])
    with socket.create_connection(("127.0.0.1", front.port), timeout=10) as line:
        line.sendall(head.encode() + b"\r\n\r\n" + body)
        line.shutdown(socket.SHUT_WR)
        answer = _read(line)
    if answer:
        status = int(answer.split()[1])
        assert status < 500, (head, answer)
        if status in (401, 404) and method not in ("HEAD", ""):
            assert "error" in json.loads(answer.partition(b"\r\n\r\n")[2])
    assert front.send("GET", bodies.GROUP)[0] in (200, 404)


def _read(line: socket.socket) -> bytes:
    found = b""
    try:
        while piece := line.recv(65536):
            found += piece
    except ConnectionError:
        pass
    return found
