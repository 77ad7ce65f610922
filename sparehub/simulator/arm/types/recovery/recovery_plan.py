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
from sparehub.simulator.arm.types.recovery.state.jobs import vault_of
from sparehub.simulator.arm.types.recovery.state.mappings import FABRIC, VAULT, fabric_of, stored

PLAN = f"{VAULT}/replicationRecoveryPlans"
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
            fabric = stored(write.transaction, text, FABRIC)
            if fabric is None or vault_of(fabric.id).key != vault_of(write.id).key:
                raise refusals.PLAN_FABRIC(problem=f"{name} {text!r} is not in the plan's vault")
        groups = write.properties.get("groups", [])
        items = _items_of(groups)
        _check_actions(groups)
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


def _items_of(groups: list[JsonObject]) -> list[str]:
    """Return the ids of the machines of groups; refuse what a plan cannot have (SR-61)."""
    boot = [group for group in groups if group.get("groupType") == "Boot"]
    members = [item for group in groups for item in group.get("replicationProtectedItems", [])]
    items = [_path(item.get("id", "")) for item in members]
    for wrong, problem in (
        (
            any(group.get("groupType") not in _TYPES for group in groups),
            "a group's type is Shutdown, Failover or Boot",
        ),
        (len(boot) > _MOST_GROUPS, f"a plan has at most {_MOST_GROUPS} groups"),
        (len(items) > _MOST_ITEMS, f"a plan has at most {_MOST_ITEMS} machines"),
        (any("id" not in item for item in members), "a machine of a group has no id"),
        (len({item.lower() for item in items}) < len(items), "a machine is in the plan twice"),
    ):
        if wrong:
            raise refusals.PLAN_GROUPS(problem=problem)
    return items


def _path(identity: str) -> str:
    """Return an id as it is stored: a slash at its end means nothing."""
    return f"/{identity.strip('/')}"


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
        name: _path(str(write.properties.get(name) or before.get(name, "")))
        for name in ("primaryFabricId", "recoveryFabricId")
    }


def _complete(groups: list[JsonObject]) -> list[JsonObject]:
    """Return the groups in Azure's order, with those that every plan has."""
    given = {group.get("groupType"): group for group in groups}
    fixed = [given.get(name, {"groupType": name}) for name in ("Shutdown", "Failover")]
    boot = [group for group in groups if group.get("groupType") == "Boot"]
    empty: JsonObject = {"startGroupActions": [], "endGroupActions": []}
    return [
        empty
        | group
        | {
            "replicationProtectedItems": [
                item | {"id": _path(item["id"])}
                for item in group.get("replicationProtectedItems", [])
            ]
        }
        for group in [*fixed, *boot]
    ]


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
