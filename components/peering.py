"""Hub and spoke virtual network peering."""

from collections.abc import Sequence
from dataclasses import dataclass
from ipaddress import IPv4Network

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import network

from sparehub.topology.model import logical_names
from sparehub.topology.model.resources import Peering


@dataclass(frozen=True, kw_only=True)
class HubSpokePeeringArgs:
    """Arguments of :class:`HubSpokePeering`."""

    resource_group_name: Input[str]
    hub_name: Input[str]
    hub_id: Input[str]
    spoke_name: Input[str]
    spoke_id: Input[str]
    hub_to_spoke: Peering
    spoke_to_hub: Peering
    hub_address_space: Sequence[IPv4Network] = ()
    spoke_address_space: Sequence[IPv4Network] = ()
    """The prefixes of each network; where they are given, a change of one is synced (PE-18)."""
    hub_last_write: Resource | None = None
    """The last write on the hub's network: its last subnet, or the peering made before this."""
    spoke_last_write: Resource | None = None
    """The last write on the spoke's network: its last subnet."""
    gateway: Resource | None = None
    """The hub's gateway, where the spoke uses it."""
    connections: Sequence[Resource] = ()
    """Connections that must stand before the spoke's prefixes are advertised (ER-36)."""


class HubSpokePeering(ComponentResource):
    """Peers a spoke with its hub in both directions, the hub's half first; about 10 s a half.

    Flags and their meaning (PE-21), and why a change of addresses needs a sync (PE-18):
    https://learn.microsoft.com/azure/virtual-network/virtual-network-manage-peering. Azure's
    refusals reach the caller as failures of the resource that met them.
    """

    hub_to_spoke_id: Output[str]
    spoke_to_hub_id: Output[str]
    hub_to_spoke: Resource
    """The hub's half: the last write on the hub's network once this peering stands."""

    def __init__(
        self, name: str, args: HubSpokePeeringArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:network:HubSpokePeering", name, {}, opts)
        # Azure refuses a peering while a subnet of either network is being written, with 400
        # ReferencedResourceNotProvisioned (VN-20), and a second write on the hub while one runs,
        # with 409 AnotherOperationInProgress (VN-19).
        writes = [write for write in (args.hub_last_write, args.spoke_last_write) if write]
        hub_to_spoke = peering_half(
            logical_names.hub_to_spoke(name),
            args.hub_to_spoke,
            args.resource_group_name,
            virtual_network_name=args.hub_name,
            remote_id=args.spoke_id,
            remote_address_space=args.spoke_address_space,
            opts=ResourceOptions(parent=self, depends_on=writes),
        )
        # Azure refuses use_remote_gateways until the gateway exists (PE-09, 400
        # RemoteVnetHasNoGateways) and the hub's half allows transit (PE-10); and a connection
        # above 200 prefixes once spokes use its gateway (ER-36). No property says any of it.
        gateway = [args.gateway] if args.gateway is not None else []
        spoke_to_hub = peering_half(
            logical_names.spoke_to_hub(name),
            args.spoke_to_hub,
            args.resource_group_name,
            virtual_network_name=args.spoke_name,
            remote_id=args.hub_id,
            remote_address_space=args.hub_address_space,
            opts=ResourceOptions(
                parent=self, depends_on=[hub_to_spoke, *gateway, *args.connections]
            ),
        )
        self.hub_to_spoke = hub_to_spoke
        self.hub_to_spoke_id = hub_to_spoke.id
        self.spoke_to_hub_id = spoke_to_hub.id
        self.register_outputs(
            {"hub_to_spoke_id": hub_to_spoke.id, "spoke_to_hub_id": spoke_to_hub.id}
        )


def peering_half(  # noqa: PLR0913 - how two halves differ
    name: str,
    peering: Peering,
    resource_group_name: Input[str],
    *,
    virtual_network_name: Input[str],
    remote_id: Input[str],
    remote_address_space: Sequence[IPv4Network],
    opts: ResourceOptions,
) -> network.VirtualNetworkPeering:
    """Register one half of a peering."""
    return network.VirtualNetworkPeering(
        name,
        virtual_network_peering_name=peering.name,
        resource_group_name=resource_group_name,
        virtual_network_name=virtual_network_name,
        remote_virtual_network={"id": remote_id},
        # A peering keeps its first address space until it is written again with
        # sync_remote_address_space (PE-18). A change of this value causes that write.
        remote_address_space=_space(remote_address_space),
        sync_remote_address_space="true" if remote_address_space else None,
        allow_virtual_network_access=peering.allow_virtual_network_access,
        allow_forwarded_traffic=peering.allow_forwarded_traffic,
        allow_gateway_transit=peering.allow_gateway_transit,
        use_remote_gateways=peering.use_remote_gateways,
        opts=opts,
    )


def _space(prefixes: Sequence[IPv4Network]) -> network.AddressSpaceArgs | None:
    if not prefixes:
        return None
    return network.AddressSpaceArgs(address_prefixes=[str(prefix) for prefix in prefixes])
