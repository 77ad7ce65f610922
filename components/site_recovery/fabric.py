"""A region in a vault: its replication fabric, and its protection container."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, Output, Resource, ResourceOptions
from pulumi_azure_native import recoveryservices, resources

from sparehub.topology.model.recovery.replication_names import ReplicationNames

_CONTAINER_TYPE = (
    "Microsoft.RecoveryServices/vaults/replicationFabrics/replicationProtectionContainers"
)
_API_VERSION = "2024-10-01"
"""Of the container, the same as azure-native's of its siblings."""
_TEMPLATE = "https://schema.management.azure.com/schemas/2019-04-01/deploymentTemplate.json#"


@dataclass(frozen=True, kw_only=True)
class ReplicationFabricArgs:
    """Arguments of :class:`ReplicationFabric`."""

    resource_group_name: Input[str]
    vault_name: Input[str]
    location: str
    """The region that the fabric stands for."""
    names: ReplicationNames = field(default_factory=ReplicationNames)


class ReplicationFabric(ComponentResource):
    """A region in a vault: its fabric, and the container of its replicated machines.

    azure-native has no class for containers, so a deployment makes them. Azure has no DELETE for
    one either (SR-36): it goes with its fabric.
    """

    location: str
    """The region that it stands for."""
    fabric_id: Output[str]
    fabric_name: Output[str]
    container_name: str
    container_id: Output[str]
    ready: Resource
    """What needs the container waits for it."""

    def __init__(
        self, name: str, args: ReplicationFabricArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:recovery:ReplicationFabric", name, {}, opts)
        container = args.names.container(args.location)
        fabric = recoveryservices.ReplicationFabric(
            f"{name}/fabric",
            fabric_name=args.names.fabric(args.location),
            resource_group_name=args.resource_group_name,
            resource_name_=args.vault_name,
            properties=recoveryservices.FabricCreationInputPropertiesArgs(
                custom_details=recoveryservices.AzureFabricCreationInputArgs(
                    instance_type="Azure", location=args.location
                )
            ),
            opts=ResourceOptions(parent=self, protect=True),
        )
        self.location = args.location
        self.fabric_id, self.fabric_name = fabric.id, fabric.name
        self.container_name = container
        self.container_id = Output.concat(fabric.id, "/replicationProtectionContainers/", container)
        self.ready = resources.Deployment(
            f"{name}/container",
            deployment_name=container,
            resource_group_name=args.resource_group_name,
            properties={
                "mode": resources.DeploymentMode.INCREMENTAL,
                "template": Output.all(args.vault_name, fabric.name).apply(
                    lambda parts: _container_template("/".join([*parts, container]))
                ),
            },
            opts=ResourceOptions(parent=self, protect=True),
        )
        self.register_outputs({"fabric_id": fabric.id, "container_id": self.container_id})


def _container_template(name: str) -> Mapping[str, object]:
    """Return a template with one literal resource."""
    return {
        "$schema": _TEMPLATE,
        "contentVersion": "1.0.0.0",
        "resources": [
            {
                "type": _CONTAINER_TYPE,
                "apiVersion": _API_VERSION,
                "name": name,
                "properties": {"providerSpecificInput": [{"instanceType": "A2A"}]},
            }
        ],
    }
