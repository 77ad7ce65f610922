"""The connection of a gateway to a circuit."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import network

from sparehub.topology.model import logical_names
from sparehub.topology.model.resources import Connection

from .gateway import LONG


@dataclass(frozen=True, kw_only=True)
class ExpressRouteConnectionArgs:
    """Arguments of :class:`ExpressRouteConnection`."""

    resource_group_name: Input[str]
    location: Input[str]
    connection: Connection
    gateway_id: Input[str]
    circuit_id: Input[str]
    after: Sequence[Resource] = ()
    """The circuit's private peering, and the connection that the same gateway makes before."""
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class ExpressRouteConnection(ComponentResource):
    """A connection: with it on-premises learns the region's addresses, in about 3 minutes.

    The gateway advertises its own network and those that use it through a peering (ER-20).
    ``routing_weight``, 0 to 32000, decides between circuits on the way out (ER-22):
    https://learn.microsoft.com/azure/expressroute/expressroute-faqs. A circuit of another
    subscription demands an authorization key, and one key serves one connection (ER-14):
    https://learn.microsoft.com/azure/expressroute/expressroute-howto-linkvnet-arm.
    """

    connection_id: Output[str]

    def __init__(
        self, name: str, args: ExpressRouteConnectionArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:network:ExpressRouteConnection", name, {}, opts)
        key = args.connection.authorization_key
        connection = network.VirtualNetworkGatewayConnection(
            logical_names.connection(name),
            virtual_network_gateway_connection_name=args.connection.name,
            resource_group_name=args.resource_group_name,
            location=args.location,
            connection_type=network.VirtualNetworkGatewayConnectionType.EXPRESS_ROUTE,
            virtual_network_gateway1={"id": args.gateway_id},
            peer={"id": args.circuit_id},
            routing_weight=args.connection.routing_weight,
            authorization_key=Output.secret(key.get_secret_value()) if key else None,
            tags=args.tags,
            # Azure refuses a connection before the circuit's private peering (ER-09), and a
            # second write on a gateway while one runs (VN-19, Azure/Azure-Landing-Zones#4134).
            opts=ResourceOptions(
                parent=self,
                depends_on=[*args.after],
                custom_timeouts=LONG,
                additional_secret_outputs=["authorizationKey", "sharedKey"],
            ),
        )
        self.connection_id = connection.id
        self.register_outputs({"connection_id": connection.id})
