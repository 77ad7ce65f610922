"""Whole graphs of a region, with every edge, and what each edge is for."""

import pytest

from sparehub.testing import Graph
from tests.components.region_states import STATES, bow_tie, graph_of, recorded
from tests.configurations import region_of, shipped, with_spokes
from tests.topology.peered_hubs import peered


@pytest.mark.parametrize("state", STATES)
def test_a_region_asks_for_exactly_this(state: str) -> None:
    """Types, inputs, parents, edges, protection, secrets and timeouts are those recorded."""
    assert graph_of(STATES[state]()).document() == recorded(state)


def edges(graph: Graph, name: str) -> set[str]:
    return set(graph[name].depends_on)


def test_subnets_of_a_network_form_a_chain() -> None:
    """Azure refuses a second write on a network while one runs (VN-19)."""
    values = shipped("primary")
    values["sparehub:region"]["hub"]["addressSpace"] = ["10.10.10.0/23"]
    values["sparehub:region"]["hub"]["subnets"]["shared"] = {"addressPrefix": "10.10.11.0/24"}
    graph = graph_of(region_of(values))

    assert "region/hub/network" in edges(graph, "region/hub/GatewaySubnet")
    assert "region/hub/GatewaySubnet" in edges(graph, "region/hub/nva")
    assert "region/hub/nva" in edges(graph, "region/hub/shared")


def test_a_peering_waits_for_every_subnet_and_for_the_peering_before() -> None:
    """A subnet being written refuses it (VN-20); so does another write on the hub (VN-19)."""
    graph = graph_of(region_of(shipped("primary")))

    first, second = (f"region/spoke/spoke{n}/peering/hub-to-spoke" for n in (1, 2))
    assert {"region/hub/nva", "region/spoke/spoke1/app"} <= edges(graph, first)
    assert {first, "region/spoke/spoke2/app"} <= edges(graph, second)


def test_the_peering_of_the_hubs_is_the_last_write_on_the_hub() -> None:
    """Each region makes its own half, after the halves to its spokes (VN-19)."""
    graph = graph_of(region_of(peered("primary")))

    last = "region/spoke/spoke2/peering/hub-to-spoke"
    assert last in edges(graph, "region/hub-peering/secondary")
    assert [name for name in graph if "hub-peering" in name] == ["region/hub-peering/secondary"]


def test_a_spoke_uses_the_gateway_last() -> None:
    """After the hub's half (PE-10) and the gateway (PE-09); not after the connection."""
    graph = graph_of(region_of(shipped("primary")))
    half = edges(graph, "region/spoke/spoke1/peering/spoke-to-hub")

    assert {
        "region/spoke/spoke1/peering/hub-to-spoke",
        "region/expressroute/gateway",
    } <= half
    assert "region/connection/hong-kong/connection" not in half


@pytest.mark.long
def test_above_200_prefixes_spokes_wait_for_the_connections() -> None:
    """Azure creates a connection only while they do not use its gateway (ER-36)."""
    graph = graph_of(region_of(with_spokes(shipped("primary"), 200)))

    half = edges(graph, "region/spoke/spoke200/peering/spoke-to-hub")
    assert "region/connection/hong-kong/connection" in half


def test_the_gateway_waits_for_the_hub_and_gets_two_hours() -> None:
    """Subnets are written first (VN-19); a gateway was seen to take 7,207 s."""
    graph = graph_of(region_of(shipped("primary")))

    assert "region/hub/nva" in edges(graph, "region/expressroute/gateway")
    assert {name: resource.timeout for name, resource in graph.items() if resource.timeout} == {
        "region/expressroute/gateway": "2h",
        "region/connection/hong-kong/connection": "2h",
    }


def test_connections_follow_their_private_peering_and_one_another() -> None:
    """Azure refuses one before its private peering (ER-09) or while another is written (VN-19)."""
    graph = graph_of(region_of(bow_tie()))

    first, second = (f"region/connection/{key}/connection" for key in ("borrowed", "hong-kong"))
    assert "region/circuit/hong-kong/private-peering" in edges(graph, second)
    assert first in edges(graph, second)


def test_keys_are_secret() -> None:
    """An authorization key, a service key, and what Azure says of them."""
    graph = graph_of(region_of(bow_tie()))

    assert graph["region/connection/borrowed/connection"].inputs["authorizationKey"] == {
        "secret": "not-a-real-key"
    }
    assert {
        name: list(resource.secret_outputs)
        for name, resource in graph.items()
        if resource.secret_outputs
    } == {
        "region/circuit/hong-kong/circuit": ["authorizations", "serviceKey"],
        "region/connection/hong-kong/connection": ["authorizationKey", "sharedKey"],
        "region/connection/borrowed/connection": ["authorizationKey", "sharedKey"],
    }
