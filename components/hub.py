"""The hub's virtual network."""

from pulumi import Output, ResourceOptions

from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET

from .virtual_network import VirtualNetworkArgs, VirtualNetworkComponent


class Hub(VirtualNetworkComponent):
    """The hub: its virtual network and the GatewaySubnet, both protected, and its other subnets.

    Raises:
        ValueError: without a subnet called GatewaySubnet, the only one in which Azure puts a
            gateway (VN-09,
            https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways).
    """

    gateway_subnet_id: Output[str]

    def __init__(
        self, name: str, args: VirtualNetworkArgs, opts: ResourceOptions | None = None
    ) -> None:
        names = [subnet.name for subnet in args.virtual_network.subnets]
        if GATEWAY_SUBNET not in names:
            message = f"hub {name!r} has no subnet called {GATEWAY_SUBNET}; it has {names}"
            raise ValueError(message)
        super().__init__("Hub", name, args, opts, protect=True)
        self.gateway_subnet_id = self.subnet_ids[GATEWAY_SUBNET]
