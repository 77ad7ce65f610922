"""The part of a stack file on ExpressRoute: gateway, connections and circuits."""

from typing import Annotated, Any

from pydantic import Discriminator, Field, JsonValue, SecretStr, StrictBool, Tag
from pydantic import StrictInt as Int

from sparehub.topology.azure.gateway_skus import SCALE_UNITS_MAX
from sparehub.topology.azure.limits import ASN_MAX, ROUTING_WEIGHT_MAX, VLAN_ID_MAX
from sparehub.topology.config.closed_model import Closed, NamedConfig
from sparehub.topology.config.enums import Bandwidth, CircuitFamily, CircuitTier, GatewaySku
from sparehub.topology.config.fields import (
    AddressPrefix,
    CircuitId,
    Key,
    Location,
    ResourceGroupName,
    Text,
)


class GatewayConfig(NamedConfig):
    """The ExpressRoute gateway."""

    sku: GatewaySku = GatewaySku.ER_GW_1_AZ
    min_scale_units: Annotated[Int, Field(ge=1, le=SCALE_UNITS_MAX)] | None = None
    max_scale_units: Annotated[Int, Field(ge=1, le=SCALE_UNITS_MAX)] | None = None


class OwnedSkuConfig(Closed):
    """Reach and billing of an owned circuit."""

    tier: CircuitTier
    family: CircuitFamily


class ReferencedSkuConfig(Closed):
    """Reach of a circuit that is owned elsewhere."""

    tier: CircuitTier


class PrivatePeeringConfig(Closed):
    """ER-10: the private peering of an owned circuit."""

    peer_asn: Annotated[Int, Field(alias="peerASN", ge=1, le=ASN_MAX)]
    vlan_id: Annotated[Int, Field(ge=1, le=VLAN_ID_MAX)]
    primary_peer_address_prefix: AddressPrefix
    secondary_peer_address_prefix: AddressPrefix


class OwnedCircuitConfig(NamedConfig):
    """A circuit that this stack creates, in a resource group of its own."""

    peering_location: Text
    location: Location | None = None  # of the circuit's record; the region's own where absent
    service_provider: Text
    bandwidth_in_mbps: Bandwidth
    sku: OwnedSkuConfig
    resource_group: ResourceGroupName | None = None
    provisioned: StrictBool = False  # by the provider; private peering and connection need it
    private_peering: PrivatePeeringConfig | None = None


# In a stack file a secret stands as Pulumi encrypted it.
_ENCRYPTED: dict[str, JsonValue] = {
    "anyOf": [
        {
            "type": "object",
            "properties": {"secure": {"type": "string"}},
            "required": ["secure"],
            "additionalProperties": False,
        },
        {"type": "null"},
    ]
}


class ReferencedCircuitConfig(Closed):
    """A circuit that is owned elsewhere; the key is needed in another subscription (ER-14)."""

    id: CircuitId
    peering_location: Text
    location: Location | None = None  # of the circuit's record; read from Azure where absent
    sku: ReferencedSkuConfig
    bandwidth_in_mbps: Bandwidth
    authorization_key: SecretStr | None = Field(
        default=None, exclude=True, json_schema_extra=_ENCRYPTED
    )


def _kind_of_circuit(value: Any) -> str:  # noqa: ANN401 - any YAML value
    given = value if isinstance(value, dict) else {}
    referenced = isinstance(value, ReferencedCircuitConfig) or "id" in given
    return "referenced" if referenced else "owned"


CircuitConfig = Annotated[
    Annotated[OwnedCircuitConfig, Tag("owned")]
    | Annotated[ReferencedCircuitConfig, Tag("referenced")],
    Discriminator(_kind_of_circuit),
]


class ConnectionConfig(NamedConfig):
    """One connection of the gateway to one circuit."""

    routing_weight: Annotated[Int, Field(ge=0, le=ROUTING_WEIGHT_MAX)] = 0  # ER-22
    circuit: CircuitConfig


class ExpressRouteConfig(Closed):
    """Gateway and connections; one entry a circuit."""

    gateway: GatewayConfig = GatewayConfig()
    connections: Annotated[dict[Key, ConnectionConfig], Field(min_length=1)]
