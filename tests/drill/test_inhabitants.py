"""What stops the removal of test networks, read from an Azure in memory."""

from collections.abc import Mapping
from typing import Any

import pytest

from sparehub.azure.answers import Account, Answer
from sparehub.drill.inhabitants import inhabitants, refuse_inhabited
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.topology.errors import PreflightError
from sparehub.topology.model.drill.occupants import Occupants
from sparehub.topology.model.pair import Stack
from tests.site_recovery_files import protected, recovery
from tests.topology.rules.rule_inputs import stack

GROUP = "/subscriptions/s/resourceGroups/{}/providers/Microsoft."
SUBNET = GROUP.format("rg-drill") + "Network/virtualNetworks/vnet-drill-spoke1/subnets/app"
BASTION = GROUP.format("rg-drill") + "Network/virtualNetworks/b/subnets/AzureBastionSubnet"
NIC = GROUP.format("rg-recovered") + "Network/networkInterfaces/{}"
HOST = GROUP.format("rg-testers") + "Network/bastionHosts/host"


class MemoryAzure:
    """Answers reads of what it holds, and nothing else."""

    name = "memory"

    def __init__(self, held: Mapping[str, Mapping[str, Any]], status: int = 404) -> None:
        self.held = held
        self.status = status
        """Of an answer about anything else."""

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        """Return what it holds."""
        assert (method, body, etag) == ("GET", None, ""), timeout
        if path in self.held:
            return Answer(status=200, body={"id": path, "properties": self.held[path]})
        return Answer(status=self.status, body={"error": {"message": "no"}})

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        """Write nothing."""
        raise AssertionError(path, body)

    def wait(self, seconds: float) -> None:
        """Never sleep."""

    def account(self, subscription: str) -> Account:
        """Know nobody."""
        raise AssertionError(subscription)


def snapshot() -> Snapshot:
    """Return a stack with a test network and with the network of Bastion."""
    urn = "urn:pulumi:secondary::sparehub::azure-native:network:Subnet::"
    subnets = {"drill/spoke1/app": SUBNET, "drill/bastion/testers/AzureBastionSubnet": BASTION}
    resources = [
        {"urn": urn + name, "type": "azure-native:network:Subnet", "custom": True, "id": identity}
        for name, identity in subnets.items()
    ]
    return Snapshot.of({"resources": resources})


def pair() -> dict[str, Stack]:
    return {
        "primary": stack(protected(), "primary"),
        "secondary": stack(recovery(), "secondary"),
    }


def configurations(*holders: str) -> dict[str, Any]:
    return {"ipConfigurations": [{"id": f"{each}/ipConfigurations/one"} for each in holders]}


def found(held: Mapping[str, Mapping[str, Any]], status: int = 404) -> Occupants:
    return inhabitants(MemoryAzure(held, status), snapshot(), pair(), "secondary")


def interface(machine: str) -> dict[str, Any]:
    group = GROUP.format("rg-recovered")
    return {"virtualMachine": {"id": f"{group}Compute/virtualMachines/{machine}"}}


def test_empty_networks_are_removed() -> None:
    """Also those that are gone, and those that show no configuration."""
    assert found({SUBNET: {}}) == Occupants((), ())
    refuse_inhabited(found({SUBNET: {}}))


def test_machines_of_a_test_failover_are_cleaned_up_first() -> None:
    """Each is named once, however many addresses it has."""
    test = NIC.format("dc1-nic-test")
    held = {SUBNET: configurations(test, test), test: interface("dc1-test")}

    assert [str(each) for each in found(held).of_test] == ["dc1-nic-test in spoke1/app"]
    with pytest.raises(PreflightError) as caught:
        refuse_inhabited(found(held))
    assert str(caught.value) == (
        "the test networks are in use; nothing was done: machines of a test failover are still "
        "there (dc1-nic-test in spoke1/app); in Site Recovery: Replicated items > Clean up test "
        "failover"
    )


def test_what_is_somebody_elses_is_named() -> None:
    """A tester's Bastion host, and an interface of another machine."""
    other = NIC.format("app1-nic-test")
    held = {
        SUBNET: configurations(other),
        other: interface("web-test"),
        BASTION: {"ipConfigurations": [{"id": f"{HOST}/bastionHostIpConfigurations/one"}]},
    }

    assert [str(each) for each in found(held).of_others] == [
        "host in AzureBastionSubnet",
        "app1-nic-test in spoke1/app",
    ]
    with pytest.raises(PreflightError, match=r"not of a test failover of the machines"):
        refuse_inhabited(found(held))


def test_what_cannot_be_read_is_not_taken_for_empty() -> None:
    """Azure does not answer: the networks stay."""
    with pytest.raises(PreflightError, match=r"cannot be read; nothing was done"):
        found({}, status=503)
