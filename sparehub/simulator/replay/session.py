"""Replay of one recording: its requests go to an empty simulated Azure, at recorded times."""

import json
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from tempfile import TemporaryDirectory

from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Speed
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.types.registry import REGISTRY
from sparehub.simulator.replay.clock import NOTHING, RecordedClock, evidence
from sparehub.simulator.replay.minimal_bodies import minimal
from sparehub.simulator.replay.prerequisites import Prerequisites, find_prerequisites
from sparehub.simulator.replay.recording import Exchange, Recording

_REGION = re.compile(r'"location": "(\w+)"|/locations/(\w+)/')
_FALLBACK = "eastus"


@dataclass(frozen=True)
class Answers:
    """The simulator's answers to the requests of a recording."""

    given: frozenset[int]
    """Indices of the exchanges that only show prerequisites."""
    answers: dict[int, tuple[Response, ...]]
    """By the place of the exchange: one answer, or the first and the last of a series."""
    refused: tuple[str, ...]
    """Prerequisites that the simulator refused, and why."""


def replay(recording: Recording, prerequisites: Prerequisites | None = None) -> Answers:
    """Send a recording's requests to an empty simulated Azure.

    Without ``prerequisites``, they are derived from the recording. Nothing else of the recorded
    responses is used.
    """
    prerequisites = prerequisites or find_prerequisites(recording.exchanges)
    answers = {}
    with _empty(recording) as player:
        prerequisites.prepare(player.azure, player.location)
        for exchange in recording.exchanges:
            if exchange.index in prerequisites.exchanges:
                player.show(prerequisites, exchange)
            else:
                answers[exchange.index] = player.send(prerequisites, exchange)
    return Answers(prerequisites.exchanges, answers, tuple(prerequisites.refused))


@contextmanager
def _empty(recording: Recording) -> Iterator["_Player"]:
    clock = RecordedClock()
    with TemporaryDirectory() as directory:
        azure = Azure(Path(directory), clock)
        clock.now = recording.exchanges[0].at if recording.exchanges else 0.0
        with azure.store.transaction(write=True) as transaction:
            clock.set_speed(transaction, Speed.REAL)
        try:
            yield _Player(azure, clock, recording, _location(recording), {})
        finally:
            azure.store.close()


@dataclass
class _Player:
    azure: Azure
    clock: RecordedClock
    recording: Recording
    location: str
    operations: dict[str, str]
    """Ids of operations: the recorded one, and the simulator's."""

    def show(self, prerequisites: Prerequisites, exchange: Exchange) -> None:
        """Bring a prerequisite into the state that an exchange shows."""
        self.clock.now = exchange.at
        body = exchange.response
        identity = exchange.target
        if isinstance(identity, ResourceId) and isinstance(body, dict) and not identity.is_group:
            prerequisites.make(self.azure, identity, self.location, body)

    def send(self, prerequisites: Prerequisites, exchange: Exchange) -> tuple[Response, ...]:
        """Send a request, once for each end of a series."""
        if not exchange.request_recorded and exchange.method == "PUT":
            exchange = self._guess(prerequisites, exchange)
        times = [exchange.at, exchange.last] if exchange.last > exchange.at else [exchange.at]
        answers = []
        for self.clock.now in times:
            if exchange.method != "GET":
                self.clock.evidence = evidence(exchange, self.recording.exchanges)
            answers.append(self._answer(exchange))
            self.clock.evidence = NOTHING
            self._learn(exchange, answers[-1])
        return tuple(answers)

    def _answer(self, exchange: Exchange) -> Response:
        """Return the simulator's answer; where it has none, that is one mismatch."""
        try:
            return self.azure.handle(self._request(exchange))
        except Exception as problem:  # noqa: BLE001  a given resource may be anything: go on
            error = {"code": "SimulatorFailed", "message": repr(problem), "details": []}
            return Response(status=500, body={"error": error})

    def _guess(self, prerequisites: Prerequisites, exchange: Exchange) -> Exchange:
        """Return a write whose body was not recorded with the smallest one."""
        target = exchange.target
        if not isinstance(target, ResourceId) or target.type.lower() not in REGISTRY:
            return exchange
        with self.azure.store.transaction(write=False) as transaction:
            body = minimal(transaction, target, self.location, prerequisites.shown)
        return replace(exchange, request=body)

    def _request(self, exchange: Exchange) -> Request:
        path = exchange.path
        head, _, last = path.rpartition("/")
        if last in self.operations:
            path = f"{head}/{self.operations[last]}"
        body = b"" if exchange.request is None else _text(exchange.request)
        return Request(method=exchange.method, path=path, query=exchange.query, body=body)

    def _learn(self, exchange: Exchange, response: Response) -> None:
        """Note which of the simulator's operations stands for which recorded one."""
        names = ("azure-asyncoperation", "location")
        mine = [response.headers[name] for name in names if name in response.headers]
        for recorded in exchange.operations if mine and exchange.method != "GET" else []:
            operation = mine[0].partition("?")[0].rpartition("/")[2]
            self.operations[recorded.rpartition("/")[2]] = operation


def _text(request: object) -> bytes:
    return request.encode() if isinstance(request, str) else json.dumps(request).encode()


def _location(recording: Recording) -> str:
    """Return a region that the recording's requests name, for what is only named."""
    for exchange in recording.exchanges:
        match = _REGION.search(json.dumps(exchange.request) + exchange.path)
        if match:
            return match[1] or match[2]
    return _FALLBACK


def without_responses(recording: Recording, prerequisites: Prerequisites) -> Recording:
    """Return a recording with its requests and prerequisites only."""
    kept = [
        exchange
        if exchange.index in prerequisites.exchanges
        else replace(exchange, response=None, status=None)
        for exchange in recording.exchanges
    ]
    return Recording(recording.name, tuple(kept))
