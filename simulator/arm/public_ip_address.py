"""Public IP addresses."""

from ipaddress import ip_network
from typing import ClassVar

from simulator.arm import refusals_attached as refusals
from simulator.arm.accept import Spec
from simulator.arm.guid import fraction, guid
from simulator.arm.ip_configurations import naming
from simulator.arm.messages import JsonObject
from simulator.arm.resource_type import Durations, ResourceType, Write
from simulator.arm.transaction import Resource, Transaction

PUBLIC_IP_ADDRESS = "Microsoft.Network/publicIPAddresses"
_SKUS = ("Basic", "Standard")
_METHODS = ("Dynamic", "Static")
_RANGE = ip_network("198.18.0.0/15")
"""Simulated addresses come from what is set apart for tests of networks (RFC 2544)."""


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
    located = True
    has_sku = True
    has_zones = True
    verb = "PutPublicIpAddressOperation"

    def check(self, write: Write) -> None:
        """Refuse an unknown SKU or method: a Standard address is Static."""
        sku = write.body.get("sku", {}).get("name", "Basic")
        method = write.properties.get("publicIPAllocationMethod", "Dynamic")
        if sku not in _SKUS or method not in _METHODS:
            problem = f"sku.name must be one of {_SKUS}, the allocation method one of {_METHODS}"
            raise refusals.PUBLIC_ADDRESS(id=write.id.text, problem=problem)
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

    def render(self, transaction: Transaction, resource: Resource, *, settled: bool) -> JsonObject:
        """Add the address and the IP configuration that uses it."""
        shown = dict(resource.properties)
        used = naming(transaction, resource.key, "publicIPAddress")
        if used:
            shown["ipConfiguration"] = {"id": used[0]["id"]}
        if settled and (used or shown["publicIPAllocationMethod"] == "Static"):
            shown["ipAddress"] = address_of(resource)
        return shown

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete an address in use (GWY-12)."""
        for user in naming(transaction, resource.key, "publicIPAddress"):
            raise refusals.PUBLIC_ADDRESS_IN_USE(id=resource.id.text, user=user["id"])


def address_of(public_address: Resource) -> str:
    """Return the address itself, the same in every run."""
    number = int(fraction("public address", public_address.key) * (_RANGE.num_addresses - 2))
    return str(_RANGE[number + 1])


def check_free(write: Write, collection: str) -> None:
    """Refuse to use a public address that another IP configuration has."""
    for configuration in write.properties.get(collection, []):
        address = configuration.get("properties", {}).get("publicIPAddress", {}).get("id", "")
        for user in naming(write.transaction, address.lower(), "publicIPAddress"):
            if not user["id"].lower().startswith(f"{write.id.key}/"):
                raise refusals.PUBLIC_ADDRESS_TAKEN(
                    id=write.id.text, address=address, user=user["id"]
                )
