"""Replication policies (SR-14, SR-35)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.mappings import CONTAINER_MAPPING

POLICY = "Microsoft.RecoveryServices/vaults/replicationPolicies"
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
        """Refuse retention beyond 15 days, and snapshots that are less than an hour apart."""
        settings = _sent(write)
        kept = settings.get("recoveryPointHistory", 0)
        consistent = settings.get("appConsistentFrequencyInMinutes", 0)
        if not 0 <= kept <= _MOST_MINUTES or consistent < 0 or 0 < consistent < _LEAST_MINUTES:
            raise refusals.POLICY_INVALID()  # noqa: RSE102  an entry of the catalogue is called

    def compute(self, write: Write) -> JsonObject:
        """Return what a GET shows: other names than a PUT has."""
        sent = _sent(write)
        if sent.get("instanceType", "A2A") != "A2A":
            return {"friendlyName": write.id.name, "providerSpecificDetails": sent | _COUNTS}
        before: JsonObject = {
            "instanceType": "A2A",
            "recoveryPointThresholdInMinutes": 0,
            "recoveryPointHistory": 0,
            "appConsistentFrequencyInMinutes": 0,
            "multiVmSyncStatus": "Enabled",
            "crashConsistentFrequencyInMinutes": 5,
        }
        if write.existing and write.method == "PATCH":
            before = write.existing.properties["providerSpecificDetails"]
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


def kept_seconds(policy: Resource | None) -> float:
    """Return how long a policy keeps recovery points, in seconds; 0: the newest only."""
    if policy is None:
        return 0.0
    return float(policy.properties["providerSpecificDetails"]["recoveryPointHistory"] * 60)
