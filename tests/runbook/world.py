"""A pair on a local Azure over HTTP, and the Python runbook as a process of its own.

The regions are made of what the components register, by the requests of azure-native. The front is
a thread of the test, and has the identity endpoint of an Automation account.
"""

import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from shutil import copytree
from typing import Any

import uvicorn
from starlette.types import ASGIApp, Receive, Scope, Send

from components import RegionNetwork
from sparehub.simulator import control
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.http.server import Connections, application
from sparehub.simulator.provider.schemas.flattening import to_body
from sparehub.simulator.provider.schemas.registry import SCHEMAS
from sparehub.site_recovery.runbook import switch_network
from sparehub.site_recovery.runbook.render import RunbookFiles, render
from sparehub.testing import Graph, preview
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.pair import Stack, switched
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.planning.runbook.switch_data import SwitchData
from tests.configurations import shipped
from tests.replicated_pair import pair_of
from tests.simulator.arm.arm_client import Arm

SUBSCRIPTION = "00000000-0000-0000-0000-000000000000"
"""The one of Pulumi's mocks."""
ACCOUNT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-asr"
    "/providers/Microsoft.Automation/automationAccounts/aa-asr"
)
DATA = "sparehub-switch-data"
HEADER = "the-header"  # of the identity endpoint
Files = Mapping[str, dict[str, Any]]
"""The keys of both stack files, by stack."""


def shipped_pair() -> Files:
    return {name: shipped(name) for name in ("primary", "secondary")}


def key_variable(connection: str) -> str:
    return f"sparehub-authorization-key-{connection}"


def graph_of(region: Region) -> Graph:
    """Return what the components register of a region."""
    return preview(lambda: RegionNetwork("region", region))


def bodies_of(graph: Graph) -> Iterator[tuple[str, str, dict[str, Any], dict[str, str]]]:
    """Yield logical name, path, body and query of every PUT that azure-native sends."""
    for name, resource in graph.items():
        if not resource.type.startswith("azure-native:"):
            continue
        schema = SCHEMAS[resource.type.removeprefix("azure-native:")]
        inputs = dict(_plain(resource.inputs))
        values = {each: inputs[each] for each in schema.path_parameters}
        path = schema.path.format(subscriptionId=SUBSCRIPTION, **values)
        query = {each: str(inputs[each]) for each in schema.query if each in inputs}
        yield name, path, to_body(schema, inputs), query


def _plain(value: Any) -> Any:
    """Return a value without the marks of secrets."""
    if isinstance(value, Mapping):
        if set(value) == {"secret"}:
            return _plain(value["secret"])
        return {key: _plain(each) for key, each in value.items()}
    return [_plain(each) for each in value] if isinstance(value, list) else value


@dataclass
class SwitchWorld:
    """Both regions on a local Azure, the data of a switch, and the runbook."""

    directory: Path
    files: Files
    kind: PlanKind = PlanKind.FAILOVER
    endpoint: str = ""
    requests: list[tuple[str, str]] = field(default_factory=list)
    """Method and path of every request over HTTP."""
    assets: dict[str, str] = field(default_factory=dict)
    """Encrypted variables."""
    hanging: str = ""
    """The name of a resource that a read shows as Deleting for ever."""
    subscriptions: Mapping[str, str] = field(default_factory=dict)
    """Of a stack, in the data, where it is not that of the mocks."""
    ending: Callable[[], None] = lambda: None

    def __post_init__(self) -> None:
        self.arm = Arm(self.directory)
        self.pair = pair_of(self.files["primary"], self.files["secondary"])

    # -- the network -----------------------------------------------------------------------------

    @property
    def source(self) -> Stack:
        return self.pair["primary" if self.kind is PlanKind.FAILOVER else "secondary"]

    @property
    def target(self) -> Stack:
        return self.pair["secondary" if self.kind is PlanKind.FAILOVER else "primary"]

    def region(self, stack: Stack, activation: Activation) -> Region:
        return switched(stack, activation).region

    def deploy(self) -> "SwitchWorld":
        """Make the source active, and the target stand by."""
        self.put_group(ACCOUNT, self.target.region.location)
        for stack, activation in (
            (self.source, Activation.ACTIVE),
            (self.target, Activation.STANDBY),
        ):
            self.write(self.region(stack, activation))
        return self

    def write(self, region: Region) -> None:
        for _, path, body, query in bodies_of(graph_of(region)):
            self.arm.put(path, body, **query)

    def put_group(self, identity: str, location: str) -> None:
        group = str(ResourceId.parse(identity).group)
        self.arm.put_by("2021-04-01", group, {"location": location})

    # -- the runbook -----------------------------------------------------------------------------

    @property
    def data(self) -> SwitchData:
        unplanned = plan(self.pair["primary"], self.pair["secondary"], self.kind, Mode.UNPLANNED)
        return SwitchData(
            pair=self.pair,
            plan=unplanned,
            subscriptions=dict.fromkeys(self.pair, SUBSCRIPTION) | dict(self.subscriptions),
            recovery_plan="sparehub",
            key_variables={
                each.key: key_variable(each.key)
                for each in self.region(self.target, Activation.ACTIVE).connections
                if each.authorization_key
            },
        )

    @property
    def rendered(self) -> RunbookFiles:
        return render(
            self.data,
            account=ResourceId.parse(ACCOUNT),
            switch_runbook="sparehub-switch-network",
            variable=DATA,
        )

    def publish(self, text: str | None = None) -> None:
        """Write the account and the variable with the data, or with another text."""
        location = self.target.region.location
        account = {"location": location, "identity": {"type": "SystemAssigned"}, "properties": {}}
        self.arm.put_by("2024-10-23", ACCOUNT, account)
        value = self.rendered.variable if text is None else json.dumps(text)
        self.arm.put_by(
            "2024-10-23",
            f"{ACCOUNT}/variables/{DATA}",
            {"name": DATA, "properties": {"isEncrypted": False, "value": value}},
        )

    def arguments(self, **changed: str | None) -> list[str]:
        values: dict[str, str | None] = {
            "endpoint": self.endpoint,
            "account": ACCOUNT,
            "data": DATA,
            "digest": self.rendered.digest,
            "minutes": "150",
            "pace": "0",
            **{name.replace("_", "-"): value for name, value in changed.items()},
        }
        return [f"{name}={value}" for name, value in values.items() if value is not None]

    def run(self, **changed: str | None) -> subprocess.CompletedProcess[str]:
        """Run the file as Azure Automation does: a process with the standard library alone."""
        sandbox = self.directory.parent / "sandbox"
        sandbox.mkdir(exist_ok=True)
        (sandbox / "automationassets.py").write_text(
            f"def get_automation_variable(name):\n    return {self.assets!r}[name]\n"
        )
        runner = "import runpy, sys; sys.path.insert(0, sys.argv.pop(1)); del sys.argv[0]; "
        return subprocess.run(
            [
                sys.executable,
                "-I",
                "-B",  # a module that is written twice in a second would be taken from its cache
                "-S",
                "-c",
                f"{runner}runpy.run_path(sys.argv[0], run_name='__main__')",
                str(sandbox),
                switch_network.__file__,
                *self.arguments(**changed),
            ],
            env={
                "PATH": os.environ["PATH"],
                "NO_PROXY": "*",
                "IDENTITY_ENDPOINT": f"{self.endpoint}/identity/token",
                "IDENTITY_HEADER": HEADER,
            },
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )

    # -- what Azure shows --------------------------------------------------------------------------

    def writes(self) -> list[tuple[str, str, str]]:
        """Return the ARM writes so far: method, path and outcome."""
        return [(each.method, each.path, each.outcome) for each in control.read_log(self.directory)]

    def shown(self, path: str) -> dict[str, Any] | None:
        answer = self.arm.send("GET", path)
        return answer.body if answer.status == 200 else None

    def stack(self) -> "SwitchWorld":
        return self


@contextmanager
def served(world: SwitchWorld) -> Iterator[SwitchWorld]:
    """Serve a world over HTTP in a thread, with its identity endpoint."""
    connections = Connections()
    front = _Recorded(application(Azure(world.directory), connections), world)
    config = uvicorn.Config(front, port=0, lifespan="off", log_level="critical", ws="none")
    server = connections.server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        while not server.started:
            thread.join(0.01)
        port = server.servers[0].sockets[0].getsockname()[1]
        world.endpoint = f"http://127.0.0.1:{port}"
        yield world
    finally:
        server.should_exit = True
        thread.join(10)


@dataclass(frozen=True)
class _Recorded:
    """The front, with an identity endpoint, and every request by method and path."""

    front: ASGIApp
    world: SwitchWorld

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and scope["path"] == "/identity/token":
            headers = {name.decode(): value.decode() for name, value in scope["headers"]}
            asked = headers.get("x-identity-header") == HEADER and "metadata" in headers
            token = {"access_token": "t", "expires_on": "4102444800"} if asked else {}
            await _answer(send, 200 if asked else 401, token)
            return
        if scope["type"] == "http":
            self.world.requests.append((scope["method"], scope["path"]))
            if self.world.hanging and scope["path"].endswith(f"/{self.world.hanging}"):
                shown = {"properties": {"provisioningState": "Deleting"}}
                await _answer(send, 200, shown)
                return
        await self.front(scope, receive, send)


async def _answer(send: Send, status: int, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})


@cache
def _template(key: str, kind: PlanKind, directory: str) -> Path:
    files: Files = json.loads(key)
    path = Path(directory)
    SwitchWorld(path, files, kind).deploy().publish()
    return path


def copy_of(files: Files, kind: PlanKind, templates: Path, directory: Path) -> SwitchWorld:
    """Return a deployed world; one with the same files is deployed once and copied."""
    key = json.dumps(files, sort_keys=True)
    name = f"{kind.value}-{abs(hash(key))}"
    source = _template(key, kind, str(templates / name))
    copytree(source, directory, dirs_exist_ok=True)
    return SwitchWorld(directory, files, kind)
