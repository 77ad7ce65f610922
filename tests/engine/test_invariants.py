"""What judges failovers: it sees two live connections in a log, and none where there are none."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.control import LogEntry
from tests.engine.invariants import live_at_once

HERE, THERE = "a/connections/con-here", "a/connections/con-there"
PEERING = "a/expressRouteCircuits/erc-here/peerings/AzurePrivatePeering"
KEY = "a/expressRouteCircuits/erc-here/authorizations/here"
BEGUN = [(0, "create", PEERING, 10), (10, "create", HERE, 100)]
Entry = tuple[float, str, str, float]


@pytest.mark.parametrize(
    ("entries", "found"),
    [
        ([(200, "delete", HERE, 90), (290, "create", THERE, 180)], []),
        ([(200, "delete", HERE, 90), (289, "create", THERE, 180)], [(289, "con-there")]),
        ([(200, "create", THERE, 180)], [(200, "con-there")]),
        ([(200, "update", PEERING, 20), (220, "create", THERE, 180)], []),
        ([(200, "update", PEERING, 20), (219, "create", THERE, 180)], [(219, "con-there")]),
        (
            [
                (200, "update", PEERING, 20),
                (220, "create", THERE, 180),
                (500, "update", PEERING, 20),
            ],
            [(500, "con-here")],
        ),
        (
            [
                (200, "update", PEERING, 20),
                (220, "create", THERE, 180),
                (500, "delete", HERE, 90),
                (600, "update", PEERING, 20),
            ],
            [],
        ),
        ([(200, "delete", KEY, 30), (230, "create", THERE, 180)], []),
        ([(200, "delete", KEY, 30), (229, "create", THERE, 180)], [(229, "con-there")]),
    ],
)
def test_two_live_connections_are_seen(
    monkeypatch: pytest.MonkeyPatch,
    tmp_path: Path,
    entries: list[Entry],
    found: list[tuple[float, str]],
) -> None:
    """Deleted, fenced at its circuit, or its key revoked: to the second, and from then on."""
    log = [
        LogEntry(
            at=at,
            method="PUT",
            path=path,
            status=200,
            operation=operation,
            seconds=seconds,
            outcome="Succeeded",
        )
        for at, operation, path, seconds in [*BEGUN, *entries]
    ]
    turned = sum(path == PEERING and operation == "update" for _, operation, path, _ in entries)
    state = "Disabled" if turned % 2 else "Enabled"

    def answer(azure: Azure, request: Request) -> Response:
        del azure, request
        body: dict[str, Any] = {"properties": {"state": state}}
        return Response(status=200, body=body)

    monkeypatch.setattr(control, "read_log", lambda _store: log)
    monkeypatch.setattr(Azure, "handle", answer)
    assert live_at_once(tmp_path, {"here": "con-here"}) == found
