"""Replication policies (SR-14, SR-35)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.mappings import CONTAINER_MAPPING, VAULT

POLICY = f"{VAULT}/replicationPolicies"
A2A = "A2A"
"""The provider that replicates machines of Azure to Azure."""
_MOST_MINUTES = 15 * 24 * 60
_LEAST_MINUTES = 60
_NEWER = "2022-10-01"
"""Policies of later API versions show three members more (recorded of 2024-10-01)."""
_COUNTS = {"status": False, "associatedItemsCount": 0, "dataSourceType": "VM"}
"""What policies of other providers (VMware, Hyper-V) show as well; they serve nobody here."""
_SETTINGS: Spec = {
    "enableMultiVmSync": str,
    "recoveryPointHistoryInMinutes": int,
    "instanceType": str,
    "appConsistentFrequencyInMinutes": int,
    "crashConsistentFrequencyInMinutes": int,
    "multiVmSyncStatus": str,
    "recoveryPointHistory": int,
}


class Policy(ReplicationType):
    """A policy: how long recovery points are kept, in minutes."""

    name = POLICY
    accepts: ClassVar[Spec] = {"providerSpecificInput": _SETTINGS}
    patches: ClassVar[Spec] = {"properties": {"replicationProviderSettings": _SETTINGS}}
    seconds = Durations(create=durations.POLICY, update=durations.POLICY, delete=1)
    scenario = ("AddProtectionProfile", "Create replication policy")
    deletion_scenario = ("DeleteProtectionProfile", "Delete replication policy")
    target_type = "ProtectionProfile"

    def check(self, write: Write) -> None:
        """Refuse another provider than before, and what an A2A policy cannot have (SR-14).

        Retention is at most 15 days, and snapshots are at least an hour apart. Snapshots that are
        further apart than the retention would leave no point that is consistent.
        """
        provider, before = _provider(write), _details(write.existing)
        if before and before["instanceType"] != provider:
            raise refusals.POLICY_PROVIDER(name=write.id.name, provider=before["instanceType"])
        if provider != A2A:
            return
        settings = (before if write.method == "PATCH" else {}) | _sent(write)
        kept = settings.get("recoveryPointHistory", 0)
        consistent = settings.get("appConsistentFrequencyInMinutes", 0)
        apart = consistent == 0 or _LEAST_MINUTES <= consistent <= kept
        if not 0 <= kept <= _MOST_MINUTES or not apart:
            raise refusals.POLICY_INVALID()  # noqa: RSE102  an entry of the catalogue is called

    def compute(self, write: Write) -> JsonObject:
        """Return what a GET shows: other names than a PUT has."""
        sent = _sent(write)
        if (provider := _provider(write)) != A2A:
            kept = _details(write.existing) if write.method == "PATCH" else {}
            details = kept | sent | {"instanceType": provider} | _COUNTS
            return {"friendlyName": write.id.name, "providerSpecificDetails": details}
        before: JsonObject = {
            "instanceType": A2A,
            "recoveryPointThresholdInMinutes": 0,
            "recoveryPointHistory": 0,
            "appConsistentFrequencyInMinutes": 0,
            "multiVmSyncStatus": "Enabled",
            "crashConsistentFrequencyInMinutes": 5,
        }
        if write.existing and write.method == "PATCH":
            before = _details(write.existing)
        status = str(sent.get("multiVmSyncStatus", ""))
        sync = {"multiVmSyncStatus": f"{status}d"} if status in ("Enable", "Disable") else {}
        details = before | {name: sent[name] for name in sent if name in before} | sync
        if write.query.get("api-version", "") >= _NEWER:
            details |= _COUNTS
        return {"friendlyName": write.id.name, "providerSpecificDetails": details}

    def check_delete(self, transaction: Transaction, resource: Resource) -> None:
        """Refuse while containers are mapped with it (SR-80)."""
        for mapping in transaction.referrers(resource.key, CONTAINER_MAPPING):
            raise refusals.IN_USE(id=resource.id.text, user=mapping.id.text)


def _sent(write: Write) -> JsonObject:
    name = "replicationProviderSettings" if write.method == "PATCH" else "providerSpecificInput"
    settings: JsonObject = write.properties.get(name, {})
    return settings


def _details(policy: Resource | None) -> JsonObject:
    details: JsonObject = policy.properties["providerSpecificDetails"] if policy else {}
    return details


def _provider(write: Write) -> str:
    """Return whose policy it is: A2A, or of a provider that is stored and serves nobody."""
    kept = _details(write.existing).get("instanceType", A2A) if write.method == "PATCH" else A2A
    return str(_sent(write).get("instanceType", kept))


def is_a2a(policy: Resource) -> bool:
    """Return whether machines of Azure can be replicated with a policy."""
    return bool(_details(policy)["instanceType"] == A2A)


def kept_seconds(policy: Resource | None) -> float:
    """Return how long a policy keeps recovery points, in seconds; 0: the newest only."""
    if policy is None:
        return 0.0
    return float(_details(policy).get("recoveryPointHistory", 0) * 60)
