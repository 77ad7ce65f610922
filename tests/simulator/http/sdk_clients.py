"""Microsoft's clients on the local Azure, called with paths of Azure Resource Manager.

They are unmodified but for their base URL, a static credential and a policy that allows HTTP.
``azure-mgmt-recoveryservicessiterecovery`` 1.x takes group and vault once, 2.x in every call:
:func:`call` copes with both.
"""

from collections.abc import Callable
from inspect import signature
from typing import Any

import requests
from azure.core.polling import PollingMethod
from azure.mgmt.authorization import AuthorizationManagementClient
from azure.mgmt.automation import AutomationClient
from azure.mgmt.compute import ComputeManagementClient
from azure.mgmt.network import NetworkManagementClient
from azure.mgmt.recoveryservices import RecoveryServicesClient
from azure.mgmt.recoveryservicessiterecovery import SiteRecoveryManagementClient
from azure.mgmt.resource.resources import ResourceManagementClient
from azure.mgmt.storage import StorageManagementClient

from tests.simulator.http.sdk_topology import PlainBearer, StaticCredential

_RUNNING = ("NotStarted", "InProgress")
_READS = 10


class FirstAnswer(PollingMethod[Any]):
    """Takes the headers of the first answer, and is done: after a POST the job shows the rest.

    ``polling=False`` cannot do that: its result has no headers, and in 2.x it raises, because it
    parses the empty body of the 202 (SR-83).
    """

    def initialize(self, client: Any, initial_response: Any, deserialization_callback: Any) -> None:
        del client, deserialization_callback
        self._headers = initial_response.http_response.headers

    def run(self) -> None:
        """Poll nothing."""

    def status(self) -> str:
        return "Accepted"

    def finished(self) -> bool:
        return True

    def resource(self) -> Any:
        return self._headers


class Clients:
    """A client of each service, for one subscription and one vault."""

    def __init__(self, address: str, vault: str) -> None:
        options: dict[str, Any] = {
            "base_url": address,
            "authentication_policy": PlainBearer(),
            "polling_interval": 0,
        }
        subscription = vault.split("/")[2]

        def client(kind: Any) -> Any:
            given = names(vault) if "resource_name" in signature(kind).parameters else ()
            return kind(StaticCredential(), subscription, *given, **options)

        self.authorization = client(AuthorizationManagementClient)
        self.automation = client(AutomationClient)
        self.compute = client(ComputeManagementClient)
        self.network = client(NetworkManagementClient)
        self.replication = client(SiteRecoveryManagementClient)
        self.resources = client(ResourceManagementClient)
        self.storage = client(StorageManagementClient)
        self.vaults = client(RecoveryServicesClient).vaults
        self._vault = vault

    def job(self, method: Callable[..., Any], path: str, *bodies: Any) -> Any:
        """Send a POST of Site Recovery; return its job, which is read until it ends."""
        return self.job_of(call(method, path, *bodies, polling=FirstAnswer()).result())

    def job_of(self, headers: Any) -> Any:
        """Return the ended job that an answer's headers name."""
        guid = headers["x-ms-request-id"].rpartition("/")[2]
        for _ in range(_READS):
            path = f"{self._vault}/replicationJobs/{guid}"
            found = call(self.replication.replication_jobs.get, path)
            if found.properties.state not in _RUNNING:
                return found
        raise AssertionError(found.properties.state)


def names(path: str) -> list[str]:
    """Return the group and the names in a path: the first arguments of a client's methods."""
    segments = path.strip("/").split("/")
    return [segments[3], *segments[7::2]]


def call(method: Callable[..., Any], path: str, *bodies: Any, **options: Any) -> Any:
    """Call a method of a client on what a path names."""
    found = names(path)
    of_vault = "resource_group_name" not in signature(method).parameters
    return method(*found[2 if of_vault else 0 :], *bodies, **options)


def ended(method: Callable[..., Any], path: str, *bodies: Any, **options: Any) -> Any:
    """Call a method and return the result of the client's own poller."""
    return call(method, path, *bodies, **options).result()


def read(address: str) -> Any:
    """Return what is at an address, such as that of an operation's status."""
    answer = requests.get(address, headers={"Authorization": "Bearer anything"}, timeout=30)
    return answer.json()


class Trail:
    """Notes every exchange of a call: ``raw_response_hook=trail``."""

    def __init__(self) -> None:
        self.first: Any = None
        self.answers: list[tuple[str, str, int]] = []

    def __call__(self, exchange: Any) -> None:
        request, answer = exchange.http_request, exchange.http_response
        self.first = self.first or answer.headers
        path = request.url.partition("?")[0].split("/")
        guid = self.first["x-ms-request-id"].rpartition("/")[2]
        last = path[-2] if path[-1] == guid else path[-1]
        self.answers.append((request.method, last, answer.status_code))
