"""Recovery plans: groups of machines, with actions before and after them (SR-60 to SR-62)."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import capitalized
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Durations, Write
from sparehub.simulator.arm.types.body_schema import Spec
from sparehub.simulator.arm.types.recovery.replication_type import ReplicationType
from sparehub.simulator.arm.types.recovery.state import durations
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM, busy
from sparehub.simulator.arm.types.recovery.state.mappings import FABRIC, fabric_of, stored

PLAN = "Microsoft.RecoveryServices/vaults/replicationRecoveryPlans"
_MOST_GROUPS, _MOST_ITEMS = 7, 100
_ACTIONS: Spec = [
    {
        "actionName": str,
        "failoverTypes": [str],
        "failoverDirections": [str],
        "customDetails": dict,
    }
]
_GROUPS: Spec = [
    {
        "groupType": str,
        "replicationProtectedItems": [{"id": str, "virtualMachineId": str}],
        "startGroupActions": _ACTIONS,
        "endGroupActions": _ACTIONS,
    }
]
_TYPES = ("Shutdown", "Boot", "Failover")


class RecoveryPlan(ReplicationType):
    """A recovery plan."""

    name = PLAN
    accepts: ClassVar[Spec] = {
        "primaryFabricId": str,
        "recoveryFabricId": str,
        "failoverDeploymentModel": str,
        "groups": _GROUPS,
    }
    patches: ClassVar[Spec] = {"properties": {"groups": _GROUPS}}
    seconds = Durations(create=durations.PLAN, update=durations.PLAN, delete=durations.REMOVAL)
    scenario = ("SaveRecoveryPlan", "Save recovery plan")
    deletion_scenario = ("DeleteRecoveryPlan", "Delete recovery plan")
    target_type = "RecoveryPlan"

    def check(self, write: Write) -> None:
        """Refuse too many groups or machines (SR-61), and machines of another direction (SR-60)."""
        fabrics = _fabrics(write)
        for name, text in fabrics.items():
            if stored(write.transaction, text, FABRIC) is None:
                raise refusals.PLAN_FABRIC(problem=f"{name} {text!r} does not exist")
        groups = write.properties.get("groups", [])
        boot = [group for group in groups if group.get("groupType") == "Boot"]
        if any(group.get("groupType") not in _TYPES for group in groups):
            raise refusals.PLAN_SIZE(problem="a group's type is Shutdown, Failover or Boot")
        if len(boot) > _MOST_GROUPS:
            raise refusals.PLAN_SIZE(problem=f"a plan has at most {_MOST_GROUPS} groups")
        _check_actions(groups)
        items = [
            item["id"] for group in groups for item in group.get("replicationProtectedItems", [])
        ]
        if len(items) > _MOST_ITEMS:
            raise refusals.PLAN_SIZE(problem=f"a plan has at most {_MOST_ITEMS} machines")
        if len({item.lower() for item in items}) < len(items):
            raise refusals.PLAN_SIZE(problem="a machine is in the plan twice")
        for text in items:
            item = stored(write.transaction, text, ITEM)
            if item is None:
                raise refusals.PLAN_ITEM(item=text)
            if fabric_of(item.id).key != fabrics["primaryFabricId"].lower():
                raise refusals.PLAN_FABRIC(problem=f"{text} is not in the primary fabric")

    def compute(self, write: Write) -> JsonObject:
        """Return the fabrics; groups are private, for lists do not show them."""
        return _fabrics(write)

    def private(self, write: Write) -> JsonObject:
        """Return the groups: Azure adds Shutdown and Failover (recorded)."""
        before = write.existing.private if write.existing else {}
        if "groups" not in write.properties:
            return before | {"groups": before.get("groups", _complete([]))}
        return before | {"groups": _complete(write.properties["groups"])}

    def shown_properties(
        self, transaction: Transaction, resource: Resource, now: float, *, listed: bool
    ) -> JsonObject:
        """Return the plan; a list shows no groups (SR-60)."""
        fabrics = {
            name: stored(transaction, text, FABRIC) for name, text in resource.properties.items()
        }
        names = {
            name: fabric.properties["friendlyName"] if fabric else ""
            for name, fabric in fabrics.items()
        }
        current, status = _scenario(resource, now)
        running = status == "InProgress"
        return {
            "friendlyName": resource.id.name,
            "primaryFabricId": capitalized(resource.properties["primaryFabricId"]),
            "primaryFabricFriendlyName": names["primaryFabricId"],
            "recoveryFabricId": capitalized(resource.properties["recoveryFabricId"]),
            "recoveryFabricFriendlyName": names["recoveryFabricId"],
            "failoverDeploymentModel": "ResourceManager",
            "replicationProviders": ["A2A"],
            "allowedOperations": [] if running else ["UnplannedFailover", "TestFailover"],
            "currentScenario": current,
            "currentScenarioStatus": status,
            "currentScenarioStatusDescription": status,
            "groups": [] if listed else [_shown(group) for group in resource.private["groups"]],
            "providerSpecificDetails": [],
        }


def _check_actions(groups: list[JsonObject]) -> None:
    """Refuse scripts: they run on a server of System Center, and Azure to Azure has none."""
    for group in groups:
        for action in (
            *group.get("startGroupActions", []),
            *group.get("endGroupActions", []),
        ):
            kind = action.get("customDetails", {}).get("instanceType")
            if kind not in ("AutomationRunbookActionDetails", "ManualActionDetails"):
                raise refusals.PLAN_ACTION(name=action.get("actionName", ""), type=kind)


def _scenario(plan: Resource, now: float) -> tuple[JsonObject | None, str | None]:
    """Return what a plan does now, or did last, and how it went."""
    last = plan.private.get("lastScenario")
    if busy(plan, now):
        scenario = plan.private["scenario"]
        name, at, status = scenario["name"], scenario["start"], "InProgress"
    elif last is not None:
        name, at, status = last["name"], last["at"], last["status"]
    else:
        return None, None
    return {"scenarioName": name, "jobId": "", "startTime": date_text(at)}, status


def _fabrics(write: Write) -> dict[str, str]:
    before = write.existing.properties if write.existing else {}
    return {
        name: str(write.properties.get(name) or before.get(name, ""))
        for name in ("primaryFabricId", "recoveryFabricId")
    }


def _complete(groups: list[JsonObject]) -> list[JsonObject]:
    """Return the groups in Azure's order, with those that every plan has."""
    given = {group.get("groupType"): group for group in groups}
    fixed = [given.get(name, {"groupType": name}) for name in ("Shutdown", "Failover")]
    boot = [group for group in groups if group.get("groupType") == "Boot"]
    empty: JsonObject = {
        "replicationProtectedItems": [],
        "startGroupActions": [],
        "endGroupActions": [],
    }
    return [empty | group for group in [*fixed, *boot]]


def _shown(group: JsonObject) -> JsonObject:
    """Return a group with the machines' internal GUIDs (SR-60)."""
    items = [
        {
            "id": capitalized(item["id"]),
            "virtualMachineId": guid("entity", item["id"].lower()),
        }
        for item in group["replicationProtectedItems"]
    ]
    return group | {"replicationProtectedItems": items}
