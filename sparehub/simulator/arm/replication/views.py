"""Views of a vault that are computed and not stored, and lists that are elsewhere.

Shapes: recorded in azure-cli-extensions (2023-08); azure-mgmt-recoveryservicessiterecovery 2.0.0.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.resource_id import capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.attached.virtual_machine import is_running
from sparehub.simulator.arm.types.recovery.policy import kept_seconds
from sparehub.simulator.arm.types.recovery.state import item_state, replication
from sparehub.simulator.arm.types.recovery.state.mappings import (
    CONTAINER,
    CONTAINER_MAPPING,
    FABRIC,
    NETWORK,
    NETWORK_MAPPING,
    VAULT,
)

_ELIGIBILITY = "Microsoft.RecoveryServices/replicationEligibilityResults"


@dataclass(frozen=True)
class ViewContext:
    """What a view shows: a resource, and a name below it if one is asked for."""

    transaction: Transaction
    scope: Resource
    name: str
    query: Mapping[str, str]
    now: float


View = Callable[[ViewContext], JsonObject]

ELSEWHERE: Mapping[str, str] = MappingProxyType(
    {
        f"{VAULT}/{kind.rpartition('/')[2]}".lower(): kind
        for kind in (
            item_state.ITEM,
            CONTAINER,
            CONTAINER_MAPPING,
            NETWORK,
            NETWORK_MAPPING,
        )
    }
)
"""Lists of a whole vault: the type whose resources they show, by the list's own type."""


def _nothing(context: ViewContext) -> JsonObject:
    """Return an empty list: such things are not of Azure to Azure."""
    del context
    return {"value": [], "nextLink": None}


def _recovery_points(context: ViewContext) -> JsonObject:
    """Return the recovery points of an item, the newest first, or one of them."""
    item = context.scope
    policy = context.transaction.get(item.private["policy"].lower())
    kept = kept_seconds(policy)
    points = [
        _point(item, name, at)
        for name, at in replication.recovery_points(context.transaction, item, context.now, kept)
    ]
    if not context.name:
        return {"value": points, "nextLink": None}
    for point in points:
        if point["name"] == context.name:
            return point
    raise refusals.ITEM_MISSING(name=context.name)


def _point(item: Resource, name: str, at: float) -> JsonObject:
    return {
        "id": f"{capitalized(item.id.text)}/recoveryPoints/{name}",
        "name": name,
        "type": f"{item_state.ITEM}/recoveryPoints",
        "properties": {
            "recoveryPointTime": date_text(at),
            "recoveryPointType": "CrashConsistent",
            "providerSpecificDetails": {
                "instanceType": "A2A",
                "recoveryPointSyncType": "PerVmRecoveryPoint",
            },
        },
    }


def _health(context: ViewContext) -> JsonObject:
    """Return the health of a vault (recorded of an empty one)."""
    store, vault = context.transaction, context.scope
    items = store.of_type(item_state.ITEM, under=f"{vault.key}/")
    states = [item_state.state_of(store, item, context.now) for item in items]
    critical = sum(bool(replication.health(store, item)) for item in items)
    untested = sum(
        state.protected and "tested" not in item.private
        for item, state in zip(items, states, strict=True)
    )
    waiting = sum("test" in item.private for item in items)
    counts = {
        "testFailoverApplicableProtectedItemsCount": sum(state.protected for state in states),
        "testFailoverInProgressProtectedItemsCount": 0,
        "testFailoverWaitingProtectedItemsCount": waiting,
        "protectedItemsCriticalCount": critical,
        "protectedItemsWarningCount": untested,
        "protectedItemsNeutralCount": 0,
        "protectedItemsTestFailoverCriticalCount": 0,
        "protectedItemsTestFailoverWarningCount": untested,
        "protectedItemsConfigurationCriticalCount": 0,
        "protectedItemsConfigurationWarningCount": 0,
        "protectedItemsFailoverHealthCriticalCount": 0,
        "protectedItemsFailoverHealthWarningCount": untested,
    }

    def part(count: int, by_category: JsonObject | None) -> JsonObject:
        return {"resourceCount": count, "issues": [], "categorizedResourceCounts": by_category}

    fabrics = store.children(vault.key, FABRIC)
    containers = store.of_type(CONTAINER, under=f"{vault.key}/")
    return {
        "name": "Default",
        "type": f"{VAULT}/replicationVaultHealth",
        "id": f"{capitalized(vault.id.text)}/replicationVaultHealth/Default",
        "properties": {
            "vaultErrors": [],
            "protectedItemsHealth": part(len(items), counts),
            "fabricsHealth": part(len(fabrics), None),
            "containersHealth": part(len(containers), None),
        },
    }


def _events(context: ViewContext) -> JsonObject:
    """Return an event for each problem of replication (SR-76), or one of them."""
    store, vault = context.transaction, context.scope
    events: list[JsonObject] = []
    for item in store.of_type(item_state.ITEM, under=f"{vault.key}/"):
        for problem in replication.health(store, item):
            name = f"{item.id.name}-{problem['errorCode']}"
            events.append(
                {
                    "id": f"{capitalized(vault.id.text)}/replicationEvents/{name}",
                    "name": name,
                    "type": f"{VAULT}/replicationEvents",
                    "properties": {
                        "eventCode": problem["errorCode"],
                        "description": problem["errorMessage"],
                        "eventType": "VmHealth",
                        "affectedObjectFriendlyName": item.private["machine"]["name"],
                        "severity": "Critical",
                        "timeOfOccurrence": date_text(problem["since"]),
                        "healthErrors": [],
                    },
                }
            )
    if not context.name:
        return {"value": events, "nextLink": None}
    for event in events:
        if event["name"] == context.name:
            return event
    raise refusals.ITEM_MISSING(name=context.name)


def _operating_systems(context: ViewContext) -> JsonObject:
    """Return what can be replicated: the names only, without their many versions."""
    return {
        "id": f"{capitalized(context.scope.id.text)}/replicationSupportedOperatingSystems/Default",
        "name": "Default",
        "type": f"{VAULT}/replicationSupportedOperatingSystems",
        "properties": {
            "supportedOsList": [
                {
                    "instanceType": "A2A",
                    "supportedOs": [
                        {"osName": name, "osType": kind, "osVersions": [{"version": version}]}
                        for name, kind, version in (
                            ("debian", "linux", "12"),
                            ("ubuntu", "linux", "24.04"),
                            ("windows", "windows", "2022"),
                        )
                    ],
                }
            ]
        },
    }


def _eligibility(context: ViewContext) -> JsonObject:
    """Return whether a machine can be replicated (``replicationEligibilityResults``)."""
    machine = context.scope
    errors = [
        {
            "code": code,
            "message": text,
            "possibleCauses": "",
            "recommendedAction": "",
            "status": "Failed",
        }
        for code, text in _obstacles(machine, context.now)
    ]
    result = {
        "id": f"{machine.id.text}/providers/{_ELIGIBILITY}/default",
        "name": "default",
        "type": _ELIGIBILITY,
        "properties": {"clientRequestId": "", "errors": errors},
    }
    return result if context.name else {"value": [result]}


def _obstacles(machine: Resource, now: float) -> list[tuple[str, str]]:
    profile = machine.properties.get("storageProfile", {})
    if "managedDisk" not in profile.get("osDisk", {}):
        return [("150170", "The virtual machine has no managed system disk.")]
    if not is_running(machine, now):
        refusal = replicated_machines.NOT_RUNNING(machine=machine.id.name)
        return [(refusal.code, refusal.message)]
    return []


VIEWS: Mapping[str, View] = MappingProxyType(
    {
        f"{item_state.ITEM}/recoveryPoints".lower(): _recovery_points,
        f"{VAULT}/replicationVaultHealth".lower(): _health,
        f"{VAULT}/replicationEvents".lower(): _events,
        f"{VAULT}/replicationSupportedOperatingSystems".lower(): _operating_systems,
        _ELIGIBILITY.lower(): _eligibility,
        **{
            f"{VAULT}/{name}".lower(): _nothing
            for name in (
                "replicationAppliances",
                "replicationMigrationItems",
                "replicationRecoveryServicesProviders",
                "replicationStorageClassifications",
                "replicationStorageClassificationMappings",
                "replicationvCenters",
                "replicationProtectionClusters",
                "replicationProtectionIntents",
            )
        },
    }
)
"""Views by their type in lower case."""
