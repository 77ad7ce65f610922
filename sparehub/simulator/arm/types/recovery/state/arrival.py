"""Where a machine arrives: name, network, subnet, addresses (SR-09 to SR-11, SR-44, SR-73).

Names of a test: ``{vm}-test``, ``{nic}-test``, ``{disk}-ASRtest`` (SR-49).
"""

from dataclasses import dataclass
from ipaddress import ip_address
from itertools import chain, islice

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.network.ip_configurations import (
    configurations_using,
    is_reserved,
)
from sparehub.simulator.arm.types.network.virtual_network import SUBNET, subnet_networks
from sparehub.simulator.arm.types.recovery.state import mappings
from sparehub.simulator.arm.types.recovery.state.source_machine import network_of

_MOST_TRIES = 65_536
"""How many addresses of a subnet are looked at for a free one."""


@dataclass(frozen=True)
class Arrival:
    """Where a machine arrives: for a failover, or for a test of one."""

    transaction: Transaction
    item: Resource
    test: bool = False
    network: str = ""
    """The network of a test; a failover goes where the item says."""

    @property
    def machine(self) -> JsonObject:
        """What is known of the machine."""
        found: JsonObject = self.item.private["machine"]
        return found

    @property
    def settings(self) -> JsonObject:
        """What PATCHes have set."""
        found: JsonObject = self.item.private["settings"]
        return found

    @property
    def group(self) -> ResourceId:
        """The resource group in which things are made."""
        return ResourceId(self.item.private["recoveryGroup"])

    @property
    def location(self) -> str:
        """The region in which things are made."""
        return str(self.item.private["targetRegion"])

    @property
    def name(self) -> str:
        """The name of the machine that is made."""
        own = str(self.settings.get("recoveryAzureVMName") or self.machine["name"])
        return str(self.settings.get("tfoAzureVMName") or f"{own}-test") if self.test else own

    def identity(self, type_name: str, name: str) -> ResourceId:
        """Return the id of something that is made."""
        return ResourceId(f"{self.group.text}/providers/{type_name}/{name}")

    def chosen(self, nic: JsonObject) -> JsonObject:
        """Return what PATCHes have set of an interface."""
        found: JsonObject = self.settings.get("nics", {}).get(nic["guid"].lower(), {})
        return found

    def said(self, nic: JsonObject, configuration: JsonObject, setting: str) -> object:
        """Return a setting of an IP configuration, without its prefix; None where there is none."""
        configurations = self.chosen(nic).get("configurations", {})
        prefix = "tfo" if self.test else "recovery"
        found: object = configurations.get(configuration["name"], {}).get(f"{prefix}{setting}")
        return found


def network_for(arrival: Arrival, nic: JsonObject) -> str:
    """Return the id of the network of an interface that is made.

    A test: the item's own test network, then the one of the request. A failover: the item's own
    network, then the mapping of the source network.

    Raises:
        Refusal: There is none.

    """
    settings = arrival.settings
    if arrival.test:
        found = settings.get("selectedTfoAzureNetworkId") or arrival.network
    else:
        source = network_of(nic["configurations"][0]["subnet"]) if nic["configurations"] else ""
        found = settings.get("selectedRecoveryAzureNetworkId") or mappings.target_network(
            arrival.transaction, arrival.item, source
        )
    network = arrival.transaction.get(str(found or "").lower())
    if network is None or network.document.get("location") != arrival.location:
        raise refusals.TARGET_NETWORK(machine=arrival.machine["name"])
    return network.id.text


def subnet_for(arrival: Arrival, nic: JsonObject, configuration: JsonObject) -> Resource:
    """Return the subnet: the one that is said, of the same name, or the first by name (SR-09).

    Raises:
        Refusal: The network has no subnet, or not the one that is said.

    """
    network = network_for(arrival, nic)
    subnets = {
        subnet.id.name.lower(): subnet
        for subnet in arrival.transaction.children(network.lower(), SUBNET)
    }
    wanted = arrival.said(nic, configuration, "SubnetName")
    if not wanted and not arrival.test:
        wanted = arrival.item.private.get("recoverySubnet")
    if wanted:
        name = str(wanted).rpartition("/")[2]
        if name.lower() not in subnets:
            raise replicated_machines.TARGET_SUBNET(network=network, subnet=name)
        return subnets[name.lower()]
    own = configuration["subnet"].rpartition("/")[2].lower()
    if own in subnets:
        return subnets[own]
    if not subnets:
        raise refusals.TARGET_NETWORK(machine=arrival.machine["name"])
    return subnets[min(subnets)]


def free_address(arrival: Arrival, subnet: Resource, wanted: str) -> str:
    """Return the source's address if it is free in the subnet, else the next one (SR-10, SR-11).

    A failover takes the next free address after the source's, a test the last free one. Empty
    where the address is of another range: Azure then takes the first free one.
    """
    networks = subnet_networks(subnet)
    address = ip_address(wanted) if wanted else None
    network = next((net for net in networks if address and address in net), None)
    if network is None or address is None:
        return ""
    taken = {
        user["properties"].get("privateIPAddress")
        for user in configurations_using(arrival.transaction, subnet.key, "subnet")
    }

    def free(number: int) -> bool:
        candidate = network[number]
        return not is_reserved(candidate, network) and str(candidate) not in taken

    first = int(address) - int(network.network_address)
    last = network.num_addresses - 1
    order = (
        chain((first,), range(last, -1, -1))
        if arrival.test
        else chain(range(first, last + 1), range(first))
    )
    tried = islice(order, _MOST_TRIES)
    return next((str(network[number]) for number in tried if free(number)), "")
