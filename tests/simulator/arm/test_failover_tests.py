"""Failover tests of circuits and gateways."""

import pytest

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import circuit, connection, gateway, private_peering

CIRCUIT, _ = circuit("circuit")
GATEWAY, _ = gateway("gateway", "hub")
START = {"linkType": "Primary", "circuitTestCategory": "BgpDisconnect"}


@pytest.fixture
def connected(arm: Arm) -> Arm:
    arm.connected()
    return arm


def _post(arm: Arm, path: str, body: object = None, **query: str) -> tuple[int, object]:
    response = arm.send("POST", path, body, query)
    error = response.body.get("error", {}) if isinstance(response.body, dict) else {}
    return response.status, error.get("code", response.body)


def _links(arm: Arm) -> list[str]:
    peers = arm.send("POST", f"{GATEWAY}/getBgpPeerStatus").body["value"]
    return [each["state"] for each in peers]


def test_a_link_test_cuts_one_link(connected: Arm) -> None:
    """The other one carries all; stopped with what it was started with, the test is over."""
    status, identity = _post(connected, f"{CIRCUIT}/startCircuitLinkFailoverTest", **START)

    assert (status, len(str(identity))) == (200, 36)
    assert _links(connected) == ["Connecting", "Connected"]
    refused = (400, "SimulatorFailoverTest")
    assert _post(connected, f"{CIRCUIT}/startCircuitLinkFailoverTest", **START) == refused
    stop = f"{CIRCUIT}/stopCircuitLinkFailoverTest"
    assert _post(connected, stop, START | {"linkType": "Secondary"}) == refused
    done = START | {"wasSimulationSuccessful": True, "isVerified": True}
    assert _post(connected, stop, done) == (200, identity)
    assert _links(connected) == ["Connected", "Connected"]
    (shown,) = connected.send("POST", f"{CIRCUIT}/getCircuitLinkFailoverAllTestsDetails").body
    named = {"testGuid": identity, "linkType": "Primary", "circuitTestCategory": "BgpDisconnect"}
    assert shown.items() >= (named | {"status": "Completed", "issues": []}).items()


@pytest.mark.parametrize("change", [{"linkType": "Third"}, {"circuitTestCategory": "Axe"}])
def test_an_invalid_link_test_is_refused(connected: Arm, change: dict[str, str]) -> None:
    """Primary or Secondary; BgpDisconnect or ASPathPrepend."""
    wrong = _post(connected, f"{CIRCUIT}/startCircuitLinkFailoverTest", **(START | change))

    assert wrong == (400, "SimulatorFailoverTest")


def test_prepending_lengthens_the_path(connected: Arm) -> None:
    """Routes stay, with one more of the customer's numbers."""
    prepend = START | {"circuitTestCategory": "ASPathPrepend"}
    _post(connected, f"{CIRCUIT}/startCircuitLinkFailoverTest", **prepend)

    learned = connected.send("POST", f"{GATEWAY}/getLearnedRoutes").body["value"]

    assert learned[-1]["asPath"] == "12076-65001-65001"


def test_a_site_test_cuts_a_peering_location(connected: Arm) -> None:
    """The circuit of the other location goes on; which routes had two ways is in the details."""
    connected.put(*circuit("second", place="Singapore"))
    connected.put(*private_peering("second", peerASN=65002))
    connected.put(*connection("second", "gateway", "second"))
    start = f"{GATEWAY}/startSiteFailoverTest"

    status, identity = _post(connected, start, peeringLocation="Hong Kong")

    assert status == 200
    assert _links(connected) == ["Connecting", "Connecting", "Connected", "Connected"]
    details = connected.send(
        "POST",
        f"{GATEWAY}/getFailoverSingleTestDetails",
        None,
        {"peeringLocation": "Hong Kong", "failoverTestId": str(identity)},
    ).body
    assert [
        (each["status"], each["redundantRoutes"], each["nonRedundantRoutes"]) for each in details
    ] == [("Running", ["192.168.0.0/16"], [])]
    stop = {"peeringLocation": "Hong Kong", "wasSimulationSuccessful": True, "details": []}
    assert _post(connected, f"{GATEWAY}/stopSiteFailoverTest", stop) == (200, identity)
    assert _links(connected) == ["Connected"] * 4
    (latest,) = connected.send(
        "POST",
        f"{GATEWAY}/getFailoverAllTestsDetails",
        None,
        {"type": "All", "fetchLatest": "true"},
    ).body
    cut = connection("connection", "gateway", "circuit")[0]
    assert latest == {
        "peeringLocation": "Hong Kong",
        "circuits": [
            {"nrpResourceUri": CIRCUIT, "name": "circuit", "connectionName": "connection"}
        ],
        "status": "Completed",
        "startTime": latest["startTime"],
        "endTime": latest["endTime"],
        "connections": [
            {
                "nrpResourceUri": cut,
                "name": "connection",
                "status": "Connected",
                "lastUpdatedTime": latest["endTime"],
            }
        ],
        "testGuid": identity,
        "testType": "SingleSiteFailover",
        "issues": [],
    }
    other = {"type": "MultiSiteFailover", "fetchLatest": "false"}
    all_others = connected.send("POST", f"{GATEWAY}/getFailoverAllTestsDetails", None, other)
    assert all_others.body == []


def test_a_site_test_needs_a_site(connected: Arm) -> None:
    """A peering location where the gateway has a circuit; a test that there is."""
    elsewhere = _post(connected, f"{GATEWAY}/startSiteFailoverTest", peeringLocation="Tokyo")
    nothing = _post(connected, f"{GATEWAY}/stopSiteFailoverTest", {"peeringLocation": "Tokyo"})
    unknown = _post(connected, f"{GATEWAY}/getFailoverSingleTestDetails", failoverTestId="none")

    assert (elsewhere, nothing, unknown) == ((400, "SimulatorFailoverTest"),) * 3


def test_failover_tests_are_in_the_log(connected: Arm) -> None:
    """They change what is routed; reading routes does not."""
    before = len(connected.log())
    connected.send("POST", f"{GATEWAY}/getLearnedRoutes")
    _post(connected, f"{CIRCUIT}/startCircuitLinkFailoverTest", **START)

    (line,) = connected.log()[before:]

    assert (line.method, line.operation, line.outcome) == ("POST", "update", "Succeeded")
