"""A Recovery Services vault."""

from collections.abc import Mapping

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_azure_native import recoveryservices, resources

from sparehub.topology.model.recovery.resources import RecoveryVault


class Vault(ComponentResource):
    """A Recovery Services vault in a resource group of its own, with its identity and alerts.

    A vault in the source region would be lost with the machines (SR-02,
    https://learn.microsoft.com/azure/site-recovery/azure-to-azure-tutorial-enable-replication). A
    vault with an id is owned elsewhere: nothing is made, and its identity is not known.
    """

    vault_id: Output[str]
    vault_name: Output[str]
    resource_group_name: Output[str]
    principal_id: Output[str] | None
    """Of the vault's identity, where it has one."""

    def __init__(
        self,
        name: str,
        args: RecoveryVault,
        opts: ResourceOptions | None = None,
        *,
        tags: Mapping[str, Input[str]] | None = None,
    ) -> None:
        super().__init__("sparehub:recovery:Vault", name, {}, opts)
        if args.id:
            self.vault_id = Output.from_input(args.id)
            self.vault_name = Output.from_input(args.name)
            self.resource_group_name = Output.from_input(args.resource_group)
            self.principal_id = None
        else:
            kept = ResourceOptions(parent=self, protect=True)
            group = resources.ResourceGroup(
                f"{name}/group",
                resource_group_name=args.resource_group,
                location=args.location,
                tags=tags,
                opts=kept,
            )
            made = self._made(f"{name}/vault", args, group, tags, kept)
            self.vault_id, self.vault_name = made.id, made.name
            self.resource_group_name = group.name
            self.principal_id = (
                made.identity.apply(lambda identity: identity.principal_id if identity else "")
                if args.system_identity
                else None
            )
        self.register_outputs({"vault_id": self.vault_id})

    @staticmethod
    def _made(
        name: str,
        args: RecoveryVault,
        group: resources.ResourceGroup,
        tags: Mapping[str, Input[str]] | None,
        opts: ResourceOptions,
    ) -> recoveryservices.Vault:
        identity = "SystemAssigned" if args.system_identity else "None"
        return recoveryservices.Vault(
            name,
            vault_name=args.name,
            resource_group_name=group.name,
            location=args.location,
            sku={"name": "Standard"},
            identity={"type": identity},
            properties={
                "public_network_access": args.public_network_access,
                # SR-76: failovers, jobs and replication each have their alerts.
                "monitoring_settings": {
                    "azure_monitor_alert_settings": {
                        "alerts_for_all_failover_issues": "Enabled",
                        "alerts_for_all_job_failures": "Enabled",
                        "alerts_for_all_replication_issues": "Enabled",
                    }
                },
            },
            tags=tags,
            opts=opts,
        )
