"""Verdicts of pairs, and that the fast engine and the slow walker say the same."""

from collections.abc import Callable
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from sparehub.topology.config.enums import Prefers
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import (
    DELIVERED,
    DROPPED,
    LOOPED,
    UNCERTAIN,
    UNKNOWN_APPLIANCE,
    Verdict,
    judge,
)
from sparehub.topology.reachability.verdicts.verify import Reachability, verify
from tests.configurations import region_of
from tests.topology.fault_strategies import fast, mixing
from tests.topology.reachability.pairs import (
    Pair,
    pair,
    table,
    with_half,
    with_route,
    with_subnet,
    with_table,
)
from tests.topology.strategies import configurations

SIGNS = {-1: ".", 0: "+", 1: "~", 2: "?", 3: "-"}


def signs(found: Reachability) -> list[str]:
    return ["".join(SIGNS[v] for v in row) for row in found.verdicts.tolist()]


def test_the_source_document() -> None:
    """The active region reaches all of its own; the other only itself and the internet."""
    found = verify(pair())

    assert found.contexts == (
        "primary/spoke1/app",
        "primary/spoke2/app",
        "primary/hub/nva",
        "secondary/spoke1/app",
        "secondary/spoke2/app",
        "secondary/hub/nva",
        "on-premises",
        "internet",
    )
    assert signs(found) == [
        ".++---++",
        "+.+---++",
        "++.---++",
        "---.++-+",
        "---+.+-+",
        "---++.-+",
        "+++---..",
        "........",
    ]


def test_two_live_regions_are_ambiguous_unless_one_is_preferred() -> None:
    """`onPremises.prefers` decides where both files agree."""
    both = pair("active", "active")

    def to_spokes(ours: Prefers, theirs: Prefers) -> str:
        said = zip(both.items(), (ours, theirs), strict=True)
        regions = {
            name: replace(r, on_premises=replace(r.on_premises, prefers=prefers))
            for (name, r), prefers in said
        }
        return signs(verify(regions))[6]

    decided = {Prefers.PRIMARY: "+++---..", Prefers.SECONDARY: "---+++.."}
    for ours, theirs in product(Prefers, repeat=2):
        agreed = decided.get(ours, "") if ours is theirs else ""
        assert to_spokes(ours, theirs) == (agreed or "~~~~~~..")


def test_a_lost_nva_and_a_lost_region_are_not_contexts() -> None:
    """Packets to a lost NVA are dropped; a lost region has no contexts."""
    regions = pair()
    without = verify(regions, ["primary"])
    alone = verify({"secondary": regions["secondary"]})

    assert without.verdict("primary/spoke1/app", "on-premises") is Verdict.UNREACHABLE
    assert "primary/hub/nva" not in without.contexts
    assert alone.contexts[0] == "secondary/spoke1/app"


def test_an_appliance_that_the_model_does_not_know() -> None:
    """Another address of the hub is an unknown appliance: UNDETERMINED."""
    regions = pair()
    there = with_route(regions["primary"], "spokes", "192.168.0.0/16", "10.10.10.20")
    found = verify(regions | {"primary": there})

    assert found.verdict("primary/spoke1/app", "on-premises") is Verdict.UNDETERMINED


def test_a_part_of_the_addresses_is_ambiguous() -> None:
    """Half of on-premises is dropped at the spoke."""
    regions = pair()
    there = with_route(regions["primary"], "spokes", "192.168.128.0/17", "None")
    found = verify(regions | {"primary": there})

    assert found.verdict("primary/spoke1/app", "on-premises") is Verdict.AMBIGUOUS


def test_a_stateless_nva_may_see_one_direction_only() -> None:
    """The same network, asymmetric: a fault only where the NVA keeps state."""
    regions = pair()
    region = with_table(regions["primary"], "spokes", disable_bgp_route_propagation=False)
    stateless = replace(region, nva=replace(region.nva, stateful=False))
    ways = "primary/spoke1/app", "on-premises"

    assert verify(regions | {"primary": region}).verdict(*ways) is Verdict.UNREACHABLE
    assert verify(regions | {"primary": stateless}).verdict(*ways) is Verdict.REACHABLE


def test_a_bypass_is_explained_from_its_first_context_to_its_last() -> None:
    """With the route that bypasses the NVA, and the table that lets it."""
    region = with_table(pair()["primary"], "spokes", disable_bgp_route_propagation=False)
    found = verify({"primary": region})

    assert Explainer(found).explain("primary/spoke1/app", "on-premises").reason == (
        "primary/spoke1/app -> on-premises bypasses the NVA, which sees only the return direction: "
        "at primary/spoke1/app VirtualNetworkGateway route 192.168.0.0/16 to "
        "VirtualNetworkGateway; rt-spokes-eastasia propagates BGP routes "
        "(disableBgpRoutePropagation, RT-08)"
    )


def test_no_default_outbound_access_no_internet() -> None:
    """VN-23: a route to the internet alone is not enough."""
    regions = pair()
    region = with_table(regions["primary"], "spokes", routes=())
    ways = "primary/spoke1/app", "internet"
    allowed = with_subnet(region, "spoke1", default_outbound_access=True)

    assert verify(regions | {"primary": region}).verdict(*ways) is Verdict.UNREACHABLE
    assert verify(regions | {"primary": allowed}).verdict(*ways) is Verdict.REACHABLE


def test_a_default_route_from_on_premises_leads_to_the_internet() -> None:
    """Forced tunnelling (ER-25), where the NVA follows BGP routes."""
    regions = pair()
    region = with_table(regions["primary"], "nva", routes=())
    learned = (
        *region.on_premises.address_prefixes,
        table(region, "spokes").routes[0].address_prefix,
    )
    region = replace(region, on_premises=replace(region.on_premises, address_prefixes=learned))
    found = verify(regions | {"primary": region})

    assert found.verdict("primary/spoke1/app", "internet") is Verdict.REACHABLE
    assert Explainer(found).explain("primary/spoke1/app", "internet").path.contexts == [
        "primary/spoke1/app",
        "primary/hub/nva",
        "on-premises",
        "internet",
    ]


def test_a_route_to_the_own_network_in_a_shared_table_leads_into_each_ones_own() -> None:
    """The second spoke does not reach the first by it, with a stateless NVA neither."""
    region = with_route(pair()["primary"], "spokes", "10.0.0.0/15", "VnetLocal")
    region = replace(region, nva=replace(region.nva, stateful=False))
    found = verify({"primary": region})

    spokes = "primary/spoke1/app", "primary/spoke2/app"
    ways = [found.verdict(*spokes), found.verdict(*reversed(spokes))]
    assert ways == [Verdict.UNREACHABLE, Verdict.UNREACHABLE]
    assert "a black hole" in Explainer(found).explain(*reversed(spokes)).reason


def test_on_premises_of_a_default_route_alone_is_in_the_private_ranges() -> None:
    """ER-25: its exact range is unknown; it is reached and reaches every spoke."""
    region = pair()["primary"]
    everything = replace(
        region.on_premises, address_prefixes=(table(region, "spokes").routes[0].address_prefix,)
    )
    region = with_table(replace(region, on_premises=everything), "nva", routes=())
    found = verify({"primary": region})

    assert signs(found) == [".++++", "+.+++", "++.++", "+++..", "....."]


@pytest.mark.parametrize(
    ("there", "back", "verdict"),
    [
        (DELIVERED[0], DELIVERED[0], Verdict.REACHABLE),
        (DELIVERED[1], DELIVERED[0], Verdict.UNREACHABLE),
        (DELIVERED[2], DELIVERED[0], Verdict.REACHABLE),
        (DELIVERED[1] | DELIVERED[0], DELIVERED[1], Verdict.AMBIGUOUS),
        (DELIVERED[1] | DROPPED, DELIVERED[1], Verdict.AMBIGUOUS),
        (UNCERTAIN[1], DELIVERED[1], Verdict.AMBIGUOUS),
        (UNCERTAIN[1], DELIVERED[0], Verdict.UNREACHABLE),
        (UNKNOWN_APPLIANCE, DELIVERED[1], Verdict.UNDETERMINED),
        (UNKNOWN_APPLIANCE, DROPPED, Verdict.UNREACHABLE),
        (LOOPED, DELIVERED[0], Verdict.UNREACHABLE),
        (DELIVERED[1] | DELIVERED[0], None, Verdict.REACHABLE),
        (DELIVERED[1] | DROPPED, None, Verdict.AMBIGUOUS),
    ],
)
def test_outcomes_make_verdicts(there: int, back: int | None, verdict: Verdict) -> None:
    """The table of docs/verification.md; of the two NVAs the first keeps state."""
    assert judge(there, back, stateful=0b01).verdict is verdict


FAULTS: list[Callable[[Region], Region]] = [
    lambda r: r,
    lambda r: with_table(r, "spokes", disable_bgp_route_propagation=False),
    lambda r: with_table(r, "gateway", routes=table(r, "gateway").routes[1:]),
    lambda r: with_route(r, "spokes", "10.0.0.0/8", "None"),
    lambda r: with_route(r, "spokes", "172.30.0.0/16", "10.0.2.9"),
    lambda r: with_route(r, "nva", "10.1.0.0/25", "10.0.0.10"),
    lambda r: with_route(r, "gateway", "10.0.2.0/24", "10.0.0.10"),
    lambda r: with_route(r, "nva", "192.168.9.0/24", "VnetLocal"),
    lambda r: replace(r, gateway=None),
    lambda r: replace(r, nva=replace(r.nva, stateful=False)),
    *(
        lambda r, half=half, flag=flag: (
            with_half(r, r.spokes[0].key, half, **{flag: False}) if r.spokes else r
        )
        for half in ("hub_to_spoke", "spoke_to_hub")
        for flag in (
            "connected",
            "allow_forwarded_traffic",
            "allow_virtual_network_access",
            "use_remote_gateways",
            "allow_gateway_transit",
        )
    ),
]


@st.composite
def pairs(draw: st.DrawFn) -> Pair:
    """Draw two regions, alike or not, each with up to two faults; addresses mostly overlap."""
    regions = {}
    for stack in ("primary", "secondary"):
        values: dict[str, Any] = draw(configurations())
        region = region_of(values)
        for fault in draw(st.lists(st.sampled_from(FAULTS), max_size=2)):
            region = fault(region)
        regions[stack] = region
    return regions


def outcomes(explainer: Explainer, source: str, destination: str) -> int:
    found = 0
    for walk in explainer.traces(source, destination):
        elsewhere = walk.end != destination and walk.outcome in (*DELIVERED, *UNCERTAIN)
        found |= DROPPED if elsewhere else walk.outcome
    return found


def judge_walks(explainer: Explainer, source: str, destination: str, stateful: int) -> Verdict:
    """Judge a pair by walking every packet."""
    there = outcomes(explainer, source, destination)
    back = None if destination == "internet" else outcomes(explainer, destination, source)
    return judge(there, back, stateful=stateful).verdict


@settings(max_examples=40)
@given(pairs(), st.sampled_from([[], ["primary"]]))
def test_the_matrix_and_single_traces_agree(regions: Pair, lost: list[str]) -> None:
    """Every pair: the outcomes of single packets make the verdict that the matrix has."""
    found = verify(regions, lost)
    explainer = Explainer(found)
    stateful = found.network.stateful

    for source in found.contexts:
        for destination in found.contexts:
            verdict = found.verdict(source, destination)
            if verdict is not None:
                walked = judge_walks(explainer, source, destination, stateful)
                assert walked is verdict, (source, destination)


def with_fast_path(region: Region) -> Region:
    """Return a region whose connections have FastPath (ER-28), and a stateless NVA."""
    return replace(fast(region), nva=replace(region.nva, stateful=False))


def test_fast_path_may_bypass_the_nva() -> None:
    """ER-28: with a stateful NVA ambiguous, with another REACHABLE and not inspected."""
    region = pair()["primary"]
    ways = "on-premises", "primary/spoke1/app"
    stateful, stateless = (
        verify({"primary": fast(region)}),
        verify({"primary": with_fast_path(region)}),
    )
    pairs = [found.index(each) for found in (stateful, stateless) for each in ways]

    assert stateful.verdict(*ways) is stateful.verdict(*reversed(ways)) is Verdict.AMBIGUOUS
    assert stateless.verdict(*ways) is Verdict.REACHABLE
    assert not stateless.inspected[pairs[2], pairs[3]]
    assert Explainer(stateless).explain(*ways).reason == (
        "con-eastasia-hong-kong has FastPath (expressRouteGatewayBypass). Whether FastPath follows "
        "GatewaySubnet's route table depends on the circuit and the date: with ExpressRoute "
        "Direct since 2024-06 it does, on-premises -> primary/hub/GatewaySubnet -> "
        "primary/hub/nva -> primary/spoke1/app; with any other circuit, and before, it does not, "
        "on-premises -> primary/FastPath -> primary/spoke1/app (ER-28)"
    )
    assert Explainer(stateful).explain(*ways).reason == Explainer(stateless).explain(*ways).reason


def test_fast_path_changes_nothing_where_the_table_has_no_route() -> None:
    """The NVA's own subnet, and everything once GatewaySubnet's table is empty."""
    region = fast(pair()["primary"])
    bare = with_table(region, "gateway", routes=())
    plain = with_table(pair()["primary"], "gateway", routes=())

    assert (
        verify({"primary": region}).verdict("on-premises", "primary/hub/nva") is Verdict.REACHABLE
    )
    assert signs(verify({"primary": bare})) == signs(verify({"primary": plain}))


def test_gateways_that_accept_remote_networks_connect_the_regions() -> None:
    """ER-26: over the circuit that both use, through the NVAs on the path."""
    regions = mixing("192.168.0.0/16").regions
    found = verify(regions)
    spokes = "primary/spoke1/app", "secondary/spoke1/app"

    assert found.verdict(*spokes) is Verdict.REACHABLE
    assert Explainer(found).explain(*spokes).path.contexts == [
        "primary/spoke1/app",
        "primary/hub/nva",
        "secondary/hub/GatewaySubnet",
        "secondary/hub/nva",
        "secondary/spoke1/app",
    ]
    assert found.verdict("primary/hub/nva", "secondary/hub/nva") is Verdict.REACHABLE


@pytest.mark.parametrize("lacking", ["one flag", "one circuit", "one connection"])
def test_regions_are_not_connected_where_one_condition_is_missing(lacking: str) -> None:
    """Both gateways, a common circuit and both connections are needed."""
    regions = dict(mixing("192.168.0.0/16", one_circuit=lacking != "one circuit").regions)
    region = regions["secondary"]
    assert region.gateway is not None
    if lacking == "one flag":
        gateway = replace(region.gateway, allow_remote_vnet_traffic=False)
        regions["secondary"] = replace(region, gateway=gateway)
    elif lacking == "one connection":
        regions["secondary"] = replace(region, connections=())

    found = verify(regions)
    across = {
        found.verdict(one, other) for one in found.contexts[:3] for other in found.contexts[3:6]
    }
    assert across == {Verdict.UNREACHABLE}
