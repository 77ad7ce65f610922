"""A replicated machine as the vault shows it (SR-40, SR-42, SR-43).

https://learn.microsoft.com/rest/api/site-recovery/replication-protected-items/get
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Self

from sparehub.topology.config.resource_ids import ResourceId

PROTECTED = "Protected"
RECOVERY = "Recovery"
_COMMITTING = "CommitFailover"
"""What is done with an item while its failover is committed (SR-52)."""
_NO_SCENARIO = "None"
_TEST_WAITS = ("WaitingForCompletion", "WaitingForCleanup", "TestFailoverFailed")
"""States of a test that is to be cleaned up (SR-48)."""


class Operation(StrEnum):
    """What can be asked of an item: Azure's own names in ``allowedOperations`` (SR-43)."""

    FAILOVER = "UnplannedFailover"
    TEST = "TestFailover"
    CLEAN_UP = "TestFailoverCleanup"
    COMMIT = "Commit"
    SWITCH = "SwitchProtection"
    DISABLE = "DisableProtection"


@dataclass(frozen=True, kw_only=True)
class ItemInterface:
    """A network interface of an item: its first address, there and in a test."""

    id: str
    """A GUID that only the service knows."""
    name: str
    configuration: str
    """The name of its first address configuration."""
    source_address: str
    subnet: str
    address: str
    """Empty where Azure will choose one."""
    test_subnet: str
    test_address: str


@dataclass(frozen=True, kw_only=True)
class ProtectedItem:
    """A replicated machine; what is not known is empty or None."""

    id: ResourceId
    machine: str
    """The name of the machine."""
    machine_id: ResourceId
    """The machine that is replicated, on the side that it is replicated from."""
    state: str
    description: str
    active: str
    """``Primary``, or ``Recovery`` after a failover until re-protection."""
    allowed: frozenset[str]
    scenario: str
    """What is being done with it; empty for nothing."""
    scenario_job: str
    health: str
    errors: tuple[str, ...]
    test_state: str
    last_test: str
    policy: ResourceId
    recovery_container: ResourceId
    network: ResourceId
    test_network: ResourceId
    size: str
    name_there: str
    arrived: ResourceId
    """The machine after a failover."""
    tested: ResourceId
    """The machine of a test."""
    interfaces: tuple[ItemInterface, ...]
    percent: int | None
    """Of the copy."""
    consistency: str
    point_seconds: float | None = None
    """The age of the newest recovery point when the service last calculated it (SR-59)."""
    point_calculated: str = ""
    """When that was."""

    @property
    def is_protected(self) -> bool:
        """Whether it has a recovery point; a test may be waiting, or a failover have failed."""
        return self.state == PROTECTED or self.allows(Operation.FAILOVER)

    @property
    def is_failed_over(self) -> bool:
        """Whether it has been failed over, and was not re-protected since."""
        return self.active == RECOVERY

    @property
    def awaits_commit(self) -> bool:
        """Whether its failover is not committed."""
        return Operation.COMMIT in self.allowed

    @property
    def is_being_committed(self) -> bool:
        """Whether a commit of its failover has begun and not ended."""
        return self.scenario == _COMMITTING

    @property
    def awaits_cleanup(self) -> bool:
        """Whether a test of it is to be cleaned up, without which no failover begins (SR-43)."""
        return self.test_state in _TEST_WAITS

    @property
    def container(self) -> ResourceId:
        """Its container: where it is replicated from."""
        return self.id.parent

    def point_age(self, since: Callable[[str], float]) -> float | None:
        """Return the age of the newest recovery point in seconds; None where none counts.

        It is what the service calculated last, and the time since then: one list of the vault
        says it of every machine. After a failover nothing is replicated, so that no point counts.

        Args:
            since: returns the seconds from a moment to the time when the item was read.
        """
        if self.point_seconds is None or self.is_failed_over:
            return None
        later = since(self.point_calculated) if self.point_calculated else 0.0
        return self.point_seconds + max(0.0, later)

    def allows(self, operation: Operation) -> bool:
        """Return whether an operation can be asked of it now."""
        return operation in self.allowed

    @classmethod
    def of(cls, document: Mapping[str, Any]) -> Self:
        """Read what the vault answers."""
        properties = document.get("properties") or {}
        details = properties.get("providerSpecificDetails") or {}
        scenario = properties.get("currentScenario") or {}
        name = str(scenario.get("scenarioName") or _NO_SCENARIO)
        busy = name != _NO_SCENARIO
        return cls(
            id=ResourceId.of(str(document.get("id") or "")),
            machine=str(properties.get("friendlyName") or ""),
            machine_id=_id(details.get("fabricObjectId")),
            state=str(properties.get("protectionState") or ""),
            description=str(properties.get("protectionStateDescription") or ""),
            active=str(properties.get("activeLocation") or ""),
            allowed=frozenset(map(str, properties.get("allowedOperations") or ())),
            scenario=name if busy else "",
            scenario_job=str(scenario.get("jobId") or "").rpartition("/")[2] if busy else "",
            health=str(properties.get("replicationHealth") or ""),
            errors=tuple(
                str(error.get("errorMessage") or error.get("errorCode") or "")
                for error in properties.get("healthErrors") or ()
            ),
            test_state=str(properties.get("testFailoverState") or _NO_SCENARIO),
            last_test=str(properties.get("lastSuccessfulTestFailoverTime") or ""),
            policy=_id(properties.get("policyId")),
            recovery_container=_id(properties.get("recoveryContainerId")),
            network=_id(details.get("selectedRecoveryAzureNetworkId")),
            test_network=_id(details.get("selectedTfoAzureNetworkId")),
            size=str(details.get("recoveryAzureVMSize") or ""),
            name_there=str(details.get("recoveryAzureVMName") or ""),
            arrived=_id(details.get("recoveryFabricObjectId")),
            tested=_id(details.get("testFailoverRecoveryFabricObjectId")),
            interfaces=tuple(map(_interface, details.get("vmNics") or ())),
            percent=details.get("monitoringPercentageCompletion"),
            consistency=str(details.get("multiVmGroupName") or ""),
            point_seconds=details.get("rpoInSeconds"),
            point_calculated=str(details.get("lastRpoCalculatedTime") or ""),
        )


def _id(value: object) -> ResourceId:
    return ResourceId.of(str(value or ""))


def _interface(nic: Mapping[str, Any]) -> ItemInterface:
    configurations = nic.get("ipConfigs") or [{}]
    primary = next((each for each in configurations if each.get("isPrimary")), configurations[0])
    return ItemInterface(
        id=str(nic.get("nicId") or ""),
        name=_id(nic.get("sourceNicArmId")).name,
        configuration=str(primary.get("name") or ""),
        source_address=str(primary.get("staticIPAddress") or ""),
        subnet=str(primary.get("recoverySubnetName") or ""),
        address=str(primary.get("recoveryStaticIPAddress") or ""),
        test_subnet=str(primary.get("tfoSubnetName") or ""),
        test_address=str(primary.get("tfoStaticIPAddress") or ""),
    )
