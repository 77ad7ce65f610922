"""What a preview says a program declares, for comparison before any figure is believed."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.errors import SparehubError

Graph = Mapping[str, Mapping[str, Any]]
"""What is said of each resource, by its logical name."""

SHOWN = 5  # differences, of what may be thousands


class DifferentGraphsError(SparehubError):
    """Two programs do not declare the same: figures about them would mean nothing."""


def graph_of(preview: Mapping[str, Any], *, components: bool) -> Graph:
    """Return what ``pulumi preview --json`` printed, as a graph that can be compared.

    Without ``components`` it holds Azure's resources alone, and not what they are under.
    """
    kinds = ("azure-native:", "sparehub:") if components else ("azure-native:",)
    states = [step["newState"] for step in preview["steps"]]
    return {
        _name(state["urn"]): _described(state)
        | ({"parent": _name(state["parent"])} if components else {})
        for state in states
        if state["type"].startswith(kinds)
    }


def agree(ours: Graph, theirs: Graph, title: str) -> None:
    """See that two programs declare the same.

    Raises:
        DifferentGraphsError: where they do not, with the first differences.
    """
    found = list(_differences(ours, theirs))
    if found:
        lines = [f"this program and `{title}` declare different things, so nothing is compared:"]
        lines += [f"  {difference}" for difference in found[:SHOWN]]
        lines += [f"  and {len(found) - SHOWN} more"] if len(found) > SHOWN else []
        raise DifferentGraphsError("\n".join(lines))


def _differences(ours: Graph, theirs: Graph) -> Iterator[str]:
    for name in sorted(ours.keys() | theirs.keys()):
        if not (name in ours and name in theirs):
            yield f"{name}: only {'here' if name in ours else 'there'}"
            continue
        here, there = ours[name], theirs[name]
        for key in sorted(here.keys() | there.keys()):
            if here.get(key) != there.get(key):
                yield f"{name}: {key}: {here.get(key)} here, {there.get(key)} there"


def _described(state: Mapping[str, Any]) -> dict[str, Any]:
    described = {
        "type": state["type"],
        "depends on": sorted(map(_name, state.get("dependencies", []))),
        "protected": state.get("protect", False),
        "timeouts": state.get("customTimeouts", {}),
        "secret outputs": sorted(state.get("additionalSecretOutputs", [])),
    }
    for key, value in state.get("inputs", {}).items():
        described[f"input {key}"] = value
    for key, urns in state.get("propertyDependencies", {}).items():
        described[f"{key} depends on"] = sorted(map(_name, urns))
    return described


def _name(urn: str) -> str:
    return str(urn.rpartition("::")[2])
