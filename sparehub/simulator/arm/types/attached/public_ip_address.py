"""Public IP addresses."""

from ipaddress import ip_network
from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.deterministic_ids import fraction, guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.network.ip_configurations import configurations_using

BASIC = "publicIPAddresses.basic"
"""Setting: the subscription still has leave to make Basic addresses. Retired on 2025-09-30, the
limit is 0; Microsoft's own test subscription made one with API 2025-05-01 (recorded)."""
PUBLIC_IP_ADDRESS = "Microsoft.Network/publicIPAddresses"
_SKUS = ("Basic", "Standard")
_METHODS = ("Dynamic", "Static")
_RANGE = ip_network("198.18.0.0/15")
"""Simulated addresses come from the range for benchmarks of networks (RFC 2544)."""


class PublicIPAddress(ResourceType):
    """A public IP address."""

    name = PUBLIC_IP_ADDRESS
    accepts: ClassVar[Spec] = {
        "ddosSettings": dict,
        "deleteOption": str,
        "dnsSettings": dict,
        "idleTimeoutInMinutes": int,
        "ipTags": [dict],
        "publicIPAddressVersion": str,
        "publicIPAllocationMethod": str,
    }
    # 11 s in public Terraform logs.
    seconds = Durations(create=11, update=11, delete=11)
    has_location = True
    has_sku = True
    has_zones = True
    verb = "PutPublicIpAddressOperation"

    def check(self, write: Write) -> None:
        """Refuse an unknown SKU or method, and new Basic addresses, retired on 2025-09-30.

        Without a SKU an address is Basic (recorded with API 2025-05-01), and so refused: clients
        have to say ``Standard`` (https://github.com/microsoft/nav-arm-templates/issues/238).
        """
        sku = write.body.get("sku", {}).get("name", "Basic")
        method = write.properties.get("publicIPAllocationMethod", "Dynamic")
        if sku not in _SKUS or method not in _METHODS:
            problem = f"sku.name must be one of {_SKUS}, the allocation method one of {_METHODS}"
            raise refusals.PUBLIC_ADDRESS(id=write.id.text, problem=problem)
        allowed = write.transaction.setting(BASIC, "") == "yes"
        if sku == "Basic" and not write.existing and not allowed:
            raise refusals.PUBLIC_ADDRESS_BASIC()  # noqa: RSE102  an entry is called
        if sku == "Standard" and method != "Static":
            raise refusals.PUBLIC_ADDRESS_STATIC(id=write.id.text)

    def compute(self, write: Write) -> JsonObject:
        """Add the address, which a dynamic one has only while it is used, and defaults."""
        defaults = {
            "idleTimeoutInMinutes": 4,
            "ipTags": [],
            "publicIPAddressVersion": "IPv4",
            "publicIPAllocationMethod": "Dynamic",
            "resourceGuid": guid(write.id.key),
        }
        return defaults | write.properties

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add the address and the IP configuration that uses it."""
        shown = dict(resource.properties)
        used = configurations_using(transaction, resource.key, "publicIPAddress")
        if used:
            shown["ipConfiguration"] = {"id": used[0]["id"]}
        if provisioned and (used or shown["publicIPAllocationMethod"] == "Static"):
            shown["ipAddress"] = address_of(resource)
        return shown

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete an address in use (GWY-12)."""
        for user in configurations_using(transaction, resource.key, "publicIPAddress"):
            raise refusals.PUBLIC_ADDRESS_IN_USE(id=resource.id.text, user=user["id"])


def address_of(public_address: Resource) -> str:
    """Return the address itself, the same in every run."""
    number = int(fraction("public address", public_address.key) * (_RANGE.num_addresses - 2))
    return str(_RANGE[number + 1])


def basic_addresses(write: Write, collection: str) -> list[Resource]:
    """Return the Basic public addresses that IP configurations name."""
    addresses = [
        write.transaction.get(address["properties"]["publicIPAddress"]["id"].lower())
        for address in write.properties.get(collection, [])
        if "publicIPAddress" in address.get("properties", {})
    ]
    return [
        address for address in addresses if address and address.document["sku"]["name"] == "Basic"
    ]


def check_free(write: Write, collection: str) -> None:
    """Refuse to use a public address that another IP configuration has."""
    for configuration in write.properties.get(collection, []):
        address = configuration.get("properties", {}).get("publicIPAddress", {}).get("id", "")
        for user in configurations_using(write.transaction, address.lower(), "publicIPAddress"):
            if not user["id"].lower().startswith(f"{write.id.key}/"):
                name = configuration.get("name", "")
                raise refusals.PUBLIC_ADDRESS_TAKEN(
                    id=write.id.child(collection, name).text, address=address, user=user["id"]
                )
