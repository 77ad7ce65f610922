"""Pulumi's mock monitor, keeping of each registration what ``Mocks`` never sees."""

from collections.abc import Callable
from typing import Any

import pulumi
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.rpc import deserialize_properties

Graph = dict[str, dict[str, Any]]


class Echo(Mocks):
    """Returns each resource's inputs as its outputs; knows no provider function."""

    def new_resource(self, args: MockResourceArgs) -> tuple[str, dict[str, Any]]:
        return f"{args.name}-id", {"name": args.name, **args.inputs}

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], None]:
        raise AssertionError(f"unexpected provider function call: {args.token}")


class Recorder(MockMonitor):
    """Keeps the whole graph: inputs, parent, edges and options of every resource."""

    def __init__(self) -> None:
        super().__init__(Echo())
        self.graph: Graph = {}

    def RegisterResource(self, request: Any) -> Any:
        response = super().RegisterResource(request)
        assert request.name not in self.graph, f"two resources are called {request.name}"
        parent, *edges = (u.split("::")[-1] for u in (request.parent, *request.dependencies))
        registration: dict[str, Any] = {
            "type": request.type,
            "inputs": _whole(deserialize_properties(request.object, keep_unknowns=True)),
            "parent": parent,
            "depends_on": sorted(set(edges)),
        }
        if request.protect:
            registration["protect"] = True
        if request.additionalSecretOutputs:
            registration["secret_outputs"] = sorted(request.additionalSecretOutputs)
        if request.customTimeouts.create:
            registration["timeout"] = request.customTimeouts.create
        self.graph[request.name] = registration
        return response


def record(program: Callable[[], None]) -> Graph:
    """Run a program under mocks and return the graph that it registered."""
    recorder = Recorder()
    pulumi.runtime.set_mocks(recorder.mocks, project="sparehub", stack="test", monitor=recorder)
    pulumi.runtime.test(program)()
    recorder.graph.pop("sparehub-test", None)
    return recorder.graph


def _whole(value: Any) -> Any:
    """Return a value without the floats that protobuf makes of whole numbers, secrets marked."""
    if isinstance(value, dict):
        if value.get("4dabf18193072939515e22adb298388d"):
            return {"secret": _whole(value["value"])}
        return {key: _whole(each) for key, each in value.items()}
    if isinstance(value, list):
        return [_whole(each) for each in value]
    return int(value) if isinstance(value, float) and value.is_integer() else value
