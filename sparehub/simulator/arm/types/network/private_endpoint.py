"""Private endpoints, and the groups that keep their records in private DNS zones.

https://learn.microsoft.com/azure/private-link/private-endpoint-overview. An endpoint is a network
interface in a subnet. The service behind it is not looked for: most services are not simulated.
"""

from collections.abc import Iterator
from typing import Any, ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import private_dns as refusals
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network.private_dns_zone import (
    ZONE,
    addresses_of,
    record_body,
    record_of,
)
from sparehub.simulator.arm.types.network.virtual_network import SUBNET

ENDPOINT = "Microsoft.Network/privateEndpoints"
ZONE_GROUP = f"{ENDPOINT}/privateDnsZoneGroups"
_NETWORK_INTERFACE = "Microsoft.Network/networkInterfaces"
_CONNECTIONS = "privateLinkServiceConnections"
_MANUAL = "manualPrivateLinkServiceConnections"
_TTL = 10
"""Seconds that the records of an endpoint live: a guess."""
_CONNECTION: Spec = {
    "name": str,
    "properties": {"privateLinkServiceId": str, "groupIds": [str], "requestMessage": str},
}


class PrivateEndpoint(ResourceType):
    """A private endpoint; its interface comes and goes with it."""

    name = ENDPOINT
    accepts: ClassVar[Spec] = {
        "customNetworkInterfaceName": str,
        "subnet": Reference(SUBNET, same_region=True),
        _CONNECTIONS: [_CONNECTION],
        _MANUAL: [_CONNECTION],
    }
    # No recording: taken to be as long as a network interface.
    seconds = Durations(create=9, update=9, delete=9)
    has_location = True
    verb = "PutPrivateEndpointOperation"

    def check(self, write: Write) -> None:
        """Refuse one that is in no subnet, or leads nowhere."""
        if "subnet" not in write.properties or not _target(write.properties):
            raise refusals.ENDPOINT_TARGET(id=write.id.text)

    def compute(self, write: Write) -> JsonObject:
        """Show the connection as approved."""
        approved = {"status": "Approved", "description": "", "actionsRequired": "None"}
        shown: JsonObject = {_CONNECTIONS: [], _MANUAL: []}
        for collection in shown:
            shown[collection] = [
                each
                | {
                    "properties": each["properties"]
                    | {"privateLinkServiceConnectionState": approved}
                }
                for each in write.properties.get(collection, [])
            ]
        return write.properties | shown | {"customDnsConfigs": []}

    def after_put(self, write: Write, resource: Resource) -> None:
        """Make the interface that has its address."""
        if write.existing is None:
            subnet = {"subnet": {"id": resource.properties["subnet"]["id"]}}
            body = {
                "location": write.location,
                "properties": {"ipConfigurations": [{"name": "endpoint", "properties": subnet}]},
            }
            write.children.put(interface_of(resource), body)

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the interface."""
        del transaction, provisioned
        return resource.properties | {"networkInterfaces": [{"id": interface_of(resource).text}]}

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete its group of zones, with the records, and its interface."""
        for child in transaction.children(resource.key):
            deleter.remove(child)
        if interface := transaction.get(interface_of(resource).key):
            deleter.remove(interface)


class PrivateDnsZoneGroup(ResourceType):
    """The zones that hold a record of an endpoint.

    A record that another endpoint wrote under the same name is replaced
    (https://learn.microsoft.com/azure/private-link/private-endpoint-dns).
    """

    name = ZONE_GROUP
    accepts: ClassVar[Spec] = {
        "privateDnsZoneConfigs": [
            {"name": str, "properties": {"privateDnsZoneId": str}},
        ]
    }
    seconds = Durations(create=5, update=5, delete=5)
    verb = "PutPrivateDnsZoneGroupOperation"

    def check(self, write: Write) -> None:
        """Refuse a second group, and a zone that does not exist."""
        endpoint = write.id.parent or write.id
        for other in write.transaction.children(endpoint.key, ZONE_GROUP):
            if other.key != write.id.key:
                raise refusals.ENDPOINT_GROUPS(id=endpoint.text, other=other.id.name)
        for text in _zones(write.properties):
            if (
                write.transaction.get(text.lower()) is None
                or f"/{ZONE}/".lower() not in text.lower()
            ):
                raise self.missing(text, write.id)

    def after_put(self, write: Write, resource: Resource) -> None:
        """Write a record into each zone; one that is there is replaced."""
        for record, address in _records(write.transaction, resource):
            write.children.put(record, record_body(address, _TTL))

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete the records that are still those of its endpoint."""
        for identity, address in _records(transaction, resource):
            record = transaction.get(identity.key)
            if record and addresses_of(record) == [address]:
                deleter.remove(record)


def _records(transaction: Transaction, group: Resource) -> Iterator[tuple[ResourceId, str]]:
    """Yield the record set of a group in each of its zones, with the endpoint's address."""
    endpoint = transaction.get((group.id.parent or group.id).key)
    address = _address(transaction, endpoint) if endpoint else ""
    if endpoint is None or not address:
        return
    for text in _zones(group.properties):
        if zone := transaction.get(text.lower()):
            yield record_of(zone.id, _record_name(endpoint)), address


def interface_of(endpoint: Resource) -> ResourceId:
    """Return the id of the interface of an endpoint, in the resource group of the endpoint."""
    named = endpoint.properties.get("customNetworkInterfaceName")
    name = named or f"{endpoint.id.name[:40]}.nic.{guid('endpoint', endpoint.key)}"
    return ResourceId(f"{endpoint.id.group.text}/providers/{_NETWORK_INTERFACE}/{name}")


def _target(properties: JsonObject) -> str:
    """Return the id of the service that an endpoint leads to; empty where there is none."""
    connections = [*properties.get(_CONNECTIONS, []), *properties.get(_MANUAL, [])]
    if len(connections) != 1:
        return ""
    return str(connections[0].get("properties", {}).get("privateLinkServiceId", ""))


def _record_name(endpoint: Resource) -> str:
    """Return the name of an endpoint's record: that of the service behind it."""
    return _target(endpoint.properties).rpartition("/")[2].lower() or endpoint.id.name


def _address(transaction: Transaction, endpoint: Resource) -> str:
    interface = transaction.get(interface_of(endpoint).key)
    configurations: list[dict[str, Any]] = (
        interface.properties["ipConfigurations"] if interface else []
    )
    return str(configurations[0]["properties"]["privateIPAddress"]) if configurations else ""


def _zones(properties: JsonObject) -> list[str]:
    configs = properties.get("privateDnsZoneConfigs", [])
    found = (each.get("properties", {}).get("privateDnsZoneId") for each in configs)
    return [str(each) for each in found if each]
