"""Faults that a test orders, as a raw client meets them."""

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import TransportFault
from sparehub.simulator.arm.storage.faults import Fault, FaultKind, FaultRequest
from sparehub.simulator.errors import SimulatorError
from tests.simulator.arm.arm_client import Arm, refusal_in
from tests.simulator.arm.bodies import (
    GROUP,
    NETWORK,
    circuit,
    connection,
    gateway,
    group,
    private_peering,
    route_table,
    subnet,
    virtual_network,
)

HUB, HUB_BODY = virtual_network("hub", "10.0.0.0/24")
TABLE, TABLE_BODY = route_table("table")


def test_a_region_that_is_down_answers_503(arm: Arm) -> None:
    """Reads, lists, writes and polls of its resources; another region's go on, and it comes back.
    What was there is there afterwards."""
    arm.put(*group())
    created = arm.send("PUT", HUB, HUB_BODY)
    poll = created.headers["azure-asyncoperation"].partition("com")[2].partition("?")[0]
    spoke, body = virtual_network("spoke", "10.1.0.0/24", location="southeastasia")
    before = arm.get(HUB)

    arm.inject("region-down", region="East Asia")

    down = "REGION_DOWN"
    assert [refusal_in(arm.send("GET", path)) for path in (HUB, f"{HUB}/subnets", poll)] == [
        down
    ] * 3
    assert arm.refusal(HUB, HUB_BODY) == down
    assert arm.refusal(*subnet("hub", "a", "10.0.0.0/26")) == down
    assert arm.refusal(TABLE, TABLE_BODY) == down
    assert arm.refused_delete(HUB) == down
    arm.put(spoke, body)
    assert arm.get(spoke)["location"] == "southeastasia"

    control.clear_faults(arm.directory)
    assert arm.get(HUB) == before


def _far_circuit(arm: Arm) -> None:
    """Make a gateway in East Asia, and a circuit at Hong Kong whose record lies in Japan East."""
    arm.hub()
    path, body = circuit("far")
    arm.put(path, body | {"location": "japaneast"})
    arm.put(*private_peering("far"))


@pytest.mark.parametrize("kind", ["", "expressRouteCircuits"])
def test_a_connection_needs_the_region_of_its_circuits_record(arm: Arm, kind: str) -> None:
    """It is neither made nor deleted while that region is down; read and written again it is."""
    _far_circuit(arm)
    path, body = connection("connection", "gateway", "far")

    arm.inject("region-down", region="japaneast", type=kind)
    error = arm.refused("PUT", path, body, {})
    assert (error["status"], error["code"]) == (503, "SimulatorRegionDown")
    assert "japaneast" in error["message"]
    assert arm.send("GET", path).status == 404
    control.clear_faults(arm.directory)
    arm.put(path, body)

    arm.inject("region-down", region="japaneast", type=kind)
    assert arm.refused_delete(path) == "REGION_DOWN"
    assert arm.properties(path)["provisioningState"] == "Succeeded"
    arm.put(path, body)
    control.clear_faults(arm.directory)
    arm.delete(path)


@pytest.mark.parametrize(
    "order",
    [
        FaultRequest("region-down", region="southeastasia"),
        FaultRequest("region-down", region="japaneast", type="connections"),  # none lies there
        FaultRequest("throttled", region="japaneast", count=2),  # no write of what lies there
    ],
)
def test_a_connection_needs_no_other_region(arm: Arm, order: FaultRequest) -> None:
    """Its own, and that of the circuit's record; other faults strike the circuit's own writes."""
    _far_circuit(arm)
    path, body = connection("connection", "gateway", "far")
    control.add_fault(arm.directory, order)

    arm.put(path, body)
    arm.delete(path)
    assert [each.seen for each in control.read_faults(arm.directory)] == [0]


@pytest.mark.parametrize(
    ("peer", "refusal"),
    [
        (None, "CONNECTION_INCOMPLETE"),
        ("far", "FORMAT_INVALID"),
        ({}, "FORMAT_INVALID"),
        ({"id": 7}, "FORMAT_INVALID"),
        ({"id": "\ud800"}, "CONTENT_INVALID"),
        ({"id": "/far"}, "REFERENCE_TYPE_WRONG"),
    ],
)
def test_an_invalid_circuit_id_is_refused_while_a_region_is_down(
    arm: Arm, peer: object, refusal: str
) -> None:
    """A body without a circuit's id is refused as at any other time."""
    _far_circuit(arm)
    path, body = connection("connection", "gateway", "far", peer=peer)
    assert arm.refusal(path, body) == refusal

    arm.inject("region-down", region="japaneast")

    assert arm.refusal(path, body) == refusal


def test_a_circuit_is_fenced_while_the_gateways_region_is_down(arm: Arm) -> None:
    """Through the region of its record (ER-38)."""
    _far_circuit(arm)
    arm.put(*connection("connection", "gateway", "far"))
    arm.inject("region-down", region="eastasia")

    path, body = private_peering("far", state="Disabled")
    arm.put(path, body)
    assert arm.properties(path)["state"] == "Disabled"
    assert arm.refused_delete(f"{NETWORK}/connections/connection") == "REGION_DOWN"


def test_throttled_is_429_once(arm: Arm) -> None:
    """Azure says in the message, not in a header, when to try again."""
    arm.put(*group())
    arm.inject("throttled")

    error = arm.refused("PUT", TABLE, TABLE_BODY, {})

    assert (error["status"], error["code"]) == (429, "RetryableError")
    (detail,) = error["details"]
    assert detail["code"] == "RetryableErrorDueToAnotherOperation"
    assert detail["message"].endswith("The call can be retried in 14 seconds.")
    arm.put(TABLE, TABLE_BODY)


def test_conflict_is_409(arm: Arm) -> None:
    """As many times as was ordered."""
    arm.put(*group())
    arm.inject("conflict", count=2)

    refused = [arm.refusal(TABLE, TABLE_BODY) for _ in range(2)]

    assert refused == ["ANOTHER_OPERATION"] * 2
    arm.put(TABLE, TABLE_BODY)


def test_faults_match_by_region_type_and_number(arm: Arm) -> None:
    """The second write of a route table in East Asia is struck, nothing else."""
    arm.put(*group())
    arm.inject("conflict", region="eastasia", type="routeTables", after=1)
    elsewhere = route_table("elsewhere", location="southeastasia")

    for write in (elsewhere, (HUB, HUB_BODY), (TABLE, TABLE_BODY), elsewhere):
        arm.put(*write)
    assert arm.refusal(TABLE, TABLE_BODY) == "ANOTHER_OPERATION"
    arm.put(TABLE, TABLE_BODY)

    assert control.read_faults(arm.directory) == [
        Fault(1, FaultKind.CONFLICT, "eastasia", "routetables", 1, 1, seen=3, since=11.0)
    ]


def test_a_failed_creation_leaves_a_failed_resource(arm: Arm) -> None:
    """A gateway: accepted, then after two hours Failed with the recorded error; a PUT repairs."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))
    path, body = gateway("gateway", "hub")
    arm.inject("failed", type="virtualNetworkGateways")

    accepted = arm.send("PUT", path, body)

    poll = accepted.headers["azure-asyncoperation"].partition("com")[2].partition("?")[0]
    assert accepted.status == 201
    assert arm.get(poll) == {
        "status": "Failed",
        "error": {
            "code": "GwmOperationTimeOut",
            "message": "Operation timed out. Please retry after some time or contact support.",
            "details": [],
        },
    }
    assert arm.properties(path)["provisioningState"] == "Failed"
    assert (arm.log()[-1].seconds, arm.log()[-1].outcome) == (7207.0, "Failed")
    arm.put(path, body)
    assert arm.properties(path)["provisioningState"] == "Succeeded"


def test_a_failed_deletion_leaves_the_resource(arm: Arm) -> None:
    """It is Failed, and can be deleted again."""
    arm.put(*group())
    arm.put(TABLE, TABLE_BODY)
    arm.inject("failed")

    result = arm.send("DELETE", TABLE)

    poll = result.headers["azure-asyncoperation"].partition("com")[2].partition("?")[0]
    assert (result.status, arm.get(poll)["error"]["code"]) == (202, "InternalServerError")
    assert arm.properties(TABLE)["provisioningState"] == "Failed"
    assert arm.log()[-1].outcome == "Failed"
    arm.delete(TABLE)
    assert arm.send("GET", TABLE).status == 404


def test_er_12_children_of_a_failed_parent_are_blocked(arm: Arm) -> None:
    """A failed private peering leaves its circuit Failed, until the circuit is put again."""
    arm.put(*group())
    circuit_path, circuit_body = circuit("circuit")
    arm.put(circuit_path, circuit_body)
    path, body = private_peering("circuit")
    arm.inject("failed", type="expressRouteCircuits/peerings")
    accepted = arm.send("PUT", path, body)
    operation = accepted.headers["azure-asyncoperation"].rpartition("/")[2].partition("?")[0]
    assert arm.properties(circuit_path)["provisioningState"] == "Failed"

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "ParentResourceIsInFailedState",
        "message": f"PUT operation on child resource {path} is blocked because last operation "
        f"({operation}) on parent resource failed leaving it in failed state. Run PUT operation "
        "on the parent, then retry operation on the child.",
        "details": [],
    }
    arm.put(circuit_path, circuit_body)
    arm.put(path, body)
    assert arm.properties(path)["provisioningState"] == "Succeeded"


def test_vn_20_a_failed_resource_cannot_be_referenced(arm: Arm) -> None:
    """A subnet cannot name a route table in the state Failed."""
    arm.networks(hub="10.0.0.0/24")
    arm.inject("failed", type="routeTables")
    arm.put(TABLE, TABLE_BODY)
    path, body = subnet("hub", "a", "10.0.0.0/26", routeTable={"id": TABLE})

    error = arm.refused("PUT", path, body, {})

    assert error["code"] == "ReferencedResourceNotProvisioned"
    assert "Resource is in Failed state" in error["message"]
    arm.put(TABLE, TABLE_BODY)
    arm.put(path, body)


def test_a_lost_response_is_a_write_that_happened(arm: Arm) -> None:
    """Azure accepted it and logged it; the client hears nothing."""
    arm.put(*group())
    arm.inject("lost-response")

    response = arm.send("PUT", TABLE, TABLE_BODY)

    assert response.transport_fault is TransportFault.LOST
    assert arm.properties(TABLE)["provisioningState"] == "Succeeded"
    assert (arm.log()[-1].status, arm.log()[-1].outcome) == (201, "Succeeded")


def test_transport_faults_come_in_turn(arm: Arm) -> None:
    """500, 502, 504, reset, truncated, slow, and again; after 504 and half an answer Azure has
    done it."""
    arm.put(*group())
    arm.inject("transport", count=7)
    names = [f"t{number}" for number in range(7)]

    answers = [arm.send("PUT", *route_table(name)) for name in names]

    assert [
        refusal_in(each) if each.transport_fault is None else each.transport_fault
        for each in answers
    ] == [
        "SERVER_ERROR",
        "BAD_GATEWAY",
        "GATEWAY_TIMEOUT",
        TransportFault.RESET,
        TransportFault.TRUNCATED,
        TransportFault.SLOW,
        "SERVER_ERROR",
    ]
    done = [each["name"] for each in arm.get(f"{NETWORK}/routeTables")["value"]]
    assert done == ["t2", "t4", "t5"]
    outcomes = [(each.status, each.outcome) for each in arm.log()[1:]]
    refused, done_ = "Refused", "Succeeded"
    statuses = [(500, refused), (502, refused), (504, done_), (0, refused)]
    assert outcomes == [*statuses, (201, done_), (201, done_), (500, refused)]


@pytest.mark.parametrize(
    ("order", "problem"),
    [
        (FaultRequest("meteor"), "no fault 'meteor'; it is one of region-down"),
        (FaultRequest("conflict", region="atlantis"), "no region 'atlantis'"),
        (FaultRequest("region-down"), "which region is down"),
        (FaultRequest("conflict", type="castles"), "no resource type 'castles'; known: "),
        (FaultRequest("conflict", after=-1), "0 or more"),
        (FaultRequest("conflict", count=0), "1 or more"),
    ],
)
def test_invalid_faults_are_refused(arm: Arm, order: FaultRequest, problem: str) -> None:
    """One line says what there is; nothing is ordered."""
    with pytest.raises(SimulatorError, match=problem) as caught:
        control.add_fault(arm.directory, order)

    assert "\n" not in caught.value.message
    assert control.read_faults(arm.directory) == []


def test_faults_are_the_same_in_every_run(arm: Arm) -> None:
    """Without an order nothing is counted; a group of the region that is down is down, too."""
    assert control.read_faults(arm.directory) == []
    arm.put(*group())
    arm.inject("region-down", region="eastasia", after=1)

    assert arm.send("GET", GROUP).status == 200
    arm.put(TABLE, TABLE_BODY)
    assert arm.send("GET", GROUP).status == 503


def test_a_synchronous_write_cannot_fail_later(arm: Arm) -> None:
    """A resource group, new tags: the fault waits for the next write with an operation."""
    arm.inject("failed")

    arm.put(*group())
    assert arm.get(GROUP)["properties"]["provisioningState"] == "Succeeded"
    arm.send("PATCH", GROUP, {"tags": {"a": "b"}})
    assert arm.get(GROUP)["properties"]["provisioningState"] == "Succeeded"
    arm.put(TABLE, TABLE_BODY)
    assert arm.properties(TABLE)["provisioningState"] == "Failed"
