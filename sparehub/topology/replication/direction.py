"""One direction of replication, from both stack files: everything by the id that it has in Azure.

``region.replicate`` is in the file of the region that is protected, ``region.siteRecovery`` in the
other one. The way back is derived: the machines then run where they arrived, and arrive where they
ran before.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from ipaddress import IPv4Address

from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import (
    InterfaceConfig,
    MachineConfig,
    ObjectivesConfig,
    RecoveryGroupConfig,
    ReplicateConfig,
    SiteRecoveryConfig,
)
from sparehub.topology.model import names
from sparehub.topology.model.drill.networks import build_drill
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.recovery.automation import BACK, SwitchNames
from sparehub.topology.model.recovery.build import build_site_recovery
from sparehub.topology.model.recovery.resources import CacheStorageAccount, SiteRecovery
from sparehub.topology.model.resources import Region
from sparehub.topology.replication.plan_actions import NetworkActions

_NETWORK = "Microsoft.Network"
_COMPUTE = "Microsoft.Compute"


@dataclass(frozen=True, kw_only=True)
class Arrival:
    """Where a network interface arrives; empty addresses are chosen by Azure."""

    name: str
    subnet: str
    address: str
    test_address: str


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine that a direction replicates."""

    name: str
    id: ResourceId
    """Where it runs, in the source."""
    arrives: ResourceId
    """The id that it has after a failover."""
    spoke: str
    interfaces: tuple[Arrival, ...]
    network: ResourceId
    """Where it arrives."""
    test_network: ResourceId
    """Where a test failover brings it up."""
    group: int
    """Of the recovery plan; the first is 1."""
    disks: tuple[str, ...] = ()
    """Names; empty for all."""
    disk_type: str = ""
    disk_encryption_set_id: str = ""
    size: str = ""
    consistency: str = ""
    capacity_reservation_group_id: str = ""


@dataclass(frozen=True, kw_only=True)
class Replication:
    """One direction: the machines of one region, and where the other one takes them."""

    source: str
    """The stack whose region is left."""
    target: str
    source_location: str
    target_location: str
    vault: ResourceId
    vault_location: str
    container: ResourceId
    """Of the machines that are replicated in this direction."""
    target_container: ResourceId
    policy: ResourceId
    cache_account: ResourceId
    plan: ResourceId
    """Of the way back another one: a plan cannot change its fabrics (SR-60)."""
    machines: tuple[Machine, ...]
    groups: Mapping[int, RecoveryGroupConfig] = field(default_factory=dict)
    objectives: ObjectivesConfig = field(default_factory=ObjectivesConfig)
    """Of the groups that have none of their own."""
    back: bool = False
    automation: ResourceId | None = None
    """The account whose runbooks switch the network; None where there is none."""
    network: NetworkActions | None = None
    """What the recovery plan does of the network: nothing, unless it is to be armed."""

    @property
    def switch(self) -> SwitchNames:
        """What the Automation account holds of this direction, by name."""
        return SwitchNames(back=self.back)

    @property
    def start_runbook(self) -> ResourceId | None:
        """The runbook that the recovery plan starts, where there is an account."""
        return self.automation.child("runbooks", self.switch.start) if self.automation else None

    def armed(self, postconditions: tuple[str, ...]) -> "Replication":
        """Return the direction whose recovery plan switches the network; needs an account."""
        if self.start_runbook is None:
            raise AssertionError("a direction without an Automation account cannot be armed")
        actions = NetworkActions(runbook=self.start_runbook, postconditions=postconditions)
        return replace(self, network=actions)

    def disarmed(self) -> "Replication":
        """Return the direction whose recovery plan leaves the network alone."""
        return replace(self, network=None)

    @property
    def fabric(self) -> ResourceId:
        """The fabric of the source."""
        return self.container.parent

    @property
    def target_fabric(self) -> ResourceId:
        """The fabric of the target."""
        return self.target_container.parent

    def recovery_point_objective(self, machine: Machine) -> int:
        """Return the objective for a machine's newest recovery point in minutes; 0 for none."""
        said = objectives_of(self.groups, self.objectives, machine.group)
        return said.recovery_point_in_minutes or 0

    def machine(self, name: str) -> Machine:
        """Return a machine by its name."""
        return next(machine for machine in self.machines if machine.name == name)


SourceAddresses = Mapping[str, Mapping[str, str]]
"""By machine and interface: the address that it had before it last left the protected region."""


def objectives_of(
    groups: Mapping[int, RecoveryGroupConfig], everywhere: ObjectivesConfig, group: int
) -> ObjectivesConfig:
    """Return the objectives of a group: its own, or those of all groups where it has none."""
    own = groups.get(group)
    return own.objectives if own and own.objectives else everywhere


def replicates(pair: Mapping[str, Stack]) -> bool:
    """Return whether a region of the pair replicates machines to the other one."""
    return protected_stack(pair) is not None


def replication(
    pair: Mapping[str, Stack],
    source: str,
    subscription: str,
    addresses: SourceAddresses | None = None,
) -> Replication | None:
    """Return the direction that leaves a stack's region; None where no machine is replicated.

    Args:
        pair: both stacks by name.
        source: the stack whose region is left.
        subscription: of both stacks.
        addresses: those of the machines before they were failed over, for the way back; where they
            are not known, they follow from the recovery addresses and the two subnets.

    """
    protected = protected_stack(pair)
    if protected is None:
        return None
    recovery = next(stack for stack in pair.values() if stack is not protected)
    replicate, takes_over = protected.config.region.replicate, recovery.config.region.site_recovery
    stands = build_site_recovery(recovery.config)
    if replicate is None or takes_over is None or stands is None:
        return None
    build = _Direction(protected, recovery, replicate, takes_over, stands, subscription)
    return build.back(addresses or {}) if source == recovery.name else build.away()


def protected_stack(pair: Mapping[str, Stack]) -> Stack | None:
    """Return the stack whose region's machines are replicated; None where no machine is."""
    found = (
        stack
        for stack in pair.values()
        if stack.config.region.replicate and stack.config.region.replicate.machines
    )
    return next(found, None)


@dataclass(frozen=True)
class _Direction:
    protected: Stack
    recovery: Stack
    replicate: ReplicateConfig
    takes_over: SiteRecoveryConfig
    stands: SiteRecovery
    subscription: str

    def away(self) -> Replication:
        return self._replication(
            self.protected,
            self.recovery,
            self._account(self.replicate_account, self.protected.region.resource_group),
            tuple(self._away(name, each) for name, each in sorted(self._machines.items())),
            back=False,
        )

    def back(self, addresses: SourceAddresses) -> Replication:
        account = self.stands.cache_storage_account
        return self._replication(
            self.recovery,
            self.protected,
            self._account(account, self.stands.resource_group),
            tuple(
                self._back(name, each, addresses.get(name, {}))
                for name, each in sorted(self._machines.items())
            ),
            back=True,
        )

    @property
    def _machines(self) -> Mapping[str, MachineConfig]:
        return self.replicate.machines

    @property
    def replicate_account(self) -> CacheStorageAccount:
        account = self.protected.region.cache_storage_account
        if account is None:
            raise AssertionError("a region that replicates has a cache account")
        return account

    @property
    def vault(self) -> ResourceId:
        vault = self.stands.vault
        if vault.id:
            return ResourceId.parse(vault.id)
        return self._id(
            vault.resource_group, "Microsoft.RecoveryServices", ("vaults",), (vault.name,)
        )

    def _replication(
        self,
        source: Stack,
        target: Stack,
        account: ResourceId,
        machines: tuple[Machine, ...],
        *,
        back: bool,
    ) -> Replication:
        plan = self.takes_over.recovery_plan
        here, there = source.region.location, target.region.location
        return Replication(
            source=source.name,
            target=target.name,
            source_location=here,
            target_location=there,
            vault=self.vault,
            vault_location=self.stands.vault.location,
            container=self._container(here),
            target_container=self._container(there),
            policy=self.vault.child("replicationPolicies", self.stands.policy.name),
            cache_account=account,
            plan=self.vault.child("replicationRecoveryPlans", f"{plan.name}{BACK * back}"),
            machines=machines,
            groups=plan.groups,
            objectives=self.takes_over.objectives,
            back=back,
            automation=(
                self.stands.automation.id(self.subscription) if self.stands.automation else None
            ),
        )

    def _away(self, name: str, machine: MachineConfig) -> Machine:
        identity = ResourceId.parse(machine.virtual_machine_id)
        return Machine(
            name=name,
            id=identity,
            arrives=self._machine_id(self.stands.resource_group, name),
            spoke=machine.spoke,
            interfaces=tuple(_away(key, each) for key, each in _interfaces(machine)),
            network=self._network(self.recovery.region, machine.spoke),
            test_network=self._test_network(self.recovery, machine.spoke),
            group=machine.group,
            disks=() if machine.disks == "all" else tuple(machine.disks),
            disk_type=machine.disk_type or "",
            disk_encryption_set_id=machine.disk_encryption_set_id or "",
            size=machine.size or "",
            consistency=machine.consistency or "",
            capacity_reservation_group_id=machine.capacity_reservation_group_id or "",
        )

    def _back(self, name: str, machine: MachineConfig, addresses: Mapping[str, str]) -> Machine:
        return Machine(
            name=name,
            id=self._machine_id(self.stands.resource_group, name),
            arrives=ResourceId.parse(machine.virtual_machine_id),
            spoke=machine.spoke,
            interfaces=tuple(
                Arrival(
                    name=key,
                    subnet=each.subnet,
                    address=addresses.get(key) or self._moved_back(machine.spoke, each),
                    test_address="",
                )
                for key, each in _interfaces(machine)
            ),
            network=self._network(self.protected.region, machine.spoke),
            test_network=self._test_network(self.protected, machine.spoke),
            group=machine.group,
            disks=() if machine.disks == "all" else tuple(machine.disks),
            consistency=machine.consistency or "",
        )

    def _moved_back(self, spoke: str, interface: InterfaceConfig) -> str:
        """Return the address that has the same place in the subnet of the protected region."""
        if interface.ip_address is None:
            return ""
        here, there = (
            _prefix(stack.region, spoke, interface.subnet)
            for stack in (self.recovery, self.protected)
        )
        if here is None or there is None:
            return ""
        offset = int(interface.ip_address) - here
        return str(IPv4Address(there + offset))

    def _account(self, account: CacheStorageAccount, group: str) -> ResourceId:
        if account.id:
            return ResourceId.parse(account.id)
        return self._id(group, "Microsoft.Storage", ("storageAccounts",), (account.name,))

    def _container(self, location: str) -> ResourceId:
        fabric = self.vault.child("replicationFabrics", self.stands.names.fabric(location))
        return fabric.child(
            "replicationProtectionContainers", self.stands.names.container(location)
        )

    def _network(self, region: Region, spoke: str) -> ResourceId:
        found = next(each for each in region.spokes if each.key == spoke)
        return self._virtual_network(region.resource_group, found.virtual_network.name)

    def _test_network(self, stack: Stack, spoke: str) -> ResourceId:
        drill = build_drill(stack.config)
        name = names.drill_network_name(spoke, stack.region.name)
        return self._virtual_network(drill.resource_group, name)

    def _virtual_network(self, group: str, name: str) -> ResourceId:
        return self._id(group, _NETWORK, ("virtualNetworks",), (name,))

    def _machine_id(self, group: str, name: str) -> ResourceId:
        return self._id(group, _COMPUTE, ("virtualMachines",), (name,))

    def _id(
        self, group: str, provider: str, types: tuple[str, ...], each: tuple[str, ...]
    ) -> ResourceId:
        return ResourceId(
            subscription=self.subscription,
            resource_group=group,
            provider=provider,
            types=types,
            names=each,
        )


def _interfaces(machine: MachineConfig) -> Iterator[tuple[str, InterfaceConfig]]:
    yield from sorted(machine.network_interfaces.items())


def _away(name: str, interface: InterfaceConfig) -> Arrival:
    return Arrival(
        name=name,
        subnet=interface.subnet,
        address=str(interface.ip_address or ""),
        test_address=str(interface.test_ip_address or ""),
    )


def _prefix(region: Region, spoke: str, subnet: str) -> int | None:
    """Return the first address of a subnet, as a number; None where there is none of the name."""
    network = next((each.virtual_network for each in region.spokes if each.key == spoke), None)
    found = network.subnet(subnet) if network else None
    return int(found.address_prefix[0]) if found else None
