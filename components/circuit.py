"""An ExpressRoute circuit and its private peering."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import network

from sparehub.topology.model import logical_names
from sparehub.topology.model.names import PRIVATE_PEERING
from sparehub.topology.model.resources import Circuit


@dataclass(frozen=True, kw_only=True)
class ExpressRouteCircuitArgs:
    """Arguments of :class:`ExpressRouteCircuit`."""

    resource_group_name: Input[str]
    location: Input[str]
    """Where Azure keeps the circuit's record; the peering location is what it serves (ER-06,
    https://learn.microsoft.com/azure/expressroute/expressroute-locations-providers)."""
    circuit: Circuit
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class ExpressRouteCircuit(ComponentResource):
    """A circuit and, once the provider has provisioned it, its private peering; both protected.

    Billing starts when it is made; the provider provisions it by its service key, which takes days
    (ER-08, https://learn.microsoft.com/azure/expressroute/expressroute-howto-circuit-portal-resource-manager).
    Azure refuses the private peering before that (ER-09,
    https://learn.microsoft.com/azure/expressroute/expressroute-howto-routing-arm) and the circuit's
    deletion as long as it is provisioned (ER-39,
    https://github.com/oracle-quickstart/oci-azure-interconnect/issues/8). Bandwidth, in Mbps, can
    only grow, if the port has room (ER-02,
    https://learn.microsoft.com/azure/expressroute/expressroute-faqs).
    """

    circuit_id: Output[str]
    service_key: Output[str | None]
    """What the provider asks for; a secret."""
    ready: Resource
    """What a connection waits for: the private peering, or the circuit where it has none yet."""

    def __init__(
        self, name: str, args: ExpressRouteCircuitArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:network:ExpressRouteCircuit", name, {}, opts)
        described = args.circuit
        circuit = network.ExpressRouteCircuit(
            logical_names.circuit(name),
            circuit_name=described.name,
            resource_group_name=args.resource_group_name,
            location=args.location,
            service_provider_properties={
                "service_provider_name": described.service_provider,
                "peering_location": described.peering_location,
                "bandwidth_in_mbps": described.bandwidth_in_mbps,
            },
            sku={
                "name": f"{described.tier}_{described.family}",
                "tier": described.tier,
                "family": described.family,
            },
            tags=args.tags,
            # azure-native marks neither as secret; the second holds the keys of authorizations.
            opts=ResourceOptions(
                parent=self,
                protect=True,
                additional_secret_outputs=["serviceKey", "authorizations"],
            ),
        )
        ready: Resource = circuit
        peering = described.private_peering
        if peering is not None:
            ready = network.ExpressRouteCircuitPeering(
                logical_names.private_peering(name),
                peering_name=PRIVATE_PEERING,
                resource_group_name=args.resource_group_name,
                circuit_name=circuit.name,
                peering_type=network.ExpressRoutePeeringType.AZURE_PRIVATE_PEERING,
                peer_asn=peering.peer_asn,
                vlan_id=peering.vlan_id,
                primary_peer_address_prefix=str(peering.primary_peer_address_prefix),
                secondary_peer_address_prefix=str(peering.secondary_peer_address_prefix),
                opts=ResourceOptions(parent=self, protect=True),
            )
        self.circuit_id = circuit.id
        self.service_key = circuit.service_key
        self.ready = ready
        self.register_outputs(
            {"circuit_id": circuit.id, "service_key": Output.secret(circuit.service_key)}
        )
