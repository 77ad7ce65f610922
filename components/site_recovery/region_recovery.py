"""All that a region has for the machines of the other one."""

from collections.abc import Mapping
from functools import partial
from uuid import NAMESPACE_URL, uuid5

from pulumi import ComponentResource, Input, Output, ResourceOptions
from pulumi_azure_native import authorization, recoveryservices, resources

from sparehub.topology.azure.role_definitions.built_in import CACHE_ROLES
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import SiteRecoveryNames
from sparehub.topology.model.recovery.resources import (
    RecoveryVault,
    ReplicationPolicy,
    ReplicationSource,
    SiteRecovery,
)

from .cache_account import CacheAccount, CacheAccountArgs
from .fabric import ReplicationFabric, ReplicationFabricArgs
from .mappings import ReplicationMappings, ReplicationMappingsArgs
from .vault import Vault


class RegionRecovery(ComponentResource):
    """All that a region has for the machines of the other one, in both directions.

    What needs the other region waits until that is known: a vault, its policy and the account for
    the way back stand alone.
    """

    vault_id: Output[str]

    def __init__(
        self,
        name: str,
        args: SiteRecovery,
        network_ids: Mapping[str, Input[str]],
        opts: ResourceOptions | None = None,
    ) -> None:
        """Register everything; ``network_ids`` are the region's own spokes, by key."""
        super().__init__("sparehub:recovery:RegionRecovery", name, {}, opts)
        self._names = SiteRecoveryNames(name)
        self._args = args
        self._child = ResourceOptions(parent=self)
        arrival = resources.ResourceGroup(
            self._names.arrival_group,
            resource_group_name=args.resource_group,
            location=args.location,
            tags=args.tags,
            opts=ResourceOptions(parent=self, protect=True),
        )
        self._vault = Vault(self._names.vault_component, args.vault, self._child, tags=args.tags)
        cache = CacheAccount(
            self._names.cache_component,
            CacheAccountArgs(
                resource_group_name=arrival.name,
                location=args.location,
                account=args.cache_storage_account,
                tags=args.tags,
            ),
            self._child,
        )
        self._roles("here", cache.account_id, key_access=args.cache_storage_account.key_access)
        policy = self._policy(args.policy)
        if args.source:
            self._replicate(args.source, policy, network_ids)
        self.vault_id = self._vault.vault_id
        self.register_outputs({"vault_id": self.vault_id})

    def _policy(self, policy: ReplicationPolicy) -> recoveryservices.ReplicationPolicy:
        return recoveryservices.ReplicationPolicy(
            self._names.policy,
            policy_name=policy.name,
            resource_group_name=self._vault.resource_group_name,
            resource_name_=self._vault.vault_name,
            properties=recoveryservices.CreatePolicyInputPropertiesArgs(
                provider_specific_input=recoveryservices.A2APolicyCreationInputArgs(
                    instance_type="A2A",
                    multi_vm_sync_status="Enable",
                    recovery_point_history=policy.recovery_point_retention_in_minutes,
                    app_consistent_frequency_in_minutes=policy.app_consistent_frequency_in_minutes,
                )
            ),
            opts=ResourceOptions(parent=self, protect=True),
        )

    def _roles(self, key: str, account_id: Input[str], *, key_access: bool) -> None:
        """Let the vault's identity write to an account whose keys it cannot read (SR-66)."""
        if key_access or self._vault.principal_id is None:
            return
        account = Output.from_input(account_id)
        for role in CACHE_ROLES:
            authorization.RoleAssignment(
                self._names.role(key, role),
                scope=account,
                role_assignment_name=account.apply(
                    partial(_assignment_name, self._args.vault, role)
                ),
                principal_id=self._vault.principal_id,
                principal_type="ServicePrincipal",
                role_definition_id=account.apply(partial(_role_id, role)),
                opts=ResourceOptions(parent=self, protect=True),
            )

    def _replicate(
        self,
        source: ReplicationSource,
        policy: recoveryservices.ReplicationPolicy,
        network_ids: Mapping[str, Input[str]],
    ) -> None:
        target = self._args.location
        self._roles("there", source.cache_storage_account_id, key_access=source.key_access)
        fabrics = {
            location: ReplicationFabric(
                self._names.fabric_component(location),
                ReplicationFabricArgs(
                    resource_group_name=self._vault.resource_group_name,
                    vault_name=self._vault.vault_name,
                    location=location,
                    names=self._args.names,
                ),
                self._child,
            )
            for location in (source.location, target)
        }
        pairs = {
            key: (source.network_ids[key], network_ids[key])
            for key in sorted(network_ids.keys() & source.network_ids.keys())
        }
        back = {key: (ours, theirs) for key, (theirs, ours) in pairs.items()}
        names = self._args.names
        for name, (here, there), networks, given in (
            ("failover", (source.location, target), pairs, names.failover),
            ("failback", (target, source.location), back, names.failback),
        ):
            ReplicationMappings(
                self._names.mappings_component(name),
                ReplicationMappingsArgs(
                    resource_group_name=self._vault.resource_group_name,
                    vault_name=self._vault.vault_name,
                    source=fabrics[here],
                    target=fabrics[there],
                    policy_id=policy.id,
                    networks=networks,
                    automation_account_id=self._args.automation_account_id,
                    names=given,
                ),
                self._child,
            )


def _assignment_name(vault: RecoveryVault, role: str, account: str) -> str:
    """Return a GUID that is the same in every run: Azure takes no other name."""
    return str(
        uuid5(NAMESPACE_URL, f"{account.lower()}/{vault.resource_group}/{vault.name}/{role}")
    )


def _role_id(role: str, account: str) -> str:
    subscription = ResourceId.parse(account).subscription
    provider = "providers/Microsoft.Authorization/roleDefinitions"
    return f"/subscriptions/{subscription}/{provider}/{role}"
