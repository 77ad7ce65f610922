"""Site Recovery that a vault holds, also as the portal made it (SR-41): what files say of it.

One region is adopted at a time. What belongs into the other region's file is returned beside it.
A vault is left to its owner (``vault.id``), and so are cache accounts. Fabrics, policy and mappings
are taken over under their names: a vault has one fabric for each region (SR-03).
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sparehub.topology.adoption.recovery_vault import (
    FABRIC,
    ITEM,
    PLAN,
    STORAGE_ACCOUNT,
    VaultReading,
    is_a2a,
)
from sparehub.topology.adoption.replicated_machines import (
    MachineReading,
    Surroundings,
    groups_of,
    machine_of,
)
from sparehub.topology.azure.site_recovery_limits import STORAGE_ACCOUNT_NAME_LENGTH
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.model.recovery.lasting_parts import FAILBACK, FAILOVER, NAMES
from sparehub.topology.model.recovery.replication_names import POLICY, ReplicationNames
from sparehub.topology.state.parts import location_of
from sparehub.topology.state.region import Reading
from sparehub.topology.state.resources import RESOURCE_GROUP, ArmResource

Values = dict[str, Any]
_MINUTES = 60


@dataclass
class AdoptedRecovery:
    """What the two files say, what is imported, and what nothing says."""

    own: Values = field(default_factory=dict)
    """``replicate`` or ``siteRecovery`` of the region that is adopted."""
    other: Values = field(default_factory=dict)
    """The other one of the two, for the other region's file."""
    imports: dict[str, str] = field(default_factory=dict)
    """Ids by the role that the program gives what it owns."""
    listed: list[tuple[str, str]] = field(default_factory=list)
    """Id and reason of what the files cannot say."""
    understood: set[str] = field(default_factory=set)
    """Keys of the resources that the files say."""


def adopt_site_recovery(everything: Sequence[ArmResource], reading: Reading) -> AdoptedRecovery:
    """Return what stands of Site Recovery for the region; nothing where no vault serves it."""
    here = reading.region.location
    for vault in dict.fromkeys(
        each.identity.parent.key for each in everything if each.type == FABRIC
    ):
        found = VaultReading(vault, everything, reading)
        if here in found.fabrics and found.other:
            return _Adoption(found).adopted()
    return AdoptedRecovery()


class _Adoption:
    """What is made of one vault."""

    def __init__(self, vault: VaultReading) -> None:
        self._vault = vault
        self._found = AdoptedRecovery()

    def adopted(self) -> AdoptedRecovery:
        takes_over = self._vault.target == self._vault.here
        replicate, recovery = self._replicate(), self._recovery()
        if not replicate or not recovery:
            return self._found
        halves = {"replicate": replicate}, {"siteRecovery": recovery}
        self._found.own, self._found.other = halves[::-1] if takes_over else halves
        if takes_over:
            self._found.imports = dict(self._imports())
        self._list_the_rest()
        return self._found

    def _replicate(self) -> Values:
        around = Surroundings(
            spokes=dict(self._vault.spokes()),
            network_key="vMNetworkName"
            if self._vault.source == self._vault.here
            else "recoveryVMNetworkId",
            groups=groups_of(self._vault.of(PLAN)),
            by_id=self._vault.by_id,
        )
        machines: dict[str, MachineReading] = {}
        for item in self._vault.items:
            machine = machine_of(item, around)
            self._found.understood.add(item.key)
            if machine is None:
                self._list(item.id, "its network is not one of the region's spokes")
            elif machine.name in machines:
                self._list(item.id, f"another machine is called {machine.name} as well")
            else:
                machines[machine.name] = machine
                for problem in machine.problems:
                    self._list(item.id, problem)
                if item.properties.get("activeLocation") == "Recovery":
                    self._list(item.id, "it is failed over: re-protect it before anything else")
                self._found.understood.add(str(machine.values["virtualMachineId"]).lower())
        account = self._cache_account()
        return {
            "cacheStorageAccount": account,
            "machines": {name: _said(each.values) for name, each in sorted(machines.items())},
        }

    def _cache_account(self) -> Values:
        """Return the account that most disks are copied through."""
        used = Counter(
            str(disk.get("primaryStagingAzureStorageAccountId") or "")
            for item in self._vault.items
            for disk in (item.properties.get("providerSpecificDetails") or {}).get(
                "protectedManagedDisks"
            )
            or ()
        )
        used.pop("", None)
        for identity, _ in used.most_common()[1:]:
            self._list(identity, "the configuration gives a region one cache account")
        if used:
            return self._account(used.most_common(1)[0][0])
        return self._account_in(self._vault.source)

    def _account(self, identity: str) -> Values:
        account = self._vault.by_id.get(identity.lower())
        self._found.understood.add(identity.lower())
        keys = account.properties.get("allowSharedKeyAccess") if account else None
        return {
            "id": account.id if account else identity,
            **({"keyAccess": False} if keys is False else {}),
        }

    def _account_in(self, location: str) -> Values:
        """Return the one account of a location that is in the file, or the name of a new one."""
        standing = [
            each
            for each in self._vault.everything
            if each.type == STORAGE_ACCOUNT
            and location_of(each) == location
            and each.key not in self._found.understood
        ]
        if len(standing) == 1:
            self._list(standing[0].id, f"taken for the cache account of {location}")
            return self._account(standing[0].id)
        name = f"{self._vault.id.name.lower()}{location}".replace("-", "")[
            :STORAGE_ACCOUNT_NAME_LENGTH
        ]
        self._list(
            str(self._vault.id),
            f"no account is known through which machines of {location} are copied: {name} is a "
            "proposal, and has to be unique in all of Azure",
        )
        return {"name": name}

    def _recovery(self) -> Values:
        policy, arrival = self._vault.policy(), self._vault.arrival()
        vault: Values = {"id": _plain(self._vault.id)}
        if self._vault.resource:
            vault["location"] = location_of(self._vault.resource)
            kind = str(
                (self._vault.resource.properties.get("identity") or {}).get("type") or "None"
            )
            if kind == "None":
                vault["identity"] = "none"
            self._found.understood.add(self._vault.resource.key)
        else:
            self._list(str(self._vault.id), "it is not in the file, so its location is not known")
        return _said(
            {
                "vault": vault,
                "policy": self._hours(policy) if policy else None,
                "cacheStorageAccount": self._account_in(self._vault.target),
                "resourceGroup": arrival.name if arrival else None,
                "agentUpdates": self._agent_updates(),
                "recoveryPlan": self._plan(),
                "names": self._names(policy),
            }
        )

    def _hours(self, policy: ArmResource) -> Values:
        details: Mapping[str, Any] = policy.properties.get("providerSpecificDetails") or {}
        found: Values = {}
        for key, minutes in (
            ("recoveryPointRetentionInHours", details.get("recoveryPointHistory")),
            ("appConsistentFrequencyInHours", details.get("appConsistentFrequencyInMinutes")),
        ):
            hours, rest = divmod(int(minutes or 0), _MINUTES)
            found[key] = hours
            if rest:
                self._list(policy.id, f"{minutes} minutes are not whole hours: {key} is {hours}")
        return found

    def _agent_updates(self) -> Values | None:
        for _, mapping in self._vault.container_mappings():
            details = mapping.properties.get("providerSpecificDetails") or {}
            if details.get("agentAutoUpdateStatus") == "Enabled":
                return {"automationAccountId": details.get("automationAccountArmId")}
        return None

    def _plan(self) -> Values | None:
        plans = self._vault.of(PLAN)
        for plan in plans:
            groups = plan.properties.get("groups") or ()
            actions = [
                action
                for group in groups
                for key in ("startGroupActions", "endGroupActions")
                for action in group.get(key) or ()
            ]
            if not groups:
                self._list(plan.id, "a list of plans holds no groups (SR-60): all are in group 1")
            if actions:
                self._list(plan.id, "its actions are not taken over: write recoveryPlan.groups")
        if len(plans) != 1:
            return None
        self._found.understood.add(plans[0].key)
        return {"name": plans[0].name}

    def _names(self, policy: ArmResource | None) -> Values:
        derived, both = ReplicationNames(), (self._vault.source, self._vault.target)
        fabrics = {
            location: self._vault.fabrics[location].name
            for location in both
            if self._vault.fabrics[location].name != derived.fabric(location)
        }
        given = ReplicationNames(fabrics=fabrics)
        ways: dict[str, Values] = {FAILOVER: {"networks": {}}, FAILBACK: {"networks": {}}}
        ends = {way: (here, there) for way, here, there in self._vault.ways()}
        for way, mapping in self._vault.container_mappings():
            if mapping.name != derived.failover.container_mapping(*ends[way]):
                ways[way]["containers"] = mapping.name
        for way, spoke, mapping in self._vault.network_mappings():
            if mapping.name != derived.failover.network_mapping(*ends[way], spoke):
                ways[way]["networks"][spoke] = mapping.name
        return _said(
            {
                "fabrics": fabrics,
                "containers": {
                    location: self._vault.containers[location].name
                    for location in both
                    if location in self._vault.containers
                    and self._vault.containers[location].name != given.container(location)
                },
                "policy": policy.name if policy and policy.name != POLICY else None,
                **ways,
            }
        )

    def _imports(self) -> Iterator[tuple[str, str]]:
        """Yield role and id of what the program owns in the region that takes over."""
        policy, arrival = self._vault.policy(), self._vault.arrival()
        owned: list[tuple[str, ArmResource]] = [
            (NAMES.fabric(location), self._vault.fabrics[location])
            for location in (self._vault.source, self._vault.target)
        ]
        owned += [(NAMES.policy, policy)] if policy else []
        owned += [
            (NAMES.container_mapping(way), each) for way, each in self._vault.container_mappings()
        ]
        owned += [
            (NAMES.network_mapping(way, spoke), each)
            for way, spoke, each in self._vault.network_mappings()
        ]
        for name, resource in owned:
            yield name.removeprefix(f"{REGION.root}/"), _plain(resource.identity)
        if arrival:
            group = self._vault.by_id.get(arrival.key)
            identity = group.id if group else _plain(arrival)
            yield NAMES.arrival_group.removeprefix(f"{REGION.root}/"), identity

    def _list_the_rest(self) -> None:
        """Mark what is said, and list what else the vault holds."""
        said = {
            *(self._vault.fabrics[each].key for each in (self._vault.source, self._vault.target)),
            *(each.key for each in self._vault.containers.values()),
            *(each.key for _, each in self._vault.container_mappings()),
            *(each.key for _, _, each in self._vault.network_mappings()),
        }
        if policy := self._vault.policy():
            said.add(policy.key)
        if arrival := self._vault.arrival():
            said.add(arrival.key)
        self._found.understood |= said
        for each in self._vault.inside:
            if each.key not in self._found.understood:
                self._found.understood.add(each.key)
                reason = "the configuration has no place for it in the vault"
                if each.type == ITEM and not is_a2a(each):
                    reason = "it is not replicated from Azure to Azure"
                self._list(each.id, reason)
        group = self._vault.by_id.get(arrival.key) if arrival else None
        if group and group.type == RESOURCE_GROUP and location_of(group) != self._vault.target:
            reason = (
                f"machines arrive in it, and it is not in {self._vault.target}: name another group"
            )
            self._list(group.id, reason)

    def _list(self, identity: str, reason: str) -> None:
        self._found.listed.append((identity, reason))


def _plain(identity: ResourceId) -> str:
    """Return an id as ARM takes it: the vault answers ``/Subscriptions/`` (SR-30)."""
    return str(identity.in_subscription(identity.subscription))


def _said(values: Values) -> Values:
    """Return a mapping without what it does not say."""
    inner = {k: _said(v) if isinstance(v, dict) else v for k, v in values.items()}
    return {key: value for key, value in inner.items() if value not in (None, {}, [])}
