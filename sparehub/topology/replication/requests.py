"""Bodies of the requests to a vault about machines, their recovery plan and their way.

https://learn.microsoft.com/rest/api/site-recovery; the ids in brackets are those of
docs/site-recovery-facts.md.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sparehub.topology.config.enums import FailoverKind
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.config.site_recovery import PlanActionConfig, RecoveryGroupConfig
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.plan_actions import (
    MANUAL_ACTION,
    RUNBOOK_ACTION,
    NetworkActions,
    action_name,
)
from sparehub.topology.replication.protected_item import ItemInterface, ProtectedItem

Body = dict[str, Any]
_A2A = {"instanceType": "A2A"}
_DIRECTION = "PrimaryToRecovery"
"""Also on the way back: after re-protection the fabrics have changed places (SR-54)."""
_TYPES = {"unplannedFailover": "UnplannedFailover", "testFailover": "TestFailover"}


def enable(replication: Replication, machine: Machine, disks: Sequence[ResourceId]) -> Body:
    """Return the body that enables the replication of a machine's disks (SR-39)."""
    details = _A2A | {
        "fabricObjectId": str(machine.id),
        "recoveryContainerId": str(replication.target_container),
        "recoveryResourceGroupId": str(machine.arrives.group),
        "recoveryAzureNetworkId": str(machine.network),
        "recoverySubnetName": machine.interfaces[0].subnet,
        "vmManagedDisks": _disks(replication, machine, disks),
    }
    if machine.consistency:
        details["multiVmGroupName"] = machine.consistency
    if machine.capacity_reservation_group_id:
        details["recoveryCapacityReservationGroupId"] = machine.capacity_reservation_group_id
    properties = {"policyId": str(replication.policy), "providerSpecificDetails": details}
    return {"properties": properties}


def switch_protection(
    way_back: Replication, machine: Machine, item: ProtectedItem, disks: Sequence[ResourceId]
) -> Body:
    """Return the body that replicates a machine the other way (SR-53).

    Args:
        way_back: the direction that the machine is replicated in afterwards.
        machine: of that direction.
        item: as it is before.
        disks: of the machine that runs after the failover.

    """
    details = _A2A | {
        "policyId": str(way_back.policy),
        "recoveryContainerId": str(way_back.target_container),
        "recoveryResourceGroupId": str(machine.arrives.group),
        "vmManagedDisks": _disks(way_back, machine, disks),
    }
    return {
        "properties": {
            "replicationProtectedItemName": item.id.name,
            "providerSpecificDetails": details,
        }
    }


def _disks(
    replication: Replication, machine: Machine, disks: Sequence[ResourceId]
) -> list[dict[str, str]]:
    more: dict[str, str] = {}
    if machine.disk_type:
        more["recoveryReplicaDiskAccountType"] = machine.disk_type
        more["recoveryTargetDiskAccountType"] = machine.disk_type
    if machine.disk_encryption_set_id:
        more["recoveryDiskEncryptionSetId"] = machine.disk_encryption_set_id
    return [
        {
            "diskId": str(disk),
            "primaryStagingAzureStorageAccountId": str(replication.cache_account),
            "recoveryResourceGroupId": str(machine.arrives.group),
        }
        | more
        for disk in disks
    ]


def settings(machine: Machine, item: ProtectedItem, *, test_network: bool) -> Body:
    """Return the body that says where a machine arrives (SR-44).

    ``test_network``: whether the network of a test exists, so that it can be named.
    """
    wanted = {each.name.lower(): each for each in machine.interfaces}
    properties: Body = {
        "recoveryAzureVMName": machine.arrives.name,
        "selectedRecoveryAzureNetworkId": str(machine.network),
        "vmNics": [
            _interface(nic, arrival.subnet, arrival.address, arrival.test_address)
            for nic in item.interfaces
            if (arrival := wanted.get(nic.name.lower()))
        ],
        "providerSpecificDetails": dict(_A2A),
    }
    if machine.size:
        properties["recoveryAzureVMSize"] = machine.size
    if machine.capacity_reservation_group_id:
        properties["providerSpecificDetails"]["recoveryCapacityReservationGroupId"] = (
            machine.capacity_reservation_group_id
        )
    if test_network:
        properties["selectedTfoAzureNetworkId"] = str(machine.test_network)
    return {"properties": properties}


def _interface(nic: ItemInterface, subnet: str, address: str, test_address: str) -> Body:
    return {
        "nicId": nic.id,
        "ipConfigs": [
            {
                "ipConfigName": nic.configuration,
                "isPrimary": True,
                "isSeletedForFailover": True,  # Azure's spelling
                "recoverySubnetName": subnet,
                "recoveryStaticIPAddress": address,
                "tfoSubnetName": subnet,
                "tfoStaticIPAddress": test_address,
            }
        ],
    }


def plan(replication: Replication, items: Mapping[str, ProtectedItem]) -> Body:
    """Return the recovery plan of the machines that have an item, by the machine's name (SR-60)."""
    return {
        "properties": {
            "primaryFabricId": str(replication.fabric),
            "recoveryFabricId": str(replication.target_fabric),
            "failoverDeploymentModel": "ResourceManager",
            "groups": plan_groups(replication, items),
        }
    }


def plan_groups(replication: Replication, items: Mapping[str, ProtectedItem]) -> list[Body]:
    """Return the groups of the recovery plan, without empty ones at its end."""
    last = max((machine.group for machine in replication.machines), default=0)
    return [
        {
            "groupType": "Boot",
            "replicationProtectedItems": [
                {"id": str(items[machine.name].id), "virtualMachineId": str(machine.id)}
                for machine in replication.machines
                if machine.group == number and machine.name in items
            ],
            **_actions(
                replication.groups.get(number, RecoveryGroupConfig()),
                number,
                replication.network if number == 1 else None,
            ),
        }
        for number in range(1, last + 1)
    ]


def _actions(group: RecoveryGroupConfig, number: int, network: NetworkActions | None) -> Body:
    first = _of_network(network) if network else ()
    return {
        "startGroupActions": [*first, *_sent(group.before, number, "before")],
        "endGroupActions": _sent(group.after, number, "after"),
    }


def _of_network(network: NetworkActions) -> tuple[Body, Body]:
    """Return the runbook and the person's step: never in a test failover (SR-62)."""
    kinds = (FailoverKind.UNPLANNED_FAILOVER,)
    return (
        _action(RUNBOOK_ACTION, kinds, _of_runbook(str(network.runbook))),
        _action(MANUAL_ACTION, kinds, _of_person(network.question)),
    )


def _sent(actions: Iterable[PlanActionConfig], group: int, side: str) -> list[Body]:
    return [
        _action(
            action_name(group, side, number),
            action.types,
            (
                _of_runbook(action.runbook_id)
                if action.runbook_id
                else _of_person(action.manual or "")
            ),
        )
        for number, action in enumerate(actions, start=1)
    ]


def _action(name: str, kinds: Iterable[FailoverKind], details: Body) -> Body:
    return {
        "actionName": name,
        "failoverTypes": [_TYPES[kind.value] for kind in kinds],
        "failoverDirections": [_DIRECTION],
        "customDetails": details,
    }


def _of_runbook(runbook: str) -> Body:
    """Return the details of a runbook; the form of its timeout is not documented, so none is sent.

    Azure Automation ends a job after three hours (SR-65).
    """
    return {
        "instanceType": "AutomationRunbookActionDetails",
        "runbookId": runbook,
        "fabricLocation": "Recovery",
    }


def _of_person(description: str) -> Body:
    return {"instanceType": "ManualActionDetails", "description": description}


def failover(*, shutdown: bool) -> Body:
    """Return the body that fails the machine of one item over (SR-47).

    ``shutdown``: whether the machine of the source is shut down first; it needs its region.
    """
    return {
        "properties": {
            "failoverDirection": _DIRECTION,
            "sourceSiteOperations": "Required" if shutdown else "NotRequired",
            "providerSpecificDetails": dict(_A2A),
        }
    }


def plan_failover(*, shutdown: bool) -> Body:
    """Return the body that fails the machines of a plan over; its details are a list."""
    properties = failover(shutdown=shutdown)["properties"]
    return {
        "properties": {
            **properties,
            "providerSpecificDetails": [properties["providerSpecificDetails"]],
        }
    }


def test_failover(network: ResourceId) -> Body:
    """Return the body that tests the failover of one machine in a network (SR-48)."""
    return {
        "properties": {
            "failoverDirection": _DIRECTION,
            "networkType": "VmNetworkAsInput",
            "networkId": str(network),
            "providerSpecificDetails": dict(_A2A),
        }
    }


def test_cleanup(comments: str) -> Body:
    """Return the body that removes what a test made (SR-49)."""
    return {"properties": {"comments": comments}}
