"""Compares a trial's recording with what the local Azure answers to the same requests."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.replay.command import compare_recording, resource_type
from sparehub.simulator.replay.comparison import Known
from sparehub.simulator.replay.prerequisites import Prerequisites
from sparehub.simulator.replay.recording import Exchange, Recording, read
from sparehub.simulator.replay.session import replay

_TRANSIENT = (408, 429, 500, 502, 503, 504)
"""Statuses of an answer after which the client has sent its request again."""


@dataclass(frozen=True, kw_only=True)
class Difference:
    """One thing in which two answers to a request differ."""

    request: int
    method: str
    path: str
    type: str
    what: str
    azure: Any
    local: Any

    def document(self) -> Mapping[str, Any]:
        """Return it under the keys of ``--json``."""
        return {
            "request": self.request,
            "method": self.method,
            "path": self.path,
            "type": self.type,
            "what": self.what,
            "azure": self.azure,
            "local": self.local,
        }


@dataclass(frozen=True, kw_only=True)
class Comparison:
    """The result of a comparison."""

    requests: int
    """How many requests were compared."""
    differences: tuple[Difference, ...]


def compare(path: Path) -> Comparison:
    """Send the requests of a recording to an empty local Azure, and compare the answers.

    Compared is what a client depends on (`sparehub.simulator.replay.comparison`). A trial begins
    with nothing, so nothing is given but the resource groups, as in every replay.

    Raises:
        RecordingError: The file cannot be read.
    """
    found: list[Difference] = []
    requests = 0
    for recorded in read(path):
        recording = _without_transient(recorded)
        known = Known()
        known.learn(recording.exchanges)
        answers = replay(recording, _given(recording))
        for result in compare_recording(path.name, recording, answers, known):
            if result.outcome == "given":
                continue
            requests += 1
            exchange = result.exchange
            if result.difference:
                pairs = result.difference.expected, result.difference.got
                found += [
                    _difference(exchange, what, pairs[0][what], pairs[1][what]) for what in pairs[0]
                ]
            local = answers.answers[exchange.index][-1].body
            found += _of_routes(exchange, local)
    return Comparison(requests=requests, differences=tuple(found))


def _difference(exchange: Exchange, what: str, azure: Any, local: Any) -> Difference:  # noqa: ANN401 - JSON
    return Difference(
        request=exchange.index,
        method=exchange.method,
        path=exchange.path,
        type=resource_type(exchange),
        what=what,
        azure=azure,
        local=local,
    )


def _of_routes(exchange: Exchange, local: object) -> Iterator[Difference]:
    """Yield the difference in effective routes: of these also the values are compared.

    https://learn.microsoft.com/rest/api/virtualnetwork/network-interfaces/get-effective-route-table
    """
    theirs, mine = _routes(exchange.response), _routes(local)
    if theirs and theirs != mine:
        only = sorted(theirs - mine), sorted(mine - theirs)
        yield _difference(exchange, "effective routes", *map(list, only))


def _routes(body: object) -> set[str]:
    """Return the effective routes in an answer; empty where it has none."""
    items = body.get("value") if isinstance(body, dict) else None
    found: set[str] = set()
    for item in items if isinstance(items, list) else ():
        if isinstance(item, dict) and "nextHopType" in item and "addressPrefix" in item:
            values = [item.get(name) for name in ("source", "state", "nextHopType")]
            lists = [item.get(name) or [] for name in ("addressPrefix", "nextHopIpAddress")]
            words = [*map(str, values), *(",".join(sorted(each)) for each in lists)]
            found.add(" ".join(words).strip())
    return found


def _given(recording: Recording) -> Prerequisites:
    """Return the resource groups: when Azure ends their creation is not recorded."""
    made = {
        exchange.index: exchange.target
        for exchange in recording.exchanges
        if exchange.method == "PUT"
        and isinstance(exchange.target, ResourceId)
        and exchange.target.is_group
    }
    bodies = {index: recording.exchanges[index].request for index in made}
    return Prerequisites(
        frozenset(made),
        shown={
            target.key: body
            for index, target in made.items()
            if isinstance(body := bodies[index], dict)
        },
        named={target.key: target for target in made.values()},
    )


def _without_transient(recording: Recording) -> Recording:
    kept: list[Exchange] = [
        exchange for exchange in recording.exchanges if exchange.status not in _TRANSIENT
    ]
    return Recording(
        recording.name,
        tuple(replace(exchange, index=number) for number, exchange in enumerate(kept)),
    )
