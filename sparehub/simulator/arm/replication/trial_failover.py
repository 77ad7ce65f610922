"""``testFailover`` and ``testFailoverCleanup`` of an item (SR-48 to SR-51, SR-70)."""

from contextlib import suppress

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.replication import machines
from sparehub.simulator.arm.replication.failover import (
    chosen_point,
    failure,
    for_each,
    require,
    require_direction,
)
from sparehub.simulator.arm.storage import faults
from sparehub.simulator.arm.storage.clock import date_text
from sparehub.simulator.arm.storage.faults import FaultKind
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import (
    ActionContext,
    EffectContext,
    JobDraft,
    StartedOperation,
)
from sparehub.simulator.arm.types.network.virtual_network import VIRTUAL_NETWORK
from sparehub.simulator.arm.types.recovery.state import durations, mappings
from sparehub.simulator.arm.types.recovery.state.arrival import Arrival, network_for, subnet_for
from sparehub.simulator.arm.types.recovery.state.source_machine import network_of


def test_failover(call: ActionContext) -> StartedOperation:
    """Start a test failover of one item."""
    properties = call.body.get("properties", {})
    require(call.transaction, call.resource, "TestFailover", call.now)
    require_direction(properties, call.resource)
    network = check_network(call.transaction, [call.resource], properties)
    point = chosen_point(call.transaction, call.resource, properties, call.now)
    return StartedOperation(
        seconds=durations.TEST_FAILOVER,
        effect="test failover",
        arguments={"items": [call.resource.key], "points": [point], "network": network},
        job=_test_job(Arrival(call.transaction, call.resource, test=True, network=network), point),
        failure=failure(call.transaction, call.resource, shutdown=False),
    )


def check_network(transaction: Transaction, items: list[Resource], properties: JsonObject) -> str:
    """Return the network of a test; refuse one in which machines would fail over (SR-70).

    Raises:
        Refusal: There is no such network in the recovery region, or it is the recovery network.

    """
    network = mappings.stored(transaction, properties.get("networkId"), VIRTUAL_NETWORK)
    for item in items:
        own = item.private["settings"].get("selectedTfoAzureNetworkId")
        chosen = mappings.stored(transaction, own, VIRTUAL_NETWORK) if own else network
        if chosen is None:
            raise refusals.TEST_NETWORK(problem="there is no such network, and the item has none")
        if chosen.document.get("location") != item.private["targetRegion"]:
            raise refusals.TEST_NETWORK(
                problem=f"{chosen.id.text} is not in {item.private['targetRegion']}"
            )
        for nic in item.private["machine"]["nics"]:
            source = network_of(nic["configurations"][0]["subnet"])
            recovery = item.private["settings"].get(
                "selectedRecoveryAzureNetworkId"
            ) or mappings.target_network(transaction, item, source)
            if str(recovery or "").lower() == chosen.key:
                raise refusals.TEST_NETWORK(problem=f"{chosen.id.text} is the recovery network")
    return network.id.text if network else ""


def _test_job(arrival: Arrival, point: JsonObject) -> JobDraft:
    """Return the job of a test, with the age of the point that is used (SR-49, SR-50)."""
    network, subnet = _place(arrival)
    machine, source = arrival.name, arrival.machine["name"]
    whole = durations.TEST_FAILOVER
    tasks = tuple(
        {"name": task, "friendlyName": friendly, "from": start, "to": end}
        for task, friendly, start, end in (
            ("TestFailoverPreflightChecksTask", "Prerequisites check for test failover", 0.0, 2.0),
            ("BeginTestFailoverTask", "Starting test failover", 2.0, 60.0),
            ("PrepareTestProtectedEntitiesTask", "Creating test virtual machine", 60.0, 110.0),
            ("StartTestProtectedEntitiesTask", "Starting the virtual machine", 110.0, whole),
        )
    )
    detail = {
        "name": source,
        "friendlyName": source,
        "testVmName": machine,
        "testVmFriendlyName": machine,
        "networkConnectionStatus": "Connected",
        "networkFriendlyName": network,
        "subnet": subnet,
        "recoveryPointId": point["id"],
        "recoveryPointTime": date_text(point["time"]),
    }
    return JobDraft(
        scenario="TestFailover",
        friendly_name="Test failover",
        target=source,
        target_type="ProtectionEntity",
        tasks=tasks,
        details={
            "instanceType": "TestFailoverJobDetails",
            "testFailoverStatus": "Active",
            "comments": None,
            "networkName": network,
            "networkFriendlyName": network,
            "networkType": "VmNetworkAsInput",
            "protectedItemDetails": [detail],
        },
    )


def _place(arrival: Arrival) -> tuple[str, str]:
    """Return the names of network and subnet of the first interface; empty where there is none.

    A place that does not exist lets the test fail at its end.
    """
    for nic in arrival.machine["nics"][:1]:
        with suppress(Refusal):
            network = network_for(arrival, nic).rpartition("/")[2]
            return network, subnet_for(arrival, nic, nic["configurations"][0]).id.name
    return "", ""


def finish_test(context: EffectContext) -> JsonObject | None:
    """Make the test machines; the items then wait for clean-up."""
    return for_each(context, _test, _mark_failed)


def _test(context: EffectContext, item: Resource, point: JsonObject) -> None:
    network = context.arguments["network"]
    arrival = Arrival(context.transaction, item, test=True, network=network)
    made = machines.make(arrival, context.writer)
    item.private["test"] = {
        "machine": made[0],
        "made": made,
        "state": "WaitingForCompletion",
        "point": point["id"],
        "pointTime": point["time"],
    }
    item.private["tested"] = context.now
    context.transaction.touch(item)


def _mark_failed(context: EffectContext, item: Resource) -> None:
    item.private["test"] = {"machine": "", "state": "TestFailoverFailed"}
    context.transaction.touch(item)


def fail_test(context: EffectContext) -> None:
    """Leave the items as they were; a failed test waits for clean-up as well."""
    for key in context.arguments["items"]:
        if item := context.transaction.get(key):
            _mark_failed(context, item)


def clean_up(call: ActionContext) -> StartedOperation:
    """Start the clean-up of a test."""
    require(call.transaction, call.resource, "TestFailoverCleanup", call.now)
    return StartedOperation(
        seconds=durations.TEST_CLEANUP,
        effect="clean-up",
        arguments={"items": [call.resource.key]},
        job=cleanup_job(call.resource.private["machine"]["name"], call.body),
        failure=cleanup_failure(call.transaction, call.resource),
    )


def cleanup_failure(transaction: Transaction, item: Resource) -> Refusal | None:
    """Return why the clean-up of a test will end Failed, if it will."""
    if faults.holding(transaction, FaultKind.TEST_LEFT, item.private["targetRegion"]):
        return refusals.CLEANUP_FAILED(machine=item.private["test"]["machine"])
    return None


def cleanup_job(target: str, body: JsonObject) -> JobDraft:
    """Return the job of a clean-up."""
    task = {
        "name": "CleanupTestProtectedEntitiesTask",
        "friendlyName": "Clean up the test virtual machine",
        "from": 1.0,
        "to": durations.TEST_CLEANUP,
    }
    return JobDraft(
        scenario="TestFailoverCleanup",
        friendly_name="Test failover cleanup",
        target=target,
        target_type="ProtectionEntity",
        tasks=(task,),
        details={
            "instanceType": "TestFailoverJobDetails",
            "testFailoverStatus": None,
            "comments": body.get("properties", {}).get("comments", ""),
            "networkName": None,
            "networkFriendlyName": None,
            "networkType": None,
            "protectedItemDetails": [],
        },
    )


def finish_cleanup(context: EffectContext) -> JsonObject | None:
    """Delete what the tests made, and nothing else: a reused interface stays (SR-46, SR-49)."""
    return for_each(context, _clean_up, _leave)


def _clean_up(context: EffectContext, item: Resource, point: JsonObject) -> None:
    del point
    if "test" in item.private:
        made = item.private["test"].get("made", [])
        machines.remove(context.transaction, context.writer, made)
        del item.private["test"]
        context.transaction.touch(item)


def _leave(context: EffectContext, item: Resource) -> None:
    """Leave the test of an item: it can be cleaned up again."""
    context.transaction.touch(item)
