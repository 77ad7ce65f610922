"""ExpressRoute circuits."""

from typing import ClassVar

from sparehub.simulator.arm.data import geography, service_providers
from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import express_route as refusals
from sparehub.simulator.arm.refusals.common import FORMAT_INVALID
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    Deleter,
    Durations,
    ResourceType,
    Write,
    write_inline_children,
)
from sparehub.simulator.arm.types.body_schema import Spec

CIRCUIT = "Microsoft.Network/expressRouteCircuits"
CONNECTION = "Microsoft.Network/connections"
MANUAL = "provider.manual"
"""Setting: the simulated service provider provisions a circuit only on command."""

_TIERS = ("Basic", "Local", "Standard", "Premium")
_FAMILIES = ("MeteredData", "UnlimitedData")
_STANDARD_LINKS = 10
_NO_KEY = guid("no service key")


class Circuit(ResourceType):
    """An ExpressRoute circuit; its peerings and authorizations are resources of their own."""

    name = CIRCUIT
    accepts: ClassVar[Spec] = {
        "allowClassicOperations": bool,
        "authorizations": [dict],
        "globalReachEnabled": bool,
        "peerings": [dict],
        "serviceProviderNotes": str,
        "serviceProviderProperties": {
            "serviceProviderName": str,
            "peeringLocation": str,
            "bandwidthInMbps": int,
        },
    }
    # Median of three PUTs recorded in azure-libraries-for-net; update and deletion as long. The
    # service provider's own work (days) is not in it.
    seconds = Durations(create=42, update=42, delete=42)
    has_location = True
    has_sku = True
    inlines = ("peerings", "authorizations")
    verb = "PutExpressRouteCircuitOperation"

    def check(self, write: Write) -> None:
        """Refuse ER-01 to ER-03, ER-07. Its location need not match anything (ER-06)."""
        provider = write.properties.get("serviceProviderProperties", {})
        if len(provider) != 3:  # noqa: PLR2004  the three members of the specification
            raise FORMAT_INVALID(problem="properties.serviceProviderProperties is incomplete")
        name, location = provider["serviceProviderName"], provider["peeringLocation"]
        known = service_providers.is_provider(name) and geography.is_peering_location(location)
        if not known and not service_providers.is_test(name, location):
            raise refusals.PROVIDER_UNKNOWN(provider=name, id=write.id.text)
        bandwidth = provider["bandwidthInMbps"]
        if bandwidth not in service_providers.BANDWIDTHS_IN_MBPS:
            raise refusals.BANDWIDTH(
                id=write.id.text,
                bandwidth=bandwidth,
                offered=", ".join(map(str, service_providers.BANDWIDTHS_IN_MBPS)),
            )
        _check_sku(write)
        if write.existing:
            _check_change(write, write.existing)

    def compute(self, write: Write) -> JsonObject:
        """Add the states in which a circuit begins (ER-08) and its service key."""
        own = {name: value for name, value in write.properties.items() if name not in self.inlines}
        defaults = {
            "allowClassicOperations": False,
            "circuitProvisioningState": "Enabled",
            "globalReachEnabled": False,
            "gatewayManagerEtag": "",
            "resourceGuid": guid(write.id.key),
            "serviceKey": guid("service key", write.id.key),
        }
        return defaults | own

    def private(self, write: Write) -> JsonObject:
        """Let the provider provision a new circuit at once, unless it waits for a command."""
        if write.existing:
            return write.existing.private | {"new": False}
        by_itself = write.transaction.setting(MANUAL, "") != "yes"
        test = is_test_circuit(write.properties)
        return {"new": True, "provisioned": by_itself and not test}

    def after_put(self, write: Write, resource: Resource) -> None:
        """Replace the children by those that came with the circuit: none where none did.

        https://github.com/hashicorp/terraform-provider-azurerm/issues/2250 and its fix 3496, of
        2018 and 2019; of newer versions no source says. azure-native sends back what it reads.
        """
        del resource
        write_inline_children(write, "peerings", keep_if_absent=False)
        write_inline_children(write, "authorizations", keep_if_absent=False)

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Show a circuit that is written as Azure does: disabled, without its key.

        Recorded of circuits that nobody had provisioned, new or not; of others no recording shows
        an update.
        """
        del transaction
        shown = resource.properties | {"serviceProviderProvisioningState": provider_state(resource)}
        new = resource.private["new"]
        if not provisioned and (new or not resource.private["provisioned"]):
            shown["circuitProvisioningState"] = "Disabled"
            shown["serviceProviderProvisioningState"] = "NotProvisioned"
            shown["serviceKey"] = _NO_KEY
            if new:
                del shown["gatewayManagerEtag"]
        return shown

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse to delete a circuit with links (ER-30) or a provisioned one (ER-39)."""
        for user in transaction.referrers(resource.key, CONNECTION):
            raise refusals.CIRCUIT_CONNECTED(id=resource.id.text, user=user.id.text)
        if resource.private["provisioned"]:
            raise refusals.CIRCUIT_PROVISIONED()  # noqa: RSE102  an entry of the catalogue is called

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Delete peerings and authorizations."""
        for child in transaction.children(resource.key):
            deleter.remove(child)


def peering_location(circuit: Resource) -> str:
    """Return the circuit's peering location, such as ``Hong Kong``."""
    return str(circuit.properties["serviceProviderProperties"]["peeringLocation"])


def provider_state(circuit: Resource) -> str:
    """Return the circuit's ``serviceProviderProvisioningState``."""
    return "Provisioned" if circuit.private["provisioned"] else "NotProvisioned"


def is_test_circuit(properties: JsonObject) -> bool:
    """Return whether the circuit is of Microsoft's own provider for tests."""
    provider = properties["serviceProviderProperties"]
    name, location = provider["serviceProviderName"], provider["peeringLocation"]
    return service_providers.is_test(name, location)


def _check_sku(write: Write) -> None:
    sku = write.body.get("sku", {})
    tier, family = sku.get("tier"), sku.get("family")
    if tier not in _TIERS or family not in _FAMILIES:
        problem = f"sku.tier must be one of {_TIERS}, sku.family one of {_FAMILIES}"
        raise refusals.CIRCUIT_SKU(id=write.id.text, problem=problem)
    if sku.get("name") != f"{tier}_{family}":
        problem = f"sku.name must be {tier}_{family}"
        raise refusals.CIRCUIT_SKU(id=write.id.text, problem=problem)


def _check_change(write: Write, existing: Resource) -> None:
    """Refuse to lower the bandwidth (ER-02) or to move the circuit."""
    _check_downgrade(write, existing)
    old = existing.properties["serviceProviderProperties"]
    new = write.properties["serviceProviderProperties"]
    if new["bandwidthInMbps"] < old["bandwidthInMbps"]:
        raise refusals.BANDWIDTH_LOWERED(
            id=write.id.text, old=old["bandwidthInMbps"], new=new["bandwidthInMbps"]
        )
    if old | {"bandwidthInMbps": 0} != new | {"bandwidthInMbps": 0}:
        raise refusals.CIRCUIT_PROVIDER_FIXED(id=write.id.text)


def _check_downgrade(write: Write, existing: Resource) -> None:
    """Refuse a downgrade from Premium while a link needs it (ER-29)."""
    tier = write.body["sku"]["tier"]
    if existing.document["sku"]["tier"] != "Premium" or tier == "Premium":
        return
    links = write.transaction.referrers(existing.key, CONNECTION)
    if len(links) > _STANDARD_LINKS:
        problem = f"it has {len(links)} links, more than {_STANDARD_LINKS}"
        raise refusals.DOWNGRADE(id=write.id.text, tier=tier, problem=problem)
    location = peering_location(existing)
    for link in links:
        key = link.properties["virtualNetworkGateway1"]["id"].lower()
        stored = write.transaction.get(key)
        region = stored.document["location"] if stored else ""
        if not geography.same_geopolitical_region(location, region):
            problem = f"{link.id.text} reaches {region}"
            raise refusals.DOWNGRADE(id=write.id.text, tier=tier, problem=problem)
