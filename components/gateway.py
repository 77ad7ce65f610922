"""The ExpressRoute gateway of a hub."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, CustomTimeouts, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import network

from sparehub.topology.azure.durations import GATEWAY_UPGRADE
from sparehub.topology.model import logical_names
from sparehub.topology.model.resources import Gateway

# A gateway PUT was recorded that Azure itself gave up after 7,207 s; a client that gives up
# sooner leaves the gateway in Azure and out of its state (pulumi/pulumi-azure#551).
# An upgrade to ErGwScale takes as long as Azure says that it may, and is then to be seen to end.
_UPDATE = f"{GATEWAY_UPGRADE.worst + 1800}s"
LONG = CustomTimeouts(create="2h", update=_UPDATE, delete="2h")


@dataclass(frozen=True, kw_only=True)
class ExpressRouteGatewayArgs:
    """Arguments of :class:`ExpressRouteGateway`."""

    resource_group_name: Input[str]
    location: Input[str]
    gateway: Gateway
    gateway_subnet_id: Input[str]
    hub_last_write: Resource | None = None
    """The last write on the hub's network: its last subnet."""
    protect: bool = False
    """Whether Pulumi refuses to delete it."""
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class ExpressRouteGateway(ComponentResource):
    """An ExpressRoute gateway: 15 to 45 minutes to make, and no way to pause it (GWY-10).

    Its SKU grows in place, with availability zones up to ErGwScale, and never shrinks (GWY-02);
    scale units, 1 to 40, are ErGwScale's (GWY-01, GWY-17).
    It is given no public IP address: Azure manages one itself and refuses another (GWY-03,
    https://learn.microsoft.com/azure/expressroute/expressroute-about-virtual-network-gateways).
    """

    gateway_id: Output[str]

    def __init__(
        self, name: str, args: ExpressRouteGatewayArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:network:ExpressRouteGateway", name, {}, opts)
        described = args.gateway
        subnet = network.SubResourceArgs(id=args.gateway_subnet_id)
        gateway = network.VirtualNetworkGateway(
            logical_names.gateway(name),
            virtual_network_gateway_name=described.name,
            resource_group_name=args.resource_group_name,
            location=args.location,
            gateway_type=network.VirtualNetworkGatewayType.EXPRESS_ROUTE,
            sku={"name": described.sku, "tier": described.sku},
            auto_scale_configuration=_scale(described),
            ip_configurations=[
                network.VirtualNetworkGatewayIPConfigurationArgs(name="default", subnet=subnet)
            ],
            tags=args.tags,
            # A subnet written while the gateway is being made meets 409
            # AnotherOperationInProgress (VN-19) for longer than any client retries.
            opts=ResourceOptions(
                parent=self,
                depends_on=[args.hub_last_write] if args.hub_last_write else None,
                custom_timeouts=LONG,
                protect=args.protect,
            ),
        )
        self.gateway_id = gateway.id
        self.register_outputs({"gateway_id": gateway.id})


def _scale(gateway: Gateway) -> network.VirtualNetworkGatewayAutoScaleConfigurationArgs | None:
    if gateway.max_scale_units is None:
        return None
    return network.VirtualNetworkGatewayAutoScaleConfigurationArgs(
        bounds=network.VirtualNetworkGatewayAutoScaleBoundsArgs(
            min=gateway.min_scale_units, max=gateway.max_scale_units
        )
    )
