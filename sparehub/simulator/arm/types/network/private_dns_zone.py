"""Private DNS zones, their links to virtual networks, and their A records.

https://learn.microsoft.com/azure/dns/private-dns-virtual-network-links. Zones are in no region, so
that they answer while one is lost: https://learn.microsoft.com/azure/dns/private-dns-resiliency.
Azure goes on writing a zone or a link after its answer; here both are there at once. Records of
machines are not registered here.
"""

import re
from ipaddress import AddressValueError, IPv4Address
from typing import Any, ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import private_dns as refusals
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    AnswerStyle,
    Deleter,
    Durations,
    ResourceType,
    Write,
)
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network.virtual_network import VIRTUAL_NETWORK

ZONE = "Microsoft.Network/privateDnsZones"
LINK = f"{ZONE}/virtualNetworkLinks"
RECORD_A = f"{ZONE}/A"
_GLOBAL = "global"
_REGISTERS = "registrationEnabled"
_NETWORK = "virtualNetwork"
_SECONDS = 3600


class _PrivateDns(ResourceType):
    """What the types of private DNS have in common: written at once."""

    answers = AnswerStyle.IMMEDIATE
    seconds = Durations(create=0, update=0, delete=0)
    verb = "PutPrivateDnsOperation"

    def show(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the JSON of a zone, a link or a record set."""
        del now, listed
        placed = {"location": _GLOBAL} if self.has_location else {}
        tags = {"tags": resource.document["tags"]} if "tags" in resource.document else {}
        return {
            "id": resource.id.text,
            "name": resource.id.name,
            "type": self.name,
            "etag": resource.etag,
            **placed,
            **tags,
            "properties": self.render(transaction, resource, provisioned=True),
        }


class PrivateDnsZone(_PrivateDns):
    """A private DNS zone; the limits are those that the service itself shows.

    https://github.com/Azure/azure-cli/issues/15010 has a zone as Azure shows it.
    """

    name = ZONE
    accepts: ClassVar[Spec] = {}
    has_location = True
    is_global = True
    name_pattern = re.compile(r"[A-Za-z0-9_]([\w.-]{0,251}\w)?", re.ASCII)
    longest_name = 253

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Count record sets, that of the zone's own SOA included, and links."""
        del provisioned
        links = transaction.children(resource.key, LINK)
        return {
            "maxNumberOfRecordSets": 25000,
            "maxNumberOfVirtualNetworkLinks": 1000,
            "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
            "numberOfRecordSets": 1 + len(transaction.children(resource.key, RECORD_A)),
            "numberOfVirtualNetworkLinks": len(links),
            "numberOfVirtualNetworkLinksWithRegistration": sum(
                bool(each.properties[_REGISTERS]) for each in links
            ),
            "provisioningState": "Succeeded",
        }

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete a zone with links."""
        for link in transaction.children(resource.key, LINK):
            nested = link.id.text.partition("/providers/")[2]
            raise refusals.ZONE_NESTED(nested=nested)

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete its records with it."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


class VirtualNetworkLink(_PrivateDns):
    """A link: machines of the network resolve the zone, and register in it where it says so."""

    name = LINK
    accepts: ClassVar[Spec] = {_NETWORK: Reference(VIRTUAL_NETWORK), _REGISTERS: bool}
    has_location = True
    is_global = True

    def check(self, write: Write) -> None:
        """Refuse a second zone of the same name, and a second one with registration."""
        network = str(write.properties.get(_NETWORK, {}).get("id", "")).lower()
        zone = write.id.parent or write.id
        for other in write.transaction.referrers(network, LINK) if network else ():
            there = other.id.parent or other.id
            if other.key == write.id.key:
                continue
            if there.name.lower() == zone.name.lower():
                raise refusals.ZONE_OVERLAP(zone=zone.name, other=there.name)
            if write.properties.get(_REGISTERS) and other.properties[_REGISTERS]:
                raise refusals.ZONE_REGISTRATION(zone=there.text)

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's default: no registration."""
        return {_REGISTERS: False} | write.properties

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the states."""
        del transaction, provisioned
        done = {"provisioningState": "Succeeded", "virtualNetworkLinkState": "Completed"}
        return resource.properties | done


class RecordSetA(_PrivateDns):
    """The A records of a name, all of which have one time to live."""

    name = RECORD_A
    accepts: ClassVar[Spec] = {"ttl": int, "aRecords": [{"ipv4Address": str}]}
    name_pattern = re.compile(r"@|(\*\.)?[A-Za-z0-9_]([\w.-]{0,251}\w)?|\*", re.ASCII)
    longest_name = 253

    def check(self, write: Write) -> None:
        """Refuse what is not an IPv4 address, and a time to live below 1 s."""
        ttl = write.properties.get("ttl", _SECONDS)
        if ttl < 1:
            raise refusals.RECORD_INVALID(id=write.id.text, problem=f"its ttl is {ttl}")
        for each in write.properties.get("aRecords", []):
            address = each.get("ipv4Address", "")
            try:
                IPv4Address(address)
            except AddressValueError:
                problem = f"'{address}' is not an IPv4 address"
                raise refusals.RECORD_INVALID(id=write.id.text, problem=problem) from None

    def compute(self, write: Write) -> JsonObject:
        """Add Azure's default: one hour."""
        return {"ttl": _SECONDS, "aRecords": []} | write.properties

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the whole name."""
        del transaction, provisioned
        zone = (resource.id.parent or resource.id).name
        name = "" if resource.id.name == "@" else f"{resource.id.name}."
        return resource.properties | {"fqdn": f"{name}{zone}.", "isAutoRegistered": False}


def addresses_of(record: Resource) -> list[str]:
    """Return the addresses of a record set."""
    return [str(each["ipv4Address"]) for each in record.properties["aRecords"]]


def record_of(zone: ResourceId, name: str) -> ResourceId:
    """Return the id of a record set of a zone."""
    return zone.child("A", name)


def record_body(address: str, seconds: int) -> dict[str, Any]:
    """Return the body of a record set with one address."""
    return {"properties": {"ttl": seconds, "aRecords": [{"ipv4Address": address}]}}
