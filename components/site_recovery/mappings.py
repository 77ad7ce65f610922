"""The mappings of one direction: containers with a policy, and the networks of spokes."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pulumi import ComponentResource, Input, ResourceOptions
from pulumi_azure_native import recoveryservices

from sparehub.topology.model.recovery.replication_names import MappingNames

from .fabric import ReplicationFabric


@dataclass(frozen=True, kw_only=True)
class ReplicationMappingsArgs:
    """Arguments of :class:`ReplicationMappings`: one direction."""

    resource_group_name: Input[str]
    vault_name: Input[str]
    source: ReplicationFabric
    target: ReplicationFabric
    policy_id: Input[str]
    networks: Mapping[str, tuple[Input[str], Input[str]]]
    """By the key of a spoke: its network in the source, and the one in the target."""
    automation_account_id: str = ""
    """Of the agents' updates; empty where these are off."""
    names: MappingNames = field(default_factory=MappingNames)


class ReplicationMappings(ComponentResource):
    """How the machines of one region are replicated to the other: policy, container, networks.

    One mapping for the containers, and one for each spoke. The hub is not mapped: no machine is
    replicated from it. A drill's networks are not mapped either: a test names its network.
    """

    def __init__(
        self, name: str, args: ReplicationMappingsArgs, opts: ResourceOptions | None = None
    ) -> None:
        super().__init__("sparehub:recovery:ReplicationMappings", name, {}, opts)
        here, there = args.source.location, args.target.location
        updates = (
            {
                "agent_auto_update_status": "Enabled",
                "automation_account_arm_id": args.automation_account_id,
                # Run As accounts, Azure's default, ended on 2023-09-30 (SR-37).
                "automation_account_authentication_type": "SystemAssignedIdentity",
            }
            if args.automation_account_id
            else {"agent_auto_update_status": "Disabled"}
        )
        recoveryservices.ReplicationProtectionContainerMapping(
            f"{name}/containers",
            mapping_name=args.names.container_mapping(here, there),
            protection_container_name=args.source.container_name,
            resource_group_name=args.resource_group_name,
            resource_name_=args.vault_name,
            fabric_name=args.source.fabric_name,
            properties=recoveryservices.CreateProtectionContainerMappingInputPropertiesArgs(
                policy_id=args.policy_id,
                target_protection_container_id=args.target.container_id,
                provider_specific_input=recoveryservices.A2AContainerMappingInputArgs(
                    instance_type="A2A", **updates
                ),
            ),
            opts=ResourceOptions(
                parent=self, protect=True, depends_on=[args.source.ready, args.target.ready]
            ),
        )
        for key, (source, target) in args.networks.items():
            recoveryservices.ReplicationNetworkMapping(
                f"{name}/{key}",
                network_mapping_name=args.names.network_mapping(here, there, key),
                network_name="azureNetwork",
                resource_group_name=args.resource_group_name,
                resource_name_=args.vault_name,
                fabric_name=args.source.fabric_name,
                properties=recoveryservices.CreateNetworkMappingInputPropertiesArgs(
                    recovery_fabric_name=args.target.fabric_name,
                    recovery_network_id=target,
                    fabric_specific_details=(
                        recoveryservices.AzureToAzureCreateNetworkMappingInputArgs(
                            instance_type="AzureToAzure", primary_network_id=source
                        )
                    ),
                ),
                opts=ResourceOptions(parent=self, protect=True),
            )
        self.register_outputs({})
