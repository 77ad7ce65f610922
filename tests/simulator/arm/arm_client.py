"""A raw client of the simulated Azure Resource Manager."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

from sparehub.simulator.arm.http_messages import Request, Response
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.simulator.control import LogEntry, add_fault, read_log
from tests.simulator.arm import bodies
from tests.simulator.arm.bodies import Body
from tests.simulator.arm.refusal_catalogue import entry_of

VERSION = {"api-version": "2024-05-01"}


def refusal_in(response: Response) -> str:
    """Return the catalogue's name of the refusal that a response is."""
    return entry_of(response.status, (response.body or {})["error"])


class Arm:
    """Sends requests; a refused one must leave no trace but in the log."""

    def __init__(self, directory: Path, azure: Azure | None = None) -> None:
        self.directory = directory
        self.azure = azure or Azure(directory)

    def send(
        self,
        method: str,
        path: str,
        body: object = None,
        query: dict[str, str] | None = None,
        headers: dict[str, str] | None = None,
    ) -> Response:
        content = body if isinstance(body, bytes) else json.dumps(body).encode()
        return self.azure.handle(
            Request(
                method=method,
                path=path,
                query=VERSION | (query or {}),
                headers=headers or {},
                body=content,
            )
        )

    def put(self, path: str, body: Body, **query: str) -> Body:
        response = self.send("PUT", path, body, query)
        assert response.status in (200, 201), response.body
        return response.body or {}

    def put_by(self, version: str, path: str, body: Body) -> Body:
        """Write by a version of the API."""
        return self.put(path, body, **{"api-version": version})

    def get(self, path: str) -> Body:
        response = self.send("GET", path)
        assert response.status == 200, response.body
        return response.body or {}

    def properties(self, path: str) -> Body:
        properties: Body = self.get(path)["properties"]
        return properties

    def delete(self, path: str) -> None:
        response = self.send("DELETE", path)
        assert response.status in (202, 204), response.body

    def refusal(self, path: str, body: object, method: str = "PUT", **query: str) -> str:
        """Return the catalogue's name of a refusal, which has changed nothing and is in the log."""
        error = self.refused(method, path, body, query)
        return entry_of(error["status"], error)

    def refused_delete(self, path: str) -> str:
        return self.refusal(path, None, "DELETE")

    def refused(self, method: str, path: str, body: object, query: dict[str, str]) -> Body:
        before, log = self.dump(), Counter(self.log())
        response = self.send(method, path, body, query)
        assert response.status >= 400, response.body
        assert self.dump() == before
        (entry,) = (Counter(self.log()) - log).elements()
        assert (entry.outcome, entry.status) == ("Refused", response.status)
        assert entry.method == method
        error: Body = (response.body or {})["error"]
        return {"status": response.status} | error

    def inject(self, kind: str, **more: Any) -> None:
        """Inject a fault; ``more`` are the other fields of its request."""
        add_fault(self.directory, FaultRequest(kind, **more))

    def dump(self) -> list[tuple[Any, ...]]:
        """Return every row of every table, but for the log and the counters of faults."""
        with self.azure.store.transaction(write=False) as transaction:
            run = transaction.connection.execute
            names = run("SELECT name FROM sqlite_master WHERE type = 'table' ORDER BY name")
            return [
                (name, *row)
                for (name,) in names.fetchall()
                if name not in ("faults", "log")
                for row in run(f"SELECT * FROM {name} ORDER BY 1, 2").fetchall()  # noqa: S608  ours
            ]

    def log(self) -> list[LogEntry]:
        return read_log(self.directory)

    # -- scenes ----------------------------------------------------------------------------------

    def networks(self, **spaces: str) -> None:
        """Make a group and virtual networks, each with one prefix."""
        self.put(*bodies.group())
        for name, prefix in spaces.items():
            self.put(*bodies.virtual_network(name, prefix))

    def hub(self, **spokes: str) -> None:
        """Make a hub with a gateway, peered with spokes that use the gateway."""
        self.networks(hub="10.0.0.0/24", **spokes)
        self.put(*bodies.subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
        self.put(*bodies.gateway("gateway", "hub"))
        for name in spokes:
            self.put(*bodies.peering("hub", name, allowGatewayTransit=True))
            self.put(*bodies.peering(name, "hub", useRemoteGateways=True))

    def connected(self, **spokes: str) -> None:
        """Make a hub that is connected to a circuit."""
        self.hub(**spokes)
        self.put(*bodies.circuit("circuit"))
        self.put(*bodies.private_peering("circuit"))
        self.put(*bodies.connection("connection", "gateway", "circuit"))
