"""The simulated clock and the log."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import CONFIGURED
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Clock, Reading, Speed
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.simulator.control import LogEntry
from sparehub.simulator.errors import SimulatorError
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    GROUP,
    NETWORK,
    circuit,
    connection,
    gateway,
    group,
    interface,
    machine,
    peering,
    private_peering,
    route_table,
    subnet,
    virtual_network,
)

HUB, HUB_BODY = virtual_network("hub", "10.0.0.0/24")


class Wall:
    """A wall clock that a test moves."""

    def __init__(self) -> None:
        self.seconds = 1_000_000.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def wall() -> Wall:
    return Wall()


@pytest.fixture
def waiting(tmp_path: Path, wall: Wall) -> Arm:
    """A client of an Azure whose clock runs 100 times as fast as the test's wall clock."""
    arm = Arm(tmp_path, Azure(tmp_path, Clock(wall)))
    with arm.azure.store.transaction(write=True) as transaction:
        arm.azure.clock.set_speed(transaction, Speed.FAST)
    return arm


def _put_at(arm: Arm, configured: float, path: str, body: object) -> None:
    response = arm.send("PUT", path, body, headers={CONFIGURED: repr(configured)})
    assert response.status in (200, 201), response.body


def _spans(arm: Arm) -> list[tuple[float, float]]:
    return [(entry.at, entry.seconds) for entry in arm.log()]


def test_an_operation_starts_when_its_client_was_configured(arm: Arm) -> None:
    """Writes of one client that do not need one another run side by side."""
    _put_at(arm, 0.0, *group())
    _put_at(arm, 0.0, HUB, HUB_BODY)
    _put_at(arm, 0.0, *virtual_network("spoke", "10.1.0.0/24"))
    _put_at(arm, 500.0, *virtual_network("late", "10.2.0.0/24"))

    assert _spans(arm) == [(0.0, 11.0), (11.0, 10.0), (11.0, 10.0), (500.0, 10.0)]
    assert control.read_clock(arm.directory) == Reading(510.0, Speed.INSTANT)


def test_an_operation_starts_after_its_references_have_finished(arm: Arm) -> None:
    """A subnet waits for its route table, 11 s, rather than for its network, 10 s."""
    _put_at(arm, 0.0, *group())
    _put_at(arm, 0.0, HUB, HUB_BODY)
    table, body = route_table("table")
    _put_at(arm, 0.0, table, body)
    _put_at(arm, 0.0, *subnet("hub", "a", "10.0.0.0/26", routeTable={"id": table}))

    assert _spans(arm)[-1] == (22.0, 3.0)


def test_writes_on_one_network_are_serialised(arm: Arm) -> None:
    """Subnets of one network follow one another; those of two networks do not."""
    _put_at(arm, 0.0, *group())
    _put_at(arm, 0.0, HUB, HUB_BODY)
    _put_at(arm, 0.0, *virtual_network("spoke", "10.1.0.0/24"))
    for name, network, prefix in (
        ("a", "hub", "10.0.0.0/26"),
        ("b", "hub", "10.0.0.64/26"),
        ("c", "spoke", "10.1.0.0/26"),
    ):
        _put_at(arm, 0.0, *subnet(network, name, prefix))

    assert _spans(arm)[-3:] == [(21.0, 3.0), (21.0, 3.0), (24.0, 3.0)]


def test_a_deletion_starts_after_the_last_user_is_gone(arm: Arm) -> None:
    """A gateway's deletion starts after the peering that used it has been updated."""
    arm.hub(spoke="10.1.0.0/24")
    now = control.read_clock(arm.directory).seconds
    headers = {CONFIGURED: repr(now)}
    arm.send("PUT", *peering("spoke", "hub"), headers=headers)
    arm.send("DELETE", gateway("gateway", "hub")[0], headers=headers)

    assert _spans(arm)[-2:] == [(now, 10.0), (now + 10.0, 724.0)]


def test_a_group_is_deleted_after_its_resources(arm: Arm) -> None:
    """Deletions that the client sends at once are accounted in their order."""
    arm.networks(hub="10.0.0.0/24")
    now = control.read_clock(arm.directory).seconds
    headers = {CONFIGURED: repr(now)}

    arm.send("DELETE", HUB, headers=headers)
    arm.send("DELETE", GROUP, headers=headers)

    assert _spans(arm)[-2:] == [(now, 10.0), (now + 10.0, 186.0)]


def test_connections_take_as_long_as_recorded(arm: Arm) -> None:
    """An ExpressRoute gateway takes 882 s, a connection 181 s and its deletion 90 s."""
    arm.connected()
    arm.delete(connection("connection", "gateway", "circuit")[0])

    taken = {
        (entry.operation, entry.path.split("/")[-2]): entry.seconds
        for entry in arm.log()
        if entry.path.startswith(NETWORK)
    }

    assert taken == {
        ("create", "virtualNetworks"): 10.0,
        ("create", "subnets"): 3.0,
        ("create", "virtualNetworkGateways"): 882.0,
        ("create", "expressRouteCircuits"): 42.0,
        ("create", "peerings"): 43.0,
        ("create", "connections"): 181.0,
        ("delete", "connections"): 90.0,
    }


def test_the_log_holds_every_write_in_order_of_start(arm: Arm) -> None:
    """Refused writes, too; reads are not in it."""
    arm.put(*group())
    arm.get(GROUP)
    arm.refusal(*virtual_network("hub", "nonsense"))
    _put_at(arm, 0.0, *group())
    arm.delete(GROUP)

    assert arm.log() == [
        LogEntry(0.0, "PUT", GROUP, 201, "create", 11.0, "Succeeded"),
        LogEntry(11.0, "PUT", HUB, 400, "create", 0.0, "Refused"),
        LogEntry(11.0, "PUT", GROUP, 200, "update", 11.0, "Succeeded"),
        LogEntry(22.0, "DELETE", GROUP, 202, "delete", 186.0, "Succeeded"),
    ]
    assert arm.log()[0].as_json() == {
        "at": 0.0,
        "method": "PUT",
        "path": GROUP,
        "status": 201,
        "operation": "create",
        "seconds": 11.0,
        "outcome": "Succeeded",
    }


def test_two_runs_have_the_same_log(tmp_path: Path) -> None:
    """Entity tags, keys, operation ids, times: every byte of the store."""
    first, second = Arm(tmp_path / "first"), Arm(tmp_path / "second")
    for arm in (first, second):
        arm.connected(spoke="10.1.0.0/24")

    assert first.dump() == second.dump()
    assert first.log() == second.log()


def test_at_speed_100_an_operation_takes_its_time(waiting: Arm, wall: Wall) -> None:
    """It is in progress until a hundredth of its duration has passed."""
    waiting.put(*group())
    wall.seconds += 0.11
    response = waiting.send("PUT", HUB, HUB_BODY)
    address = response.headers["azure-asyncoperation"].partition("com")[2].partition("?")[0]

    def seen() -> tuple[object, object]:
        poll = waiting.send("GET", address)
        return poll.body, waiting.properties(HUB)["provisioningState"]

    assert seen() == ({"status": "InProgress"}, "Updating")
    wall.seconds += 0.2
    assert seen() == ({"status": "Succeeded"}, "Succeeded")


def test_at_speed_100_a_deletion_takes_its_time(waiting: Arm, wall: Wall) -> None:
    """The resource is Deleting, then gone; its result is 202, then 204."""
    waiting.put(*group())
    wall.seconds += 1
    waiting.put(HUB, HUB_BODY)
    wall.seconds += 1
    response = waiting.send("DELETE", HUB)
    result = response.headers["location"].partition("com")[2].partition("?")[0]

    assert waiting.properties(HUB)["provisioningState"] == "Deleting"
    assert waiting.send("GET", result).status == 202
    wall.seconds += 1
    assert waiting.send("GET", HUB).status == 404
    assert waiting.send("GET", result).status == 204


def test_at_speed_100_what_is_in_use_is_refused_before_it_is_deleting(
    waiting: Arm, wall: Wall
) -> None:
    """A network whose subnet is in use is refused at once, whole."""
    waiting.put(*group())
    for write in (
        (HUB, HUB_BODY),
        subnet("hub", "GatewaySubnet", "10.0.0.0/26"),
        gateway("gateway", "hub"),
    ):
        wall.seconds += 10
        waiting.put(*write)
    wall.seconds += 10

    assert waiting.refused_delete(HUB) == "SUBNET_IN_USE"


def test_vn_19_writes_on_one_network_conflict(waiting: Arm, wall: Wall) -> None:
    """While one runs, a second one is refused with the operation that is in the way."""
    waiting.put(*group())
    wall.seconds += 1
    waiting.put(HUB, HUB_BODY)
    path, body = subnet("hub", "a", "10.0.0.0/26")

    assert waiting.refusal(path, body) == "ANOTHER_OPERATION"

    wall.seconds += 1
    waiting.put(path, body)


def test_vn_20_a_peering_needs_both_networks_provisioned(waiting: Arm, wall: Wall) -> None:
    """While a subnet of the remote network is written, a peering is refused."""
    waiting.put(*group())
    wall.seconds += 1
    waiting.put(HUB, HUB_BODY)
    waiting.put(*virtual_network("spoke", "10.1.0.0/24"))
    wall.seconds += 1
    waiting.put(*subnet("spoke", "a", "10.1.0.0/26"))
    path, body = peering("hub", "spoke")

    assert waiting.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "ReferencedResourceNotProvisioned",
        "message": "Cannot proceed with operation because resource "
        f"{NETWORK}/virtualNetworks/spoke used by resource {path} is not in Succeeded state. "
        "Resource is in Updating state and the last operation that updated/is updating the "
        "resource is PutSubnetOperation.",
        "details": [],
    }
    wall.seconds += 1
    waiting.put(path, body)


def test_vn_20_other_references_are_refused_as_retryable(waiting: Arm, wall: Wall) -> None:
    """A subnet cannot name a route table that is being written: 429."""
    waiting.put(*group())
    wall.seconds += 1
    waiting.put(HUB, HUB_BODY)
    wall.seconds += 1
    table, body = route_table("table")
    waiting.put(table, body)
    named = subnet("hub", "a", "10.0.0.0/26", routeTable={"id": table})

    assert waiting.refusal(*named) == "RETRYABLE"

    wall.seconds += 1
    waiting.put(*named)


def test_back_at_instant_every_pending_operation_finishes(waiting: Arm) -> None:
    """The clock jumps to the end of what was under way."""
    waiting.put(*group())

    with waiting.azure.store.transaction(write=True) as transaction:
        waiting.azure.clock.set_speed(transaction, Speed.INSTANT)
        assert waiting.azure.clock.read(transaction) == Reading(11.0, Speed.INSTANT)


def test_the_clock_is_set_by_its_speed(tmp_path: Path) -> None:
    """A new store's clock stands at zero, at instant; a speed that is none is refused."""
    assert control.read_clock(tmp_path) == Reading(0.0, Speed.INSTANT)
    control.set_clock(tmp_path, "1")
    assert control.read_clock(tmp_path).speed is Speed.REAL
    with pytest.raises(SimulatorError, match="'2'; it is one of 1, 100, instant"):
        control.set_clock(tmp_path, "2")


def test_vn_19_two_subnets_of_one_network_are_429(waiting: Arm, wall: Wall) -> None:
    """The message says in how many seconds the call can be retried; it then can."""
    waiting.put(*group())
    wall.seconds += 1
    waiting.put(HUB, HUB_BODY)
    wall.seconds += 1
    first = waiting.send("PUT", *subnet("hub", "a", "10.0.0.0/26"))
    operation = first.headers["azure-asyncoperation"].rpartition("/")[2].partition("?")[0]
    path, body = subnet("hub", "b", "10.0.0.64/26")

    error = waiting.refused("PUT", path, body, {})

    assert (error["status"], error["code"]) == (429, "RetryableError")
    assert error["details"] == [
        {
            "code": "RetryableErrorDueToAnotherOperation",
            "message": f"Operation PutSubnetOperation ({operation}) is updating resource {HUB}. "
            "The call can be retried in 3 seconds.",
            "details": [],
        }
    ]
    wall.seconds += 0.03
    waiting.put(path, body)


def test_durations_vary_with_a_seed(tmp_path: Path) -> None:
    """By a quarter at most about what was measured; the same seed gives the same log."""

    def log(name: str, seed: str) -> list[LogEntry]:
        arm = Arm(tmp_path / name)
        control.vary_durations(arm.directory, seed)
        arm.connected(spoke="10.1.0.0/24")
        return arm.log()

    plain, first, again, other = log("a", ""), log("b", "1"), log("c", "1"), log("d", "2")

    assert first == again
    assert first != other
    factors = [varied.seconds / fixed.seconds for varied, fixed in zip(first, plain, strict=True)]
    assert all(0.8 <= factor <= 1.25 for factor in factors)
    assert len(set(factors)) == len(factors)


def test_at_speed_100_an_operation_that_fails_is_updating_until_then(
    waiting: Arm, wall: Wall
) -> None:
    """The poll says InProgress, then Failed."""
    waiting.put(*group())
    wall.seconds += 1
    control.add_fault(waiting.directory, FaultRequest("failed"))
    response = waiting.send("PUT", HUB, HUB_BODY)
    address = response.headers["azure-asyncoperation"].partition("com")[2].partition("?")[0]

    def seen() -> tuple[object, object]:
        return waiting.get(address)["status"], waiting.properties(HUB)["provisioningState"]

    assert seen() == ("InProgress", "Updating")
    wall.seconds += 1
    assert seen() == ("Failed", "Failed")


def test_vn_21_a_peering_starts_after_the_subnets_of_both_networks(arm: Arm) -> None:
    """And subnets of one network come one after another, whenever they were sent."""
    _put_at(arm, 0.0, *group())
    _put_at(arm, 0.0, HUB, HUB_BODY)
    _put_at(arm, 0.0, *virtual_network("spoke", "10.1.0.0/24"))
    for name, prefix in (("a", "10.1.0.0/26"), ("b", "10.1.0.64/26")):
        _put_at(arm, 0.0, *subnet("spoke", name, prefix))
    _put_at(arm, 0.0, *peering("hub", "spoke"))

    assert _spans(arm)[-3:] == [(21.0, 3.0), (24.0, 3.0), (27.0, 10.0)]


def test_gwy_09_a_gateway_takes_15_minutes_to_create(waiting: Arm, wall: Wall) -> None:
    """201 and an operation, Updating for a quarter of an hour, then Succeeded."""
    waiting.put(*group())
    for write in ((HUB, HUB_BODY), subnet("hub", "GatewaySubnet", "10.0.0.0/26")):
        wall.seconds += 1
        waiting.put(*write)
    wall.seconds += 1
    path, body = gateway("gateway", "hub")

    created = waiting.send("PUT", path, body)

    assert (created.status, "azure-asyncoperation" in created.headers) == (201, True)
    wall.seconds += 8.8
    assert waiting.properties(path)["provisioningState"] == "Updating"
    wall.seconds += 0.1
    assert waiting.properties(path)["provisioningState"] == "Succeeded"


def test_at_speed_100_routes_are_polled_for(waiting: Arm, wall: Wall) -> None:
    """202 and a Location, which answers 202 until it answers the routes; nothing is logged."""
    waiting.put(*group())
    for write in (
        (HUB, HUB_BODY),
        subnet("hub", "app", "10.0.0.0/26"),
        interface("nic", "hub/app"),
        machine("vm", "nic"),
    ):
        wall.seconds += 1
        waiting.put(*write)
    path = f"{interface('nic', 'hub/app')[0]}/effectiveRouteTable"
    early = waiting.send("POST", path)
    wall.seconds += 1
    lines = len(waiting.log())

    asked = waiting.send("POST", path)

    result = asked.headers["location"].partition("com")[2].partition("?")[0]
    assert (early.status, early.body["error"]["code"]) == (
        400,
        "NicMustBeAttachedToRunningVmToGetEffectiveRoutes",
    )
    assert (asked.status, asked.body, waiting.send("GET", result).status) == (202, None, 202)
    wall.seconds += 0.1
    answered = waiting.send("GET", result)
    assert (answered.status, len(answered.body["value"])) == (200, 6)
    assert len(waiting.log()) == lines


def test_at_speed_100_two_connections_of_a_gateway_conflict(waiting: Arm, wall: Wall) -> None:
    """Azure writes one connection of a gateway after another: 409, as recorded."""
    with waiting.azure.store.transaction(write=True) as transaction:
        waiting.azure.clock.set_speed(transaction, Speed.INSTANT)
    waiting.connected()
    waiting.put(*circuit("second", place="Singapore"))
    waiting.put(*private_peering("second"))
    with waiting.azure.store.transaction(write=True) as transaction:
        waiting.azure.clock.set_speed(transaction, Speed.FAST)
    waiting.delete(connection("connection", "gateway", "circuit")[0])
    write = connection("second", "gateway", "second")

    assert waiting.refusal(*write) == "ANOTHER_OPERATION"

    wall.seconds += 0.91
    waiting.put(*write)
