"""Comparison of two answers: not their values, but what a client depends on.

Compared are the status, ``error.code``, the names and types of all properties, ``status`` and
``provisioningState``, and which asynchronous headers there are. The simulator speaks API version
2024-05-01 and the recordings are older, so of names:

- one that the recording has and the simulator has not is a difference, unless no published schema
  of azure-native 3.29 (API 2024-05-01) knows it;
- one that the simulator has and the recording has not is a difference, unless it came with a later
  API version: the schema knows it, and nowhere in the recording does the type have it.
"""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import TypeAlias

from sparehub.simulator.arm.http_messages import JsonObject, Response
from sparehub.simulator.arm.storage.resource_id import Collection, ResourceId, parse
from sparehub.simulator.replay.recording import Exchange

Shape: TypeAlias = dict[str, str]
"""The JSON type at each path, such as ``properties.subnets[].name``."""

_ASYNCHRONOUS = ("azure-asyncoperation", "location", "retry-after")
_SUCCESS = 300
_STATE = "properties.provisioningState"


def shape(value: object, path: str = "") -> Shape:
    """Return the paths in a JSON value and the type at each; null is as good as absent."""
    if isinstance(value, dict):
        paths = {path: "object"}
        for name, inner in value.items():
            paths |= shape(inner, f"{path}.{name}".lstrip("."))
        return paths
    if isinstance(value, list):
        paths = {path: "array" if value else "empty array"}
        for inner in value:
            paths |= shape(inner, f"{path}[]")
        return paths
    if isinstance(value, bool):
        return {path: "boolean"}
    if isinstance(value, int | float):
        return {path: "number"}
    return {} if value is None else {path: "string"}


@cache
def published() -> frozenset[str]:
    """Return the property names of all types in azure-native's published schema."""
    names = {"id", "location", "name", "properties", "sku", "tags", "type", "value", "zones"}
    for package in ("network", "compute", "recoveryservices", "storage", "automation"):
        spec = find_spec("pulumi_azure_native")
        for root in (spec.submodule_search_locations or []) if spec else []:
            text = (Path(root) / package / "outputs.py").read_text(encoding="utf-8")
            names |= set(re.findall(r'@pulumi\.getter\(name="(\w+)"\)', text))
            names |= set(re.findall(r"@pulumi\.getter\n +def (\w+)\(", text))
    return frozenset(names)


@dataclass
class Known:
    """The property names that a recording has, by resource type: its API version's names."""

    by_type: dict[str, set[str]] = field(default_factory=dict)

    def learn(self, exchanges: Iterable[Exchange]) -> None:
        """Take in all resources that the recording shows."""
        for exchange in exchanges:
            self._learn(exchange.response)

    def _learn(self, value: object) -> None:
        if isinstance(value, list):
            for inner in value:
                self._learn(inner)
        if not isinstance(value, dict):
            return
        if type_name := _type_of(value):
            self.by_type.setdefault(type_name, set()).update(shape(value))
        for inner in value.values():
            self._learn(inner)

    def has(self, type_name: str, path: str) -> bool:
        """Return whether the recording shows this property of the type somewhere."""
        return path in self.by_type.get(type_name, ())


def _type_of(value: JsonObject) -> str:
    """Return the type of the resource that a JSON object shows; empty if it shows none."""
    if "properties" not in value or not isinstance(value.get("id"), str):
        return ""
    target = parse(value["id"])
    return target.type.lower() if isinstance(target, ResourceId) else ""


@dataclass(frozen=True)
class Mismatch:
    """The difference between the recorded answer and the simulator's."""

    expected: JsonObject
    got: JsonObject


def compare(exchange: Exchange, response: Response, known: Known) -> Mismatch | None:
    """Return the difference; None if there is none."""
    expected: JsonObject = {}
    got: JsonObject = {}

    def differ(what: str, recorded: object, simulated: object) -> None:
        if recorded != simulated:
            expected[what], got[what] = recorded, simulated

    if exchange.status is not None:
        differ("status", exchange.status, response.status)
    mine = {name for name in response.headers if name in _ASYNCHRONOUS}
    theirs = {name for name in exchange.headers if name in _ASYNCHRONOUS}
    if exchange.status is None or "retry-after" not in theirs:
        # Microsoft's Python test recorder leaves Retry-After out (azure_devtools, FILTER_HEADERS).
        mine -= {"retry-after"}
    if exchange.status is not None:
        differ("headers", sorted(theirs), sorted(mine))
    elif not theirs <= mine:
        differ("headers", sorted(theirs), sorted(mine & theirs))
    differ("error.code", error_code(exchange.response), error_code(response.body))
    if not expected and error_code(exchange.response) is None and exchange.status is not None:
        recorded, simulated = exchange.response, response.body
        for path in ("status", _STATE):
            differ(path, _at(recorded, path), _at(simulated, path))
        for path, pair in _names(exchange, recorded, simulated, known).items():
            differ(path, *pair)
    return Mismatch(expected, got) if expected else None


def error_code(body: object) -> str | None:
    """Return the error's code, however it is spelled: one service of Azure's uses capitals."""
    for outer, inner in (("error", "code"), ("Error", "Code")):
        error = body.get(outer) if isinstance(body, dict) else None
        if isinstance(error, dict) and error.get(inner) is not None:
            return str(error[inner]).strip()
    return None


def _at(body: object, path: str) -> object:
    for name in path.split("."):
        body = body.get(name) if isinstance(body, dict) else None
    return body


def _names(
    exchange: Exchange, recorded: object, simulated: object, known: Known
) -> Mapping[str, tuple[str | None, str | None]]:
    """Return the properties that only one has, or that are of different types."""
    theirs, mine = shape(recorded or None), shape(simulated)
    type_name = _kind(exchange)
    differences = {}
    for path in sorted(theirs.keys() | mine.keys()):
        expected, got = theirs.get(path), mine.get(path)
        name = path.rpartition(".")[2].removesuffix("[]")
        documented = not name or name in published() or not type_name
        if got is None and not documented:
            continue
        if (
            expected is None
            and documented
            and type_name
            and not known.has(type_name, _inside(path))
        ):
            continue
        if expected != got and not _below_missing(path, theirs, mine):
            differences[path] = (expected, got)
    return differences


def _kind(exchange: Exchange) -> str:
    """Return the type of the resources in an answer; empty for an operation or an action."""
    target = exchange.target
    if isinstance(target, ResourceId | Collection):
        return target.type.lower()
    return ""


def _inside(path: str) -> str:
    """Return the path inside one element of a list of resources."""
    return path.removeprefix("value[].")


def _below_missing(path: str, theirs: Shape, mine: Shape) -> bool:
    """Return whether something that holds this is missing already: that says it all."""
    parts = re.split(r"(?=\[\])|\.", path)
    outer = ""
    for part in parts[:-1]:
        outer = f"{outer}{part}" if part.startswith("[]") else f"{outer}.{part}".lstrip(".")
        if theirs.get(outer) != mine.get(outer):
            return True
    return False
