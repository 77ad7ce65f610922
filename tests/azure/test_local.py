"""The local Azure behind the same client as Azure: transport faults, and the clock."""

import time
from pathlib import Path

import pytest

from sparehub.azure.connect import azure_of
from sparehub.azure.local import local_azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION, Settings
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.queries import probe
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest

OTHER = "00000000-0000-0000-0000-000000000001"
GROUP = f"/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/rg-a"


@pytest.fixture
def store(tmp_path: Path) -> Path:
    control.reset(tmp_path)
    return tmp_path


def test_a_resource_group_is_created_read_and_deleted(store: Path) -> None:
    """Through the whole pipeline except the socket."""
    azure = local_azure(store)
    made = azure.send("PUT", GROUP, {"location": "eastasia"})
    assert (made.status, made.properties["provisioningState"]) == (201, "Succeeded")
    assert azure.send("GET", GROUP).body == made.body
    assert azure.send("DELETE", GROUP).accepted
    assert azure.send("GET", GROUP).body["error"]["code"] == "ResourceGroupNotFound"


def test_transport_faults_and_throttling_are_retried(store: Path) -> None:
    """Server errors, resets, cut and slow answers, lost responses, and 429."""
    azure = local_azure(store)
    azure.send("PUT", GROUP, {"location": "eastasia"})
    network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/24"]}}
    body = {"location": "eastasia", "properties": space}
    for kind in ("transport", "lost-response", "throttled"):
        control.add_fault(store, FaultRequest(kind=kind))
        assert azure.send("PUT", network, body).accepted
    assert azure.send("GET", network).accepted


def test_a_probe_gets_no_answer_from_a_region_that_is_down(store: Path) -> None:
    """The same region answers before the fault."""
    azure = local_azure(store)
    azure.send("PUT", GROUP, {"location": "eastasia"})
    network = f"{GROUP}/providers/Microsoft.Network/virtualNetworks/vnet"
    space = {"addressSpace": {"addressPrefixes": ["10.0.0.0/24"]}}
    azure.send("PUT", network, {"location": "eastasia", "properties": space})
    entry = {"urn": "a::region/hub/network", "type": "t", "custom": True, "id": network}
    snapshot = Snapshot.of({"resources": [entry]})
    assert probe.responds(azure, snapshot)
    control.add_fault(store, FaultRequest(kind="region-down", region="eastasia"))
    assert not probe.responds(azure, snapshot)


def test_the_instant_clock_does_not_wait(store: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At speed 100 the wait is a hundredth."""
    slept: list[float] = []
    monkeypatch.setattr(time, "sleep", slept.append)
    azure = local_azure(store)
    azure.wait(14.0)
    control.set_clock(store, "100")
    azure.wait(14.0)
    assert slept == [0.14]


def test_the_environment_chooses_the_local_azure_or_microsofts() -> None:
    """As for Pulumi's provider; any GUID is a subscription of the local Azure."""
    store = {"SPAREHUB_SIMULATOR": "/home/simulator"}
    assert azure_of(Settings(environment=store), "s").name == "simulated Azure at /home/simulator"
    assert azure_of(Settings(), "s").name == "subscription s"
    assert azure_of(Settings(environment=store), "").account("").subscription == LOCAL_SUBSCRIPTION
    named = azure_of(Settings(environment={**store, "ARM_SUBSCRIPTION_ID": OTHER}), "")
    assert (named.account("").subscription, named.account("s").subscription) == (OTHER, "s")
