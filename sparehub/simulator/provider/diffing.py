"""How azure-native compares old and new inputs, and carries drift into inputs."""

from collections.abc import Iterator
from typing import Any

from sparehub.simulator.arm.data.geography import canonical_region
from sparehub.simulator.provider.schemas.base import Schema
from sparehub.simulator.provider.struct_codec import Properties

CREATE_BEFORE_DELETE = "__createBeforeDelete"
"""An input that azure-native adds to resources with a random name."""

_ABSENT = object()


def replacing(schema: Schema) -> frozenset[str]:
    """Return the inputs whose change replaces a resource."""
    location = {"location"} if schema.fixed_location else set()
    return frozenset(schema.path_parameters) | location


def differences(schema: Schema, old: Properties, new: Properties) -> dict[str, str]:
    """Return property paths that differ, each with ``ADD``, ``DELETE`` or ``UPDATE``.

    Spelling of regions does not count (``East Asia`` is ``eastasia``), nor does an input that is
    new and has its default (``calculateChangesAndReplacements`` of pulumi-azure-native's diff.go).
    """
    changes = dict(_compare(old, new, ""))
    for name, default in schema.defaults:
        if changes.get(name) == "ADD" and new[name] == default:
            changes.pop(name)
    locations = (old.get("location"), new.get("location"))
    if all(isinstance(location, str) for location in locations):
        before, after = (canonical_region(str(location)) for location in locations)
        if before == after:
            changes.pop("location", None)
    changes.pop(CREATE_BEFORE_DELETE, None)
    return changes


def _compare(old: Any, new: Any, path: str) -> Iterator[tuple[str, str]]:  # noqa: ANN401  JSON
    match old, new:
        case dict(), dict():
            for name in sorted(old.keys() | new.keys()):
                inner = f"{path}.{name}" if path else name
                yield from _compare(old.get(name, _ABSENT), new.get(name, _ABSENT), inner)
        case list(), list():
            for index in range(max(len(old), len(new))):
                before, after = (
                    values[index] if index < len(values) else _ABSENT for values in (old, new)
                )
                yield from _compare(before, after, f"{path}[{index}]")
        case _ if old is _ABSENT:
            yield path, "ADD"
        case _ if new is _ABSENT:
            yield path, "DELETE"
        case _ if old != new:
            yield path, "UPDATE"


def drifted(inputs: Any, before: Any, after: Any) -> Any:  # noqa: ANN401  JSON
    """Return ``inputs`` with the drift between two readings.

    What Azure filled in by itself did not change, and so does not become an input.
    """
    if before == after:
        return inputs
    match inputs, before, after:
        case dict(), dict(), dict():
            changed = {
                name
                for name in before.keys() | after.keys()
                if before.get(name, _ABSENT) != after.get(name, _ABSENT)
            }
            result = {name: value for name, value in inputs.items() if name not in changed}
            for name in sorted(changed & after.keys()):
                result[name] = drifted(
                    inputs.get(name, _ABSENT), before.get(name, _ABSENT), after[name]
                )
            return result
        case list(), list(), list() if len(inputs) == len(before):
            shared = zip(inputs, before, after, strict=False)
            kept = [drifted(*triple) for triple in shared]
            return kept + after[len(kept) :]
    return after
