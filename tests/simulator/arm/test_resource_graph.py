"""Who uses a circuit: links of one subscription, Global Reach, and the index of all resources."""

import pytest

from sparehub.simulator.arm.http_messages import Response
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    authorization,
    circuit,
    connection,
    gateway,
    private_peering,
    subnet,
    virtual_network,
)

CIRCUIT, _ = circuit("circuit")
PEERING, _ = private_peering("circuit")
GRAPH = "/providers/Microsoft.ResourceGraph/resources"
IPV6 = {"primaryPeerAddressPrefix": "fd00::/126", "secondaryPeerAddressPrefix": "fd00::4/126"}


def test_revoking_an_authorization_deletes_every_link_of_that_subscription(arm: Arm) -> None:
    """ER-14: not only the link that was made by its key; an unused one takes nothing along."""
    arm.hub()
    arm.put(*virtual_network("hub2", "10.50.0.0/24"))
    arm.put(*subnet("hub2", "GatewaySubnet", "10.50.0.0/26"))
    arm.put(*gateway("gateway2", "hub2"))
    arm.put(*circuit("circuit"))
    arm.put(*private_peering("circuit"))
    keys = [arm.put(*authorization("circuit", each)) for each in ("one", "other", "spare")]
    one = keys[0]["properties"]["authorizationKey"]
    arm.put(*connection("keyed", "gateway", "circuit", authorizationKey=one))
    second, body = connection("unkeyed", "gateway2", "circuit")
    arm.put(second, body)
    arm.delete(authorization("circuit", "spare")[0])
    keyed = connection("keyed", "gateway", "circuit")[0]
    assert [arm.send("GET", each).status for each in (keyed, second)] == [200, 200]

    arm.delete(authorization("circuit", "one")[0])
    assert [arm.send("GET", each).status for each in (keyed, second)] == [404, 404]
    assert arm.send("GET", authorization("circuit", "other")[0]).status == 200


def test_the_ipv6_part_of_a_private_peering_is_stored(arm: Arm) -> None:
    """A write that leaves it out takes it away; its MD5 key is never shown."""
    arm.hub()
    arm.put(*circuit("circuit"))
    path, body = private_peering("circuit", ipv6PeeringConfig=IPV6, sharedKey="secret")
    arm.put(path, body)
    shown = arm.properties(path)
    assert (shown["ipv6PeeringConfig"], "sharedKey" in shown) == (IPV6, False)
    arm.put(*private_peering("circuit"))
    assert "ipv6PeeringConfig" not in arm.properties(path)


def test_global_reach_shows_at_both_circuits(arm: Arm) -> None:
    """At the one where it was made, and at its peer; deleted, at neither."""
    arm.hub()
    for name in ("circuit", "far"):
        arm.put(*circuit(name))
        arm.put(*private_peering(name))
    far, _ = private_peering("far")
    path = f"{PEERING}/connections/reach"
    ends = {"expressRouteCircuitPeering": PEERING, "peerExpressRouteCircuitPeering": far}
    body = {name: {"id": identity} for name, identity in ends.items()}
    arm.put(path, {"properties": body | {"addressPrefix": "10.255.0.0/29"}})

    def ends_of(peering: str) -> tuple[list[str], list[str]]:
        shown = arm.properties(peering)
        return tuple([e["id"] for e in shown[n]] for n in ("connections", "peeredConnections"))  # type: ignore[return-value]

    assert (ends_of(PEERING), ends_of(far)) == (([path], []), ([], [path]))
    arm.delete(path)
    assert (ends_of(PEERING), ends_of(far)) == (([], []), ([], []))


def test_the_index_lists_one_type_in_every_subscription(arm: Arm) -> None:
    """Also while the region of a resource does not answer: the index is a service of its own."""
    arm.connected()

    def ask(query: str) -> Response:
        return arm.send("POST", GRAPH, {"query": query})

    asked = "resources | where type =~ 'Microsoft.Network/connections' | project id, properties"
    body = ask(asked).body
    (row,) = body["data"]
    assert row["id"] == f"{NETWORK}/connections/connection"
    assert row["properties"]["peer"] == {"id": CIRCUIT}
    assert (body["count"], body["totalRecords"], set(row)) == (1, 1, {"id", "properties"})


@pytest.mark.parametrize("query", ["", "resources", "resources | where type == 'x'", 3])
def test_another_form_of_query_is_refused(arm: Arm, query: object) -> None:
    """It says which form the local Azure knows."""
    answer = arm.send("POST", GRAPH, {"query": query})
    assert answer.status == 400
    assert "knows one form of query" in answer.body["error"]["message"]
