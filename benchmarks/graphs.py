"""Compares the resource graphs of two programs, as `pulumi preview --json` shows them."""

from collections.abc import Iterator, Mapping
from typing import Any

from sparehub.topology.errors import SparehubError

Graph = Mapping[str, Mapping[str, Any]]
"""Properties of each resource by logical name."""

SHOWN = 5  # differences in a message; there may be thousands


class DifferentGraphsError(SparehubError):
    """Two programs declare different resources, so their times cannot be compared."""


def graph_of(preview: Mapping[str, Any], *, components: bool) -> Graph:
    """Return the output of ``pulumi preview --json`` as a graph that can be compared.

    Without ``components`` it has Azure's resources alone, without parents.
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
    """Check that two programs declare the same resources.

    Raises:
        DifferentGraphsError: They differ; the message has the first differences.
    """
    differences = list(_differences(ours, theirs))
    if differences:
        lines = [f"this program and `{title}` declare different things, so nothing is compared:"]
        lines += [f"  {difference}" for difference in differences[:SHOWN]]
        lines += [f"  and {len(differences) - SHOWN} more"] if len(differences) > SHOWN else []
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
