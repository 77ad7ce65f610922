"""What hub and spoke have in common: a virtual network and its subnets."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import network

from sparehub.topology.azure.reserved_subnets import GATEWAY_SUBNET
from sparehub.topology.model.logical_names import NetworkNames
from sparehub.topology.model.resources import VirtualNetwork


@dataclass(frozen=True, kw_only=True)
class VirtualNetworkArgs:
    """Arguments of :class:`~components.Hub` and :class:`~components.Spoke`."""

    resource_group_name: Input[str]
    location: Input[str]
    virtual_network: VirtualNetwork
    route_table_ids: Mapping[str, Input[str]] = field(default_factory=dict)
    """The id of each route table by the key that the subnets name it with."""
    network_security_group_id: Input[str] | None = None
    """Of every subnet that names none of its own."""
    tags: Mapping[str, Input[str]] = field(default_factory=dict)


class VirtualNetworkComponent(ComponentResource):
    """A virtual network whose subnets are resources of their own.

    An inline list would delete every subnet that somebody else added
    (https://github.com/pulumi/pulumi-azure-native/issues/611). Azure takes about 10 s for the
    network and 3 s for each subnet, one after the other.

    Raises:
        ValueError: where a subnet names a route table that ``route_table_ids`` has not.
    """

    virtual_network_id: Output[str]
    virtual_network_name: Output[str]
    subnet_ids: Mapping[str, Output[str]]
    last_write: Resource
    """The last write on the network: what needs all of its subnets waits for it."""

    def __init__(
        self,
        token: str,
        name: str,
        args: VirtualNetworkArgs,
        opts: ResourceOptions | None,
        *,
        protect: bool = False,
    ) -> None:
        """Register everything; ``protect`` is for the network and its GatewaySubnet."""
        super().__init__(f"sparehub:network:{token}", name, {}, opts)
        names = NetworkNames(name)
        described = args.virtual_network
        tables = args.route_table_ids
        for subnet in described.subnets:
            if subnet.route_table is not None and subnet.route_table not in tables:
                message = (
                    f"subnet {subnet.name!r} of {name!r} names the route table "
                    f"{subnet.route_table!r}; route_table_ids has {sorted(tables)}"
                )
                raise ValueError(message)
        virtual_network = network.VirtualNetwork(
            names.network,
            virtual_network_name=described.name,
            resource_group_name=args.resource_group_name,
            location=args.location,
            address_space={"address_prefixes": [str(p) for p in described.address_space]},
            dhcp_options={"dns_servers": [str(address) for address in described.dns_servers]},
            tags=args.tags,
            opts=ResourceOptions(parent=self, protect=protect),
        )
        subnet_ids: dict[str, Output[str]] = {}
        last: Resource = virtual_network
        for subnet in described.subnets:
            table = tables[subnet.route_table] if subnet.route_table else None
            group = subnet.network_security_group_id or args.network_security_group_id
            # Azure refuses a second write on a virtual network while one runs, with 409
            # AnotherOperationInProgress (VN-19), so its subnets form a chain.
            written = network.Subnet(
                names.subnet(subnet.name),
                subnet_name=subnet.name,
                resource_group_name=args.resource_group_name,
                virtual_network_name=virtual_network.name,
                address_prefix=str(subnet.address_prefix),
                route_table={"id": table} if table else None,
                network_security_group={"id": group} if group else None,
                nat_gateway={"id": subnet.nat_gateway_id} if subnet.nat_gateway_id else None,
                service_endpoints=[{"service": service} for service in subnet.service_endpoints],
                default_outbound_access=subnet.default_outbound_access,
                opts=ResourceOptions(
                    parent=self,
                    depends_on=[last],
                    protect=protect and subnet.name == GATEWAY_SUBNET,
                ),
            )
            subnet_ids[subnet.name] = written.id
            last = written
        self.virtual_network_id = virtual_network.id
        self.virtual_network_name = virtual_network.name
        self.subnet_ids = subnet_ids
        self.last_write = last
        self.register_outputs(
            {
                "virtual_network_id": virtual_network.id,
                "virtual_network_name": virtual_network.name,
                "subnet_ids": subnet_ids,
            }
        )
