"""What a gateway says of its routes' resiliency, by the table on Microsoft's page."""

from typing import Any

import pytest

from sparehub.simulator import control
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import circuit, connection, gateway, private_peering

GATEWAY, _ = gateway("gateway", "hub")
CIRCUIT, _ = circuit("circuit")


def asked(arm: Arm, action: str) -> dict[str, Any]:
    """Return the answer to an action of the gateway, its times taken out."""
    answer = arm.send("POST", f"{GATEWAY}/{action}", None, {"attemptRefresh": "true"})
    assert answer.status == 200, answer.body
    body: dict[str, Any] = dict(answer.body or {})
    assert body.pop("lastComputedTime") == body.pop("nextEligibleComputeTime")
    return body


def second(arm: Arm, place: str) -> None:
    arm.put(*circuit("second", place))
    arm.put(*private_peering("second", peerASN=65002))
    arm.put(*connection("second", "gateway", "second"))


def try_out(arm: Arm, place: str) -> None:
    arm.send("POST", f"{GATEWAY}/startSiteFailoverTest", None, {"peeringLocation": place})
    done = {"peeringLocation": place, "wasSimulationSuccessful": True}
    assert arm.send("POST", f"{GATEWAY}/stopSiteFailoverTest", done).status == 200


def test_the_score_of_one_site(arm: Arm) -> None:
    """Five for the routes, ten for the zones, ten since there is no advice."""
    arm.connected()

    assert asked(arm, "getResiliencyInformation") == {
        "overallScore": "25",
        "scoreChange": "0",
        "minScoreFromRecommendations": "75",
        "maxScoreFromRecommendations": "75",
        "components": [
            {
                "name": name,
                "currentScore": score,
                "maxScore": best,
                "recommendations": [],
            }
            for name, score, best in (
                ("RouteResiliency", "5", "80"),
                ("ZoneRedundantGateway", "10", "10"),
                ("ResiliencyRecommendations", "10", "10"),
            )
        ],
    }


def test_two_sites_and_their_tests_raise_the_score(arm: Arm) -> None:
    """Twenty; twice that where one site was tested, and four times where both were."""
    arm.connected()
    second(arm, "Singapore")

    scores = [asked(arm, "getResiliencyInformation")["overallScore"]]
    for place in ("Hong Kong", "Singapore"):
        try_out(arm, place)
        scores.append(asked(arm, "getResiliencyInformation")["overallScore"])

    assert scores == ["40", "60", "100"]


@pytest.mark.parametrize(
    ("place", "score"), [("Hong Kong", "25"), ("Hong Kong Metro", "30"), ("", "20")]
)
def test_a_metro_counts_for_more_than_one_site(arm: Arm, place: str, score: str) -> None:
    """Ten for a metro, five for one site, and nothing without a circuit."""
    arm.hub()
    if place:
        second(arm, place)

    assert asked(arm, "getResiliencyInformation")["overallScore"] == score


def test_route_sets_are_prefixes_with_the_same_circuits(arm: Arm) -> None:
    """With where they are learned, by which circuits and whether both links carry them."""
    arm.connected()
    second(arm, "Singapore")
    control.advertise(arm.directory, ["192.168.0.0/16", "172.20.0.0/16"], "second")
    other, _ = circuit("second")
    start = {"linkType": "Primary", "circuitTestCategory": "BgpDisconnect"}
    arm.send("POST", f"{CIRCUIT}/startCircuitLinkFailoverTest", None, start)

    first = {"circuit": CIRCUIT, "pri": "Passive", "sec": "Active"}
    both = {"circuit": other, "pri": "Active", "sec": "Active"}
    assert asked(arm, "getRoutesInformation") == {
        "routeSetVersion": "1",
        "routeSets": [
            {
                "name": "RouteSet1",
                "locations": ["Hong Kong", "Singapore"],
                "details": {"192.168.0.0/16": [first, both]},
            },
            {
                "name": "RouteSet2",
                "locations": ["Singapore"],
                "details": {"172.20.0.0/16": [both]},
            },
        ],
        "circuitsMetadataMap": {
            CIRCUIT: {"name": "circuit", "link": CIRCUIT, "location": "Hong Kong"},
            other: {"name": "second", "link": other, "location": "Singapore"},
        },
    }
