"""Common faults of a hub-and-spoke network are found, with the right cause."""

from dataclasses import replace
from ipaddress import IPv4Network

import pytest

from sparehub.topology.model.resources import Region, Spoke
from sparehub.topology.reachability.proof import Proof, prove
from sparehub.topology.reachability.states.states import PairState
from tests.topology.reachability.pairs import (
    Pair,
    normal,
    pair,
    table,
    with_half,
    with_route,
    with_subnet,
    with_table,
)

S1, S2, NVA = "primary/spoke1/app", "primary/spoke2/app", "primary/hub/nva"


def spokeless_gateway_table(pair: Pair) -> None:
    routes = [r for r in table(pair["primary"], "gateway").routes if "spoke1" not in r.name]
    pair["primary"] = with_table(pair["primary"], "gateway", routes=tuple(routes))


def propagation_left_on(pair: Pair) -> None:
    pair["primary"] = with_table(pair["primary"], "spokes", disable_bgp_route_propagation=False)


def default_route_on_gateway_subnet(pair: Pair) -> None:
    pair["primary"] = with_route(pair["primary"], "gateway", "0.0.0.0/0", "10.10.10.10")


def no_forwarded_traffic(pair: Pair) -> None:
    pair["primary"] = with_half(
        pair["primary"], "spoke1", "spoke_to_hub", allow_forwarded_traffic=False
    )


def no_remote_gateway(pair: Pair) -> None:
    pair["primary"] = with_half(
        pair["primary"], "spoke1", "spoke_to_hub", use_remote_gateways=False
    )


def next_hop_of_the_other_region(pair: Pair) -> None:
    default, *_ = table(pair["primary"], "spokes").routes
    there = replace(default, next_hop_ip_address=IPv4Network("10.20.10.10").network_address)
    pair["primary"] = with_table(pair["primary"], "spokes", routes=(there,))


def nva_with_the_shared_table(pair: Pair) -> None:
    hub = pair["primary"].hub
    subnets = [replace(s, route_table="spokes") if s.name == "nva" else s for s in hub.subnets]
    pair["primary"] = replace(pair["primary"], hub=replace(hub, subnets=tuple(subnets)))


def both_connections_live(both: Pair) -> None:
    both["secondary"] = replace(
        both["secondary"], connections=pair("standby", "active")["secondary"].connections
    )


def no_storage_endpoint(pair: Pair) -> None:
    pair["primary"] = with_subnet(pair["primary"], "spoke1", service_endpoints=())


def too_many_prefixes(pair: Pair) -> None:
    def grown(spoke: Spoke) -> Spoke:
        more = [IPv4Network((0x0A400000 + (n << 8), 24)) for n in range(998)]
        network = spoke.virtual_network
        space = (*network.address_space, *more)
        return replace(spoke, virtual_network=replace(network, address_space=space))

    region: Region = pair["primary"]
    first, second = region.spokes
    pair["primary"] = replace(region, spokes=(first, grown(second)))


@pytest.fixture
def regions() -> Pair:
    return pair()


def found(proof: Proof) -> list[tuple[str, str, str, str]]:
    """Return the violations without their words."""
    return sorted((v.invariant, v.source, v.destination, v.verdict.name) for v in proof.violations)


def reason(proof: Proof, source: str, destination: str) -> str:
    return next(
        v.reason for v in proof.violations if (v.source, v.destination) == (source, destination)
    )


def both_ways(question: str, verdict: str, *pairs: tuple[str, str]) -> list[tuple[str, ...]]:
    ways = [each for a, b in pairs for each in ((a, b), (b, a))]
    return sorted((question, a, b, verdict) for a, b in ways)


def test_the_source_document_is_in_order(regions: Pair) -> None:
    """No violation before and after a failover."""
    failed_over = PairState(name="failed-over", regions=pair("standby", "active"))

    assert prove(normal(regions)).violations == prove(failed_over).violations == ()


def test_a_gateway_subnet_table_without_a_route_for_a_spoke(regions: Pair) -> None:
    """On-premises reaches the spoke directly; the NVA sees only the answer."""
    spokeless_gateway_table(regions)

    proof = prove(normal(regions))

    assert found(proof) == both_ways("symmetric", "UNREACHABLE", (S1, "on-premises"))
    assert reason(proof, "on-premises", S1) == (
        "on-premises -> primary/spoke1/app bypasses the NVA, which sees only the return direction: "
        "at primary/hub/GatewaySubnet Default route 10.1.0.0/24 to VNetPeering; "
        "rt-gateway-eastasia has no route for it to the NVA (RT-08)"
    )


def test_propagation_left_on_at_the_spokes(regions: Pair) -> None:
    """BGP routes are longer than the default route: out bypassing the NVA, back through it."""
    propagation_left_on(regions)

    proof = prove(normal(regions))

    pairs = ((S1, "on-premises"), (S2, "on-premises"))
    assert found(proof) == both_ways("symmetric", "UNREACHABLE", *pairs)
    assert reason(proof, S2, "on-premises") == (
        "primary/spoke2/app -> on-premises bypasses the NVA, which sees only the return direction: "
        "at "
        "primary/spoke2/app VirtualNetworkGateway route 192.168.0.0/16 to VirtualNetworkGateway; "
        "rt-spokes-eastasia propagates BGP routes (disableBgpRoutePropagation, RT-08)"
    )


def test_a_default_route_on_gateway_subnet(regions: Pair) -> None:
    """Azure creates no gateway with it, even where the other routes are in order (VN-12)."""
    default_route_on_gateway_subnet(regions)

    proof = prove(normal(regions))

    gateway = "primary/hub/GatewaySubnet"
    assert found(proof) == [("gateway-routes", gateway, "on-premises", "AMBIGUOUS")]
    assert "rt-gateway-eastasia has a default route" in reason(proof, gateway, "on-premises")
    assert proof.failed


def test_a_route_for_the_range_of_gateway_subnet(regions: Pair) -> None:
    """Verification reports it as a stack file's check does: VN-13, which is a warning."""
    regions["primary"] = with_route(regions["primary"], "gateway", "10.10.10.128/25", "10.10.10.10")

    proof = prove(normal(regions))

    gateway = "primary/hub/GatewaySubnet"
    assert found(proof) == [("gateway-routes", gateway, "on-premises", "AMBIGUOUS")]
    assert reason(proof, gateway, "on-premises") == (
        "10.10.10.128/25 in rt-gateway-eastasia overlaps GatewaySubnet 10.10.10.128/25, which can "
        "keep Azure from managing the gateway: remove the route (VN-13)"
    )
    assert not proof.failed


def test_a_spoke_side_without_forwarded_traffic(regions: Pair) -> None:
    """Whether the flag blocks the NVA's packets, the model does not know (PE-17b)."""
    no_forwarded_traffic(regions)

    proof = prove(normal(regions))

    pairs = ((S1, "on-premises"), (S1, S2))
    assert found(proof) == both_ways("through", "AMBIGUOUS", *pairs)
    flag = "peer-spoke1-to-hub has allowForwardedTraffic false (PE-17b)"
    assert {v.reason for v in proof.violations} == {flag}


def test_a_peering_that_is_not_synced(regions: Pair) -> None:
    """Which routes are missing, the model does not know (PE-18)."""
    regions["primary"] = with_half(regions["primary"], "spoke1", "hub_to_spoke", in_sync=False)

    proof = prove(normal(regions))

    pairs = ((S1, "on-premises"), (S1, S2))
    assert found(proof) == both_ways("through", "AMBIGUOUS", *pairs)
    said = "peer-hub-to-spoke1 is not synced with the other network (PE-18)"
    assert {v.reason for v in proof.violations} == {said}


def test_a_spoke_side_without_remote_gateway(regions: Pair) -> None:
    """The gateway does not advertise the spoke (ER-20)."""
    no_remote_gateway(regions)

    proof = prove(normal(regions))

    assert found(proof) == both_ways("through", "UNREACHABLE", (S1, "on-premises"))
    assert reason(proof, S1, "on-premises") == (
        "on-premises -> primary/spoke1/app: on-premises has no route to 10.1.0.0: "
        "peer-spoke1-to-hub of primary has useRemoteGateways false, so it is not advertised (ER-20)"
    )


def test_the_next_hop_of_the_other_region(regions: Pair) -> None:
    """An appliance that is in no peer gets nothing (RT-12)."""
    next_hop_of_the_other_region(regions)

    proof = prove(normal(regions))

    pairs = ((S1, "on-premises"), (S2, "on-premises"), (S1, S2))
    assert found(proof) == both_ways("through", "UNREACHABLE", *pairs)
    assert reason(proof, S1, S2).startswith(
        "primary/spoke1/app -> primary/spoke2/app: at primary/spoke1/app route default 0.0.0.0/0 "
        "to VirtualAppliance 10.20.10.10: not in this network, nor in a peer of it (RT-12)"
    )


def test_the_nva_with_the_spokes_table_loops(regions: Pair) -> None:
    """The NVA's own default route leads to the NVA (RT-14)."""
    nva_with_the_shared_table(regions)

    proof = prove(normal(regions))

    looping = {(v.source, v.destination) for v in proof.violations if v.invariant == "no-loop"}
    assert {(S1, "on-premises"), ("on-premises", S2), (S1, "internet")} <= looping
    assert reason(proof, S1, "internet") == (
        "primary/spoke1/app -> internet: at primary/hub/nva route default 0.0.0.0/0 to "
        "VirtualAppliance 10.10.10.10 leads to the NVA itself: a loop (RT-14)"
    )


def test_both_connections_live_with_retained_addresses(regions: Pair) -> None:
    """Which region on-premises chooses is unknown: never REACHABLE."""
    both_connections_live(regions)

    proof = prove(normal(regions))

    questions = {(v.invariant, v.verdict.name) for v in proof.violations}
    assert ("overlap", "AMBIGUOUS") in questions
    assert ("through", "AMBIGUOUS") in questions
    assert reason(proof, S1, "on-premises") == (
        "primary and secondary both advertise 10.1.0.0 of primary/spoke1/app to on-premises, and "
        "onPremises.prefers does not say which one its routers prefer (ER-23)"
    )


def test_a_storage_endpoint_that_is_missing(regions: Pair) -> None:
    """Replication then loads the NVA (RT-25); where nothing is replicated it may."""
    no_storage_endpoint(regions)
    primary = regions["primary"]

    proof = prove(normal(regions))
    regions["primary"] = with_subnet(primary, "spoke1", protected=False)

    assert found(proof) == [("replication", S1, "internet", "REACHABLE")]
    assert reason(proof, S1, "internet") == (
        "no Microsoft.Storage endpoint: replication goes through primary/hub/nva (RT-25)"
    )
    assert prove(normal(regions)).violations == ()


def test_one_prefix_too_many_takes_the_connection_down(regions: Pair) -> None:
    """1,001 advertised prefixes: the hub's, spoke1's, and 999 of spoke2 (ER-21)."""
    too_many_prefixes(regions)

    proof = prove(normal(regions))

    ways = both_ways("through", "UNREACHABLE", (S1, "on-premises"), (S2, "on-premises"))
    gateway = ("prefix-count", "primary/hub/GatewaySubnet", "on-premises", "UNREACHABLE")
    assert found(proof) == sorted([*ways, gateway])
    assert "primary would advertise 1001 prefixes" in reason(proof, "on-premises", S1)


def test_paths_name_every_hop_and_what_it_overrode(regions: Pair) -> None:
    """A violation shows the winning route at each hop, and the routes that lost there."""
    spokeless_gateway_table(regions)

    violation = prove(normal(regions)).violations[0]

    assert violation.path is not None
    assert violation.path.contexts == [S1, NVA, "on-premises"]
    assert [str(hop.route) for hop in violation.path.hops] == [
        "route default 0.0.0.0/0 to VirtualAppliance 10.10.10.10",
        "VirtualNetworkGateway route 192.168.0.0/16 to VirtualNetworkGateway",
        "None",
    ]
    assert [str(lost) for lost in violation.path.hops[0].overridden] == [
        "Default route 0.0.0.0/0 to Internet"
    ]
