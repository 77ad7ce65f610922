"""Whether an alwaysOn spoke and the other region reach each other, and what says that it cannot."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from ipaddress import IPv4Network
from typing import Any

import pytest

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.effective_routes.routes import RegionRoutes
from sparehub.topology.reachability.intents import read_intents
from sparehub.topology.reachability.proof import Proof, prove
from sparehub.topology.reachability.states.states import PairState, all_states, configured_side
from sparehub.topology.reachability.verdicts.explain import Explainer
from sparehub.topology.reachability.verdicts.outcome_bits import Verdict
from tests.configurations import OURS as CONFIGURED
from tests.configurations import stack_of
from tests.topology.peered_hubs import HUBS, SPOKES, peered
from tests.topology.reachability.pairs import with_table

Change = Callable[[dict[str, Any]], object]
OURS, THEIRS = "primary/dc/app", "secondary/dc/app"


def stacks(change: Change = lambda _: None) -> list[Stack]:
    """Return both stacks with peered hubs, both regions changed."""
    found = []
    for name in ("primary", "secondary"):
        values = peered(name)
        change(values["sparehub:region"])
        config = stack_of(values)
        found.append(Stack(name=name, config=config, region=build(config)))
    return found


def states(change: Change = lambda _: None) -> Mapping[str, PairState]:
    return {s.name: s for s in all_states(*map(configured_side, stacks(change)))}


def proof(change: Change = lambda _: None, name: str = "normal") -> Proof:
    return prove(states(change)[name])


def spoiled(stack: str, spoil: Callable[[Region], Region]) -> Proof:
    """Return the proof of normal with one region spoiled."""
    normal = states()["normal"]
    regions = {**normal.regions, stack: spoil(normal.regions[stack])}
    return prove(replace(normal, regions=regions))


def said(found: Proof) -> list[tuple[str, str, bool]]:
    """Return what is said of alwaysOn spokes: source, reason, whether the state fails."""
    return [(v.source, v.reason, v.fails) for v in found.violations if v.invariant == "always-on"]


def without_peerings(region: dict[str, Any]) -> None:
    del region["hub"]["peerings"]


def moved(region: dict[str, Any]) -> None:
    """Give the secondary's spokes addresses of their own, and have each NVA route to all."""
    first, second = (["10.1.0.0/24", "10.2.0.0/24"], ["10.21.0.0/24", "10.22.0.0/24"])
    (peering,) = region["hub"]["peerings"].values()
    if region["hub"]["addressSpace"] == [HUBS["primary"]]:
        peering["addressPrefixes"] = [*peering["addressPrefixes"], *second]
        return
    for prefix, key in zip(second, ("spoke1", "spoke2"), strict=True):
        spoke = region["spokes"][key]
        spoke.update(addressSpace=[prefix], subnets={"app": {"addressPrefix": prefix}})
    peering["addressPrefixes"] = [*peering["addressPrefixes"], *first]


def without_halves(region: Region) -> Region:
    return replace(region, hub_peerings=())


def disconnected(region: Region) -> Region:
    (peering,) = region.hub_peerings
    half = replace(peering.half, connected=False)
    return replace(region, hub_peerings=(replace(peering, half=half),))


def without_routes(region: Region) -> Region:
    return with_table(region, "nva", routes=())


@pytest.mark.parametrize("name", ["normal", "failed-over"])
def test_spokes_that_are_always_on_reach_each_other_through_both_nvas(name: str) -> None:
    """In both directions, whichever region is active; nothing of it fails."""
    found = proof(name=name)
    explained = Explainer(found.reachability).explain(OURS, THEIRS)
    path = [OURS, "primary/hub/nva", "secondary/hub/nva", THEIRS]

    assert found.reachability.verdict(OURS, THEIRS) is Verdict.REACHABLE
    assert found.reachability.verdict(THEIRS, OURS) is Verdict.REACHABLE
    assert explained.path.contexts == path
    assert explained.return_path is not None
    assert explained.return_path.contexts == path[::-1]
    assert not found.failed


def test_spokes_with_retained_addresses_have_no_path_to_them_and_that_is_said() -> None:
    """The same addresses are in both regions, so the NVA cannot send to the other one."""
    reason = (
        "secondary/dc has no path to primary/spoke1, primary/spoke2: its addresses are retained, "
        "so they exist in both regions"
    )

    assert said(proof()) == [(THEIRS, reason, False)]


def test_without_a_peering_of_the_hubs_it_says_that_there_is_no_path() -> None:
    """It does not fail: nobody asked for a path."""
    found = proof(without_peerings)

    assert said(found) == [
        (
            OURS,
            "primary/dc has no path to secondary/dc: the hubs are not peered (hub.peerings)",
            False,
        ),
        (
            THEIRS,
            (
                "secondary/dc has no path to primary/dc, primary/spoke1, primary/spoke2: the hubs "
                "are not peered (hub.peerings)"
            ),
            False,
        ),
    ]
    assert not found.failed


def test_spokes_with_addresses_of_their_own_reach_the_active_region_entirely() -> None:
    """`addressPrefixes` may name every spoke that was remapped."""
    found = proof(moved)

    assert found.reachability.verdict("primary/spoke1/app", THEIRS) is Verdict.REACHABLE
    assert found.reachability.verdict(THEIRS, "primary/spoke1/app") is Verdict.REACHABLE
    assert said(found) == []
    assert not found.failed


@pytest.mark.parametrize("spoil", [without_halves, disconnected, without_routes])
@pytest.mark.parametrize("stack", ["primary", "secondary"])
def test_a_path_that_is_broken_fails_the_state(
    stack: str, spoil: Callable[[Region], Region]
) -> None:
    """A half is gone or Disconnected, or the NVA has no route, in either region."""
    found = spoiled(stack, spoil)

    assert {(source, fails) for source, _, fails in said(found) if fails} == {
        (OURS, True),
        (THEIRS, True),
    }
    assert found.failed


def test_flags_of_the_peering_of_the_hubs_make_the_path_ambiguous() -> None:
    """PE-17b: security groups may pass what a flag does not; the reason names half and flag."""

    def closed(region: Region) -> Region:
        (peering,) = region.hub_peerings
        half = replace(peering.half, allow_forwarded_traffic=False)
        return replace(region, hub_peerings=(replace(peering, half=half),))

    found = spoiled("secondary", closed)

    assert found.reachability.verdict(OURS, THEIRS) is Verdict.AMBIGUOUS
    assert "peer-hub-to-primary has allowForwardedTraffic false (PE-17b)" in said(found)[0][1]


def test_nvas_that_route_to_each_other_are_in_a_loop() -> None:
    """Both tables send a prefix to the other NVA."""
    regions = dict(states()["normal"].regions)
    (table,) = (t for t in regions["secondary"].route_tables if t.key == "nva")
    (over,) = (r for r in table.routes if str(r.address_prefix) == SPOKES["primary"])
    back = replace(over, name="wrong", address_prefix=IPv4Network(SPOKES["secondary"]))
    routes = (*table.routes, back)
    regions["secondary"] = with_table(regions["secondary"], "nva", routes=routes)
    found = prove(PairState(name="normal", regions=regions))

    explained = Explainer(found.reachability).explain(OURS, THEIRS)
    assert "a loop" in explained.reason
    assert "no-loop" in {v.invariant for v in found.violations if v.fails}


def test_a_lost_nva_takes_the_path_with_it() -> None:
    """In either region; the state lost-nva reports it."""
    reachability = proof(name="lost-nva").reachability

    assert reachability.verdict("secondary/dc/app", "primary/dc/app") is Verdict.UNREACHABLE


def started_at_failover(region: dict[str, Any]) -> None:
    """Switch the NVA off on standby."""
    machine = f"{CONFIGURED}/resourceGroups/rg/providers/Microsoft.Compute/virtualMachines/nva"
    region["hub"]["nva"].update(standby="startAtFailover", id=machine)


@pytest.mark.parametrize(("name", "off"), [("normal", "secondary"), ("failed-over", "primary")])
def test_an_nva_that_is_off_on_standby_takes_the_path_with_it(name: str, off: str) -> None:
    """The state fails, and names the NVA; the twin whose NVAs run has the path."""
    found = proof(started_at_failover, name)

    assert found.reachability.verdict(OURS, THEIRS) is Verdict.UNREACHABLE
    assert found.failed
    reasons = [reason for _, reason, fails in said(found) if fails]
    assert reasons
    assert all(f"the NVA of {off} is off on standby" in reason for reason in reasons), reasons
    assert proof(name=name).reachability.verdict(OURS, THEIRS) is Verdict.REACHABLE


def test_hubs_reach_each_other_by_the_peering_alone() -> None:
    """The NVAs' own subnets: no route names them."""
    found = proof()

    assert found.reachability.verdict("primary/hub/nva", "secondary/hub/nva") is Verdict.REACHABLE
    assert [v for v in found.violations if v.invariant == "isolation"] == []


def test_the_routes_of_a_hub_show_the_peering_as_azure_words_it() -> None:
    """VNetGlobalPeering, in the hub alone: a peering is not transitive (PE-02)."""
    (primary, _) = stacks()
    routes = RegionRoutes(primary.region)
    hops = {
        network: {str(r.address_prefix): r.hop_type.value for r in routes.of(network, subnet)}
        for network, subnet in (
            ("hub", primary.region.hub.subnets[1]),
            ("spoke1", primary.region.spokes[1].virtual_network.subnets[0]),
        )
    }

    assert hops["hub"]["10.20.10.0/24"] == "VNetGlobalPeering"
    assert "10.20.10.0/24" not in hops["spoke1"]


def test_an_intent_may_ask_for_the_path() -> None:
    """By role; it holds with the peering, and is broken without it."""

    def asking(region: dict[str, Any]) -> None:
        region["intents"] = [{"through": "nva", "between": ["active/dc/app", "standby/dc/app"]}]

    def in_vain(region: dict[str, Any]) -> None:
        asking(region)
        without_peerings(region)

    for change, failed in ((asking, False), (in_vain, True)):
        known = states(change)
        found = prove(known["normal"], intents=read_intents(stacks(change), known))
        assert found.failed is failed
