"""The part of a stack file on Site Recovery: what is replicated, and where to.

``replicate`` is in the file of the region that is protected, ``siteRecovery`` in that of the region
that takes over. Everything for the way back is derived from the two.
"""

from ipaddress import IPv4Address
from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StrictBool, model_validator
from pydantic import StrictInt as Int

from sparehub.topology.azure.site_recovery_limits import RECOVERY_GROUPS, RETENTION_HOURS_MAX
from sparehub.topology.config.closed_model import Closed
from sparehub.topology.config.dns import DnsConfig
from sparehub.topology.config.enums import AgentEgress, FailoverKind, NetworkOrder
from sparehub.topology.config.fields import (
    AutomationAccountId,
    AutomationAccountName,
    CapacityReservationGroupId,
    DiskEncryptionSetId,
    Key,
    Location,
    ReplicationName,
    ResourceGroupName,
    RunbookId,
    StorageAccountId,
    StorageAccountName,
    Text,
    VaultId,
    VaultName,
    VirtualMachineId,
    exactly_one,
    parse_address,
    problem_of,
)


class CacheStorageAccountConfig(Closed):
    """The storage account through which a region's disks are copied; made, or owned elsewhere."""

    name: StorageAccountName | None = None
    id: StorageAccountId | None = None
    key_access: StrictBool = True  # false: the vault's identity and roles instead (SR-66)

    @model_validator(mode="after")
    def _name_or_id(self) -> Self:
        exactly_one({"name": self.name, "id": self.id})
        return self


class InterfaceConfig(Closed):
    """A network interface of a machine: where it arrives, in a failover and in a test."""

    subnet: Text
    ip_address: Annotated[IPv4Address, parse_address] | None = None
    test_ip_address: Annotated[IPv4Address, parse_address] | None = Field(
        default=None, alias="testIPAddress"
    )


class MachineConfig(Closed):
    """A machine that is replicated; its key is its name."""

    virtual_machine_id: VirtualMachineId
    spoke: Key
    network_interfaces: Annotated[dict[Key, InterfaceConfig], Field(min_length=1)]
    disks: Literal["all"] | Annotated[tuple[Text, ...], Field(min_length=1)] = "all"
    disk_type: Text | None = None  # as the source's where absent
    disk_encryption_set_id: DiskEncryptionSetId | None = None
    size: Text | None = None  # as the source's where absent
    group: Annotated[Int, Field(ge=1, le=RECOVERY_GROUPS)] = 1  # of the recovery plan (SR-61)
    consistency: Text | None = None  # name of the group of machines with common recovery points
    capacity_reservation_group_id: CapacityReservationGroupId | None = None  # of the other region


class ReplicateConfig(Closed):
    """What is replicated from this region."""

    cache_storage_account: CacheStorageAccountConfig
    agent_egress: AgentEgress = AgentEgress.NVA
    machines: dict[Key, MachineConfig] = Field(default_factory=dict)


class VaultConfig(Closed):
    """The Recovery Services vault; made, or owned elsewhere."""

    name: VaultName | None = None
    id: VaultId | None = None
    location: Location | None = None  # the region's own where absent; never the source's (SR-02)
    resource_group: ResourceGroupName | None = None
    identity: Literal["systemAssigned", "none"] = "systemAssigned"
    public_network_access: Literal["Enabled", "Disabled"] = "Enabled"

    @model_validator(mode="after")
    def _made_or_not(self) -> Self:
        if self.id is not None and (self.name, self.resource_group) != (None, None):
            text = "a vault with an id is owned elsewhere: remove name and resourceGroup"
            raise problem_of("CONFIG", text)
        return self


class PolicyConfig(Closed):
    """The replication policy; hours here, minutes in Azure (SR-35)."""

    recovery_point_retention_in_hours: Annotated[Int, Field(ge=0, le=RETENTION_HOURS_MAX)] = 24
    app_consistent_frequency_in_hours: Annotated[Int, Field(ge=0, le=RETENTION_HOURS_MAX)] = 0


class AgentUpdatesConfig(Closed):
    """Updates of the agents by an Automation account; off where it is absent."""

    automation_account_id: AutomationAccountId
    # Run As accounts ended on 2023-09-30, so nothing else is taken (SR-37).
    authentication: Literal["SystemAssignedIdentity"] = "SystemAssignedIdentity"


class AutomationConfig(Closed):
    """The Automation account whose runbooks switch the network; made by the stack."""

    name: AutomationAccountName | None = None
    resource_group: ResourceGroupName | None = None
    location: Location | None = None  # the region's own where absent


class ObjectivesConfig(Closed):
    """What a recovery must reach; compared, and never in the way of an unplanned failover."""

    recovery_point_in_minutes: Annotated[Int, Field(ge=1)] | None = None
    recovery_time_in_minutes: Annotated[Int, Field(ge=1)] | None = None
    tested_within_days: Annotated[Int, Field(ge=1)] | None = None


class PlanActionConfig(Closed):
    """An action of a recovery plan: a person's step, or a runbook (SR-62)."""

    manual: Text | None = None
    runbook_id: RunbookId | None = None
    types: Annotated[tuple[FailoverKind, ...], Field(min_length=1)] = (
        FailoverKind.UNPLANNED_FAILOVER,
    )

    @model_validator(mode="after")
    def _manual_or_runbook(self) -> Self:
        exactly_one({"manual": self.manual, "runbookId": self.runbook_id})
        return self


class ValidationConfig(Closed):
    """How a drill finds out whether the machines of a group work: by a script, or by a person."""

    script: Text | None = None  # a file of the project, run on each machine; .ps1 by PowerShell
    manual: Text | None = None  # what a person answers with yes or no

    @model_validator(mode="after")
    def _script_or_manual(self) -> Self:
        exactly_one({"script": self.script, "manual": self.manual})
        return self


class RecoveryGroupConfig(Closed):
    """A group of the recovery plan, whose machines start together."""

    before: tuple[PlanActionConfig, ...] = ()
    after: tuple[PlanActionConfig, ...] = ()
    objectives: ObjectivesConfig | None = None  # those of all groups where absent
    validation: ValidationConfig | None = None  # a drill does not pass without one


def _group_number(value: object) -> object:
    """Return a group's number also where it is text, as Pulumi hands it over."""
    return int(value) if isinstance(value, str) and value.isdecimal() else value


GroupNumber = Annotated[int, BeforeValidator(_group_number), Field(ge=1, le=RECOVERY_GROUPS)]


class RecoveryPlanConfig(Closed):
    """The recovery plan: its groups start one after the other."""

    name: Key = "sparehub"
    groups: dict[GroupNumber, RecoveryGroupConfig] = Field(default_factory=dict)


class DirectionNamesConfig(Closed):
    """Names of the mappings of one direction; derived where absent."""

    containers: ReplicationName | None = None
    networks: dict[Key, ReplicationName] = Field(default_factory=dict)  # by spoke


class ReplicationNamesConfig(Closed):
    """Names of what is in the vault, as the portal made it (SR-41); derived where absent."""

    fabrics: dict[Location, ReplicationName] = Field(default_factory=dict)  # by region
    containers: dict[Location, ReplicationName] = Field(default_factory=dict)  # by region
    policy: ReplicationName | None = None
    failover: DirectionNamesConfig = DirectionNamesConfig()
    failback: DirectionNamesConfig = DirectionNamesConfig()


class SiteRecoveryConfig(Closed):
    """How the other region's machines are replicated to this one, and come up here."""

    vault: VaultConfig = VaultConfig()
    policy: PolicyConfig = PolicyConfig()
    cache_storage_account: CacheStorageAccountConfig  # for the way back
    resource_group: ResourceGroupName | None = None  # where the machines arrive
    agent_updates: AgentUpdatesConfig | None = None
    agent_egress: AgentEgress = AgentEgress.NVA
    network: NetworkOrder = NetworkOrder.PARALLEL
    automation: AutomationConfig | None = None  # with `network: runbook` alone
    # How long a planned failover waits for points that are newer than the quiesce.
    recovery_point_wait_in_minutes: Annotated[Int, Field(ge=1)] = 60
    recovery_plan: RecoveryPlanConfig = RecoveryPlanConfig()
    objectives: ObjectivesConfig = ObjectivesConfig()
    names: ReplicationNamesConfig = ReplicationNamesConfig()
    dns: DnsConfig | None = None  # the machines' records, where addresses change

    @model_validator(mode="after")
    def _automation_with_runbook(self) -> Self:
        if self.automation and self.network is not NetworkOrder.RUNBOOK:
            text = "automation is for network: runbook: remove it, or write that"
            raise problem_of("CONFIG", text)
        if self.network is NetworkOrder.RUNBOOK and self.automation is None:
            text = "network: runbook needs an Automation account: write automation: {}"
            raise problem_of("CONFIG", text)
        return self
