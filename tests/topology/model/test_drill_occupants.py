"""Whose the things in test networks are."""

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.drill.occupants import (
    Occupant,
    Occupants,
    ReplicatedMachines,
    classify,
)

GROUP = "/subscriptions/s/resourceGroups/{}/providers/Microsoft."
RECOVERED = GROUP.format("rg-recovered")
MACHINES = ReplicatedMachines(
    resource_group="rg-recovered", interfaces={"dc1": ["dc1-nic"], "app1": ["app1-nic", "shared"]}
)


def interface(name: str, machine: str = "", group: str = "rg-recovered") -> Occupant:
    compute = f"{RECOVERED}Compute/virtualMachines/{machine}"
    return Occupant(
        place="spoke1/app",
        id=ResourceId.of(f"{GROUP.format(group)}Network/networkInterfaces/{name}"),
        machine=ResourceId.of(compute) if machine else None,
    )


def test_what_a_test_failover_of_these_machines_made_is_its_own() -> None:
    """By both names, in any case; also where its machine is deleted already."""
    found = (interface("dc1-nic-test", "dc1-test"), interface("DC1-NIC-TEST", "Dc1-Test"))
    left = interface("app1-nic-test")

    assert classify((*found, left), MACHINES) == Occupants((*found, left), ())


def test_everything_else_is_somebody_elses() -> None:
    """Other names, another machine, another group, another kind of thing."""
    bastion = Occupant(
        place="AzureBastionSubnet",
        id=ResourceId.of(f"{RECOVERED}Network/bastionHosts/dc1-nic-test"),
    )
    found = (
        interface("dc1-nic", "dc1"),
        interface("other-nic-test", "other-test"),
        interface("dc1-nic-test", "app1-test"),
        interface("dc1-nic-test", "dc1-test", group="rg-other"),
        bastion,
    )

    assert classify(found, MACHINES) == Occupants((), found)
    assert str(bastion) == "dc1-nic-test in AzureBastionSubnet"


def test_without_replication_nothing_is_of_a_test() -> None:
    """Names alone say nothing."""
    found = (interface("dc1-nic-test", "dc1-test"),)

    assert classify(found, None) == Occupants((), found)
    assert classify(found, ReplicatedMachines(resource_group="rg-recovered", interfaces={})) == (
        Occupants((), found)
    )
