"""Azure in memory: answers about what exists, and fences that are written on circuits."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import Account, Answer
from sparehub.topology.planning.operations import CIRCUIT, CONNECTION
from tests.failover.memory_backend.resources import PAIR, Resource
from tests.failover.memory_backend.state import WorldState

TENANT = "00000000-0000-0000-0000-00000000000a"


def usual_answer(path: str) -> dict[str, Any] | None:
    """Return what is read of rights, locks, quotas and subnets where nothing is in the way."""
    if "/providers/Microsoft.Authorization/" in path:
        everything = {"actions": ["*"], "notActions": []}
        return {"value": [everything] if path.endswith("/permissions") else []}
    if path.endswith("/usages"):
        return {"value": []}
    return {"properties": {}} if "/subnets/" in path else None


@dataclass
class MemoryAzure(WorldState):
    """Azure, as far as an operation reads and writes it."""

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 60.0
    ) -> Answer:
        del timeout
        if answer := self.hooks.request(method, path):
            return answer
        return self.hooks.answer(method, path, self._send(method, path, body))

    def _send(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        if (usual := usual_answer(path)) is not None:
            return Answer(status=200, body=usual)
        if "Microsoft.ResourceGraph" in path:
            return Answer(status=200, body={"data": [*self._connections()]})
        if path.endswith("/getLearnedRoutes"):
            rows = [{"network": each, "asPath": "12076-65001"} for each in self.on_premises]
            return Answer(status=200, body={"value": rows})
        if "/peerings/" in path or path.endswith("/authorizations"):
            return self._of_circuit(method, path, body)
        resource = next(
            (each for stack in PAIR for each in self._all(stack) if each["id"] == path), None
        )
        return self._resource(path, resource) if resource else self._missing(path)

    def _of_circuit(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        """Answer what a private peering is asked, or who uses a circuit."""
        circuit, _, rest = path.removesuffix("/authorizations").partition("/peerings/")
        if not self._answers(circuit):
            return Answer(status=503, body={})
        if not rest and not any(each["id"] == circuit for s in PAIR for each in self._all(s)):
            return self._missing(path)
        if not rest:
            return Answer(status=200, body={"value": []})
        if method == "POST":
            return Answer(status=200, body={"value": self._routes(circuit, rest)})
        if method == "PUT":
            self._act(f"{method} {path}")
            disable = (body or {})["properties"]["state"] == "Disabled"
            (self.disabled.add if disable else self.disabled.discard)(circuit)
            self._wrote(f"{method} {path}")
            self.point()
        shown = {
            "state": "Disabled" if circuit in self.disabled else "Enabled",
            "provisioningState": "Succeeded",
            "peerASN": 65001,
            "primaryPeerAddressPrefix": "172.16.0.0/30",
            "secondaryPeerAddressPrefix": "172.16.0.4/30",
        }
        return Answer(status=200, body={"properties": shown})

    def _resource(self, path: str, resource: Resource) -> Answer:
        silent = any(resource in self._all(stack) for stack in self.lost)
        if not self._answers(path) if resource["type"] == CIRCUIT else silent:
            return Answer(status=503, body={})
        shown = {
            "provisioningState": "Succeeded",
            "serviceProviderProvisioningState": "Provisioned",
            **resource["outputs"],
        }
        return Answer(status=200, body={"properties": shown})

    def _missing(self, path: str) -> Answer:
        silent = any(
            self._group(each["id"]) == self._group(path)
            for stack in self.lost
            for each in self._all(stack)
            if each["type"] != CIRCUIT
        )
        return Answer(status=503 if silent else 404, body={})

    def _connections(self) -> Iterator[dict[str, Any]]:
        """Yield every connection that stands, also of somebody else."""
        for stack in PAIR:
            for resource in self._all(stack):
                if resource["type"] == CONNECTION:
                    yield {"id": resource["id"], "properties": resource["outputs"]}
        for identity, circuit in self.bystanders.items():
            yield {"id": identity, "properties": {"peer": {"id": circuit}}}

    def _routes(self, circuit: str, rest: str) -> list[dict[str, Any]]:
        """Return the route table of one link: what on-premises sends, unless it is silent."""
        link = rest.rpartition("/")[2]
        if circuit in self.disabled or {link, "both"} & self.silent_links:
            return []
        if "/arpTables/" in rest:
            return [{"interface": "On-Prem"}]
        hop = "172.16.0.1" if link == "primary" else "172.16.0.5"
        return [{"network": each, "nextHop": hop, "path": "65001"} for each in self.on_premises]

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)
        self.hooks.after_wait()

    def account(self, subscription: str) -> Account:
        if self.account_problem:
            return Account(problem=self.account_problem)
        unseen = subscription.lower() not in self.visible_subscriptions
        return Account(
            subscription="" if unseen else subscription,
            tenant=TENANT,
            user="someone",
            unseen=unseen,
        )

    @staticmethod
    def _group(identity: str) -> str:
        return "/".join(identity.split("/")[:5])
