"""A world whose regions share a circuit of another team: each connects by an authorization key."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from ruamel.yaml import YAML

from sparehub.azure.answers import Answer
from sparehub.stacks.stack_files import stack_file
from sparehub.topology.planning.operations import CONNECTION, ResourceOperation, Verb
from tests.failover.memory_backend.resources import Resource
from tests.failover.memory_backend.world import World

THEIRS = "00000000-0000-0000-0000-000000000002"
LENT = (
    f"/subscriptions/{THEIRS}/resourceGroups/rg-circuits/providers/Microsoft.Network"
    "/expressRouteCircuits/erc-lent"
)
AUTHORIZATIONS = f"{LENT}/authorizations"
NAME = "region/connection/shared/connection"


@dataclass
class Authorization:
    """One authorization; ``used`` once a connection was made by its key, for good (ER-14)."""

    key: str
    used: bool = False
    user: str = ""


@dataclass
class LendingWorld(World):
    """Two regions on one circuit that somebody else owns; no stack has a circuit of its own."""

    keys: dict[str, str] = field(default_factory=dict)
    """The authorization key in each stack file."""
    authorizations: dict[str, Authorization] = field(default_factory=dict)
    """By id."""
    issued: int = 0
    hidden: int = 0
    """The status of every answer about the circuit; 0: its own."""
    undeletable: bool = False

    def build(self) -> None:
        for stack in ("primary", "secondary"):
            path, yaml = stack_file(self.directory, stack), YAML()
            content = yaml.load(path)
            content["config"]["sparehub:region"]["expressRoute"]["connections"] = {
                "shared": {
                    "circuit": {
                        "id": LENT,
                        "peeringLocation": "Hong Kong",
                        "sku": {"tier": "Standard"},
                        "bandwidthInMbps": 500,
                        "authorizationKey": {"secure": "v1:abc"},
                    }
                }
            }
            yaml.dump(content, path)
            self.keys[stack] = f"first-key-of-{stack}"
            self.authorizations[f"{AUTHORIZATIONS}/{stack}"] = Authorization(self.keys[stack])
        super().build()
        connection = self.cloud["primary"][NAME]["id"]
        first = self.authorizations[f"{AUTHORIZATIONS}/primary"]
        first.used, first.user = True, connection

    def secret(self, stack: str, path: str) -> str:
        assert path.endswith("connections.shared.circuit.authorizationKey")
        return self.keys[stack]

    def _store_secret(self, stack: str, path: str, value: str) -> None:
        assert path.endswith("connections.shared.circuit.authorizationKey")
        self.point()
        self.keys[stack] = value
        self.point()

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        if not path.startswith(LENT) or "/peerings/" in path:
            return super()._send(method, path, body)
        if path.startswith(AUTHORIZATIONS):
            if self.hidden:
                return Answer(status=self.hidden, body={"error": {"message": "not shown"}})
            return self._authorization(method, path)
        shown = {
            "provisioningState": "Succeeded",
            "serviceProviderProvisioningState": "Provisioned",
        }
        return Answer(status=200, body={"properties": shown})

    def _authorization(self, method: str, path: str) -> Answer:
        if path == AUTHORIZATIONS:
            return Answer(status=200, body={"value": [*map(self._shown, self.authorizations)]})
        if method == "PUT":
            self.point()
            if path not in self.authorizations:
                self.issued += 1
                self.authorizations[path] = Authorization(f"issued-key-{self.issued}")
                self._wrote(f"issue {path.rsplit('/', maxsplit=1)[-1]}")
            self.point()
        if method == "DELETE":
            if self.undeletable:
                return Answer(status=403, body={"error": {"message": "not yours to delete"}})
            self.point()
            gone = self.authorizations.pop(path)
            assert not gone.user, f"{path} was in use, and its connection goes with it"
            self._wrote(f"revoke {path.rsplit('/', maxsplit=1)[-1]}")
            self.point()
        if path not in self.authorizations:
            return Answer(status=404, body={"error": {"message": "gone"}})
        return Answer(status=200, body=self._shown(path))

    def _shown(self, path: str) -> dict[str, Any]:
        found = self.authorizations[path]
        status = "InUse" if found.user else "Available"
        shown = {"authorizationKey": found.key, "authorizationUseStatus": status}
        user = {"connectionResourceUri": found.user} if found.user else {}
        return {"id": path, "properties": {**shown, **user, "provisioningState": "Succeeded"}}

    def _problem(self, stack: str, operation: ResourceOperation) -> str:
        problem = super()._problem(stack, operation)
        if problem or operation.type != CONNECTION or operation.verb is not Verb.CREATE:
            return problem
        found = [a for a in self.authorizations.values() if a.key == self.keys[stack]]
        if not found:
            return "the authorization key is not one of the circuit"
        return "the authorization key has been used" if found[0].used else ""

    def _write(self, stack: str, operation: ResourceOperation, resource: Resource | None) -> None:
        before = self.cloud[stack].get(NAME, {}).get("id")
        try:
            super()._write(stack, operation, resource)
        finally:
            if operation.name == NAME:
                self._update_use(stack, before)

    def _update_use(self, stack: str, before: str | None) -> None:
        """Let a connection that exists use its key, and one that is gone use none."""
        standing = self.cloud[stack].get(NAME, {}).get("id")
        for each in self.authorizations.values():
            if standing and each.key == self.keys[stack]:
                each.used, each.user = True, standing
            elif not standing and before and each.user == before:
                each.user = ""
