"""What the provider makes of faults: it tries again as azure-native does, and says what is left."""

import grpc
import pytest

from sparehub.simulator import control
from sparehub.simulator.provider.stubs import provider_pb2, status_pb2
from tests.simulator.arm.arm_client import Arm
from tests.simulator.provider.protocol_client import Made, ProtocolClient, urn

TABLE = {"resourceGroupName": "rg", "routeTableName": "table"}
PATH = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg"
    "/providers/Microsoft.Network/routeTables/table"
)


def _table(protocol: ProtocolClient) -> Made:
    return protocol.create("network:RouteTable", "table", TABLE)


def _unknown(protocol: ProtocolClient) -> str:
    """Return the message of a creation after which the engine doubts the state."""
    with pytest.raises(grpc.RpcError) as caught:
        _table(protocol)
    assert caught.value.code() is grpc.StatusCode.UNKNOWN
    return str(caught.value.details())


def _writes(arm: Arm) -> list[tuple[float, int]]:
    return [(line.at, line.status) for line in arm.log() if line.path == PATH]


@pytest.mark.parametrize("kind", ["throttled", "conflict"])
def test_it_tries_three_times_again(protocol: ProtocolClient, kind: str) -> None:
    """After 20, 60 and 120 simulated seconds; the third new try is good."""
    protocol.group()
    protocol.arm.inject(kind, type="routeTables", count=3)

    made = _table(protocol)

    assert made.outputs["provisioningState"] == "Succeeded"
    status = {"throttled": 429, "conflict": 409}[kind]
    assert [each for _, each in _writes(protocol.arm)] == [status, status, status, 201]
    assert _writes(protocol.arm)[-1][0] == 200.0


@pytest.mark.parametrize(
    ("kind", "code"),
    [
        ("throttled", 'Status=429 Code="RetryableError"'),
        ("conflict", 'Status=409 Code="AnotherOperationInProgress"'),
    ],
)
def test_then_it_gives_up(protocol: ProtocolClient, kind: str, code: str) -> None:
    """The fourth refusal is the answer, and nothing has been made."""
    protocol.group()
    protocol.arm.inject(kind, type="routeTables", count=4)

    failed = protocol.failure(lambda: _table(protocol))

    assert failed.code is grpc.StatusCode.INVALID_ARGUMENT
    assert failed.message.startswith(code)
    assert len(_writes(protocol.arm)) == 4
    assert protocol.arm.send("GET", PATH).status == 404


def test_a_region_that_is_down_fails_cleanly(protocol: ProtocolClient) -> None:
    """Writes and reads of it; another region's resources are made meanwhile."""
    protocol.group()
    made = _table(protocol)
    protocol.arm.inject("region-down", region="eastasia")

    update = protocol.failure(lambda: protocol.update(made, made.inputs | {"tags": {"a": "b"}}))
    refresh = protocol.failure(lambda: protocol.refresh(made))
    delete = protocol.failure(lambda: protocol.delete(made))

    down = 'Status=503 Code="SimulatorRegionDown"'
    for failed in (update, refresh, delete):
        assert (failed.code, failed.message[: len(down)]) == (
            grpc.StatusCode.INVALID_ARGUMENT,
            down,
        )
    control.clear_faults(protocol.arm.directory)
    protocol.delete(made)


def _left(protocol: ProtocolClient) -> tuple[grpc.StatusCode, provider_pb2.ErrorResourceInitFailed]:
    """Create the table; return what the engine learns about the resource that exists."""
    with pytest.raises(grpc.RpcError) as caught:
        _table(protocol)
    trailing = {each.key: each.value for each in caught.value.trailing_metadata() or ()}
    status = status_pb2.Status.FromString(trailing["grpc-status-details-bin"])
    detail = provider_pb2.ErrorResourceInitFailed()
    assert status.details[0].Unpack(detail)
    return caught.value.code(), detail


def test_a_failed_operation_is_a_partial_failure(protocol: ProtocolClient) -> None:
    """The engine learns that the table exists, in the state Failed; an update repairs it."""
    protocol.group()
    protocol.arm.inject("failed", type="routeTables")

    _, detail = _left(protocol)

    assert detail.id == PATH
    assert detail.properties.fields["provisioningState"].string_value == "Failed"
    (reason,) = detail.reasons
    assert reason == 'Status=200 Code="InternalServerError" Message="An error occurred."'
    adopted = protocol.adopt(Made(urn("network:RouteTable", "table"), PATH, {}, {}))
    assert adopted is not None
    assert protocol.update(adopted, adopted.inputs).outputs["provisioningState"] == "Succeeded"


def test_a_lost_response_is_healed_by_the_next_try(protocol: ProtocolClient) -> None:
    """The PUT is sent again, and meets its own work: 200."""
    protocol.group()
    protocol.arm.inject("lost-response", type="routeTables")

    made = _table(protocol)

    assert made.outputs["provisioningState"] == "Succeeded"
    assert [status for _, status in _writes(protocol.arm)] == [201, 200]


def test_responses_that_stay_lost_leave_the_state_unknown(protocol: ProtocolClient) -> None:
    """The engine gets UNKNOWN, and keeps the operation as pending; the table is there."""
    protocol.group()
    protocol.arm.inject("lost-response", type="routeTables", count=4)

    assert _unknown(protocol) == "EOF"
    assert protocol.arm.get(PATH)["name"] == "table"


def test_transport_faults_in_turn(protocol: ProtocolClient) -> None:
    """500, 502, 504 and a reset are four tries; half an answer and a slow one make the next."""
    protocol.group()
    protocol.arm.inject("transport", type="routeTables", count=6)

    unknown = _unknown(protocol)
    made = protocol.create("network:RouteTable", "two", TABLE | {"routeTableName": "two"})

    assert unknown == "read: connection reset by peer"
    assert made.outputs["provisioningState"] == "Succeeded"
    assert [status for _, status in _writes(protocol.arm)] == [500, 502, 504, 0]
    two = [line.status for line in protocol.arm.log() if line.path == made.id]
    assert two == [201, 200]


def test_a_failed_deletion_of_a_group_is_an_error(protocol: ProtocolClient) -> None:
    """Only Location shows it: 409, as recorded; the group is still there."""
    made = protocol.group()
    protocol.arm.inject("failed")

    with pytest.raises(grpc.RpcError) as caught:
        protocol.delete(made)

    assert (caught.value.code(), caught.value.details()) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        'Status=409 Code="InternalServerError" Message="An error occurred."',
    )
    assert protocol.refresh(made) is not None
    protocol.delete(made)
    assert protocol.refresh(made) is None


def test_a_failed_deletion_is_an_error(protocol: ProtocolClient) -> None:
    """The engine keeps the table in its state, and the next try deletes it."""
    protocol.group()
    made = _table(protocol)
    protocol.arm.inject("failed")

    with pytest.raises(grpc.RpcError) as caught:
        protocol.delete(made)

    assert (caught.value.code(), caught.value.details()) == (
        grpc.StatusCode.INVALID_ARGUMENT,
        'Status=200 Code="InternalServerError" Message="An error occurred."',
    )
    protocol.delete(made)
    assert protocol.refresh(made) is None
