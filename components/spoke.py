"""A spoke's virtual network."""

from pulumi import ResourceOptions

from .virtual_network import VirtualNetworkArgs, VirtualNetworkComponent


class Spoke(VirtualNetworkComponent):
    """A spoke: a virtual network whose machines Site Recovery replicates.

    Its subnets keep their names in both regions: Site Recovery maps subnets by name, and puts a
    machine into the first one where it finds none (SR-09,
    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-network-mapping).
    """

    def __init__(
        self, name: str, args: VirtualNetworkArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("Spoke", name, args, opts)
