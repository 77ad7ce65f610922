"""The states of a pair: which occur, in which order, and which reachability each changes."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sparehub.topology.azure.durations import Duration
from sparehub.topology.config.enums import Activation, Depth
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import Region
from sparehub.topology.reachability.proof import PreviousVerdicts, prove
from sparehub.topology.reachability.states.names import STATES, state_description
from sparehub.topology.reachability.states.states import (
    Side,
    all_states,
    configured_side,
    deployed_side,
)
from sparehub.topology.reachability.verdicts.outcome_bits import Verdict
from sparehub.topology.reachability.verdicts.verify import verify
from tests.configurations import shipped, stack_of
from tests.topology.reachability.pairs import remapped, sides, with_half

LOSSES = ["lost-circuit-hong-kong", "lost-peering-location-hong-kong", "lost-nva", "lost-gateway"]
STANDBYS = [f"secondary-standby-{depth}" for depth in ("network", "gateway", "connection")]


def names(found: list[Side]) -> list[str]:
    return [state.name for state in all_states(*found)]


def lasting(found: list[Side]) -> dict[str, Duration]:
    return {each.name: each.lasts for each in all_states(*found) if each.lasts}


def test_retained_addresses_are_disconnected_first() -> None:
    """Depth gateway: one state without a connection, while one is deleted and one created."""
    found = sides()

    assert names(found) == [
        "normal",
        *STANDBYS,
        "failover-disconnected",
        "failed-over",
        "failback-disconnected",
        *LOSSES,
        "lost-region",
        "failover-unplanned-done",
        "primary-returns",
        "failback-unplanned-region-lost",
        "failback-unplanned-done",
    ]
    assert lasting(found) == {
        "failover-disconnected": Duration(typical=90 + 181, worst=300 + 300 + 180),
        "failback-disconnected": Duration(typical=90 + 181, worst=300 + 300 + 180),
        "lost-region": Duration(typical=181, worst=300 + 180),
        "failback-unplanned-region-lost": Duration(typical=181, worst=300 + 180),
    }


def test_without_a_gateway_the_outage_is_as_long_as_creating_one() -> None:
    """Depth network: gateway, then the peerings while the connection is created."""
    found = sides("network")
    states = [name for name in names(found) if name.startswith("failover-")]

    assert states == [
        "failover-disconnected",
        "failover-gateway-created",
        "failover-peerings-updated",
        "failover-unplanned-gateway-created",
        "failover-unplanned-peerings-updated",
        "failover-unplanned-done",
    ]
    assert lasting(found)["failover-disconnected"] == Duration(typical=90 + 882, worst=300 + 7200)


def test_addresses_that_do_not_overlap_are_connected_first() -> None:
    """The new connection exists before the old one is deleted: no outage."""
    found = sides(secondary=remapped)
    states = {state.name: state for state in all_states(*found)}
    connected = states["failover-connected"]

    assert [name for name in states if name.startswith("failover-")] == [
        "failover-connected",
        "failover-unplanned-done",
    ]
    assert connected.lasts == Duration()
    both = verify(connected.regions)
    for context in ("primary/spoke1/app", "secondary/spoke1/app"):
        assert both.verdict(context, "on-premises") is Verdict.REACHABLE


def test_the_outage_is_reported_with_the_spokes_that_lose_on_premises() -> None:
    """Between the two connections on-premises is lost, and nothing else."""
    states = {state.name: state for state in all_states(*sides())}
    normal = prove(states["normal"])

    gap = prove(states["failover-disconnected"], PreviousVerdicts.of(normal.reachability))

    lost = {(change.source, change.destination) for change in gap.changes if not change.reached}
    contexts = ("primary/spoke1/app", "primary/spoke2/app", "primary/hub/nva")
    assert lost == {
        way for each in contexts for way in ((each, "on-premises"), ("on-premises", each))
    }
    assert not any(change.reached for change in gap.changes)


@pytest.mark.parametrize("depth", ["network", "gateway", "connection"])
def test_every_state_has_a_description(depth: str) -> None:
    """The names are those that help and intents know; each is compared with one before it."""
    seen: set[str] = set()
    for state in all_states(*sides(depth)):
        assert state_description(state.name)
        assert state.before in seen or state.name == "normal"
        seen.add(state.name)

    assert state_description("lost") is None
    assert set(STATES) >= seen - set(LOSSES)


def test_a_region_that_comes_back_unfenced_is_ambiguous() -> None:
    """Both regions live: on-premises and every spoke, unless routers prefer one."""

    def prefer(region: dict[str, object]) -> None:
        region["onPremises"] = {"addressPrefixes": ["192.168.0.0/16"], "prefers": "secondary"}

    def ways(found: list[Side]) -> set[Verdict | None]:
        (state,) = (each for each in all_states(*found) if each.name == "primary-returns")
        judged = verify(state.regions)
        return {judged.verdict("secondary/spoke1/app", "on-premises")}

    assert ways(sides()) == {Verdict.AMBIGUOUS}
    assert ways(sides(primary=prefer, secondary=prefer)) == {Verdict.REACHABLE}


@pytest.mark.parametrize("depth", ["network", "gateway", "connection"])
@pytest.mark.parametrize("secondary", [lambda _region: None, remapped], ids=["retained", "apart"])
def test_a_region_is_active_while_it_has_its_connections(
    depth: str, secondary: Callable[[dict[str, Any]], object]
) -> None:
    """From its connection on, until that goes: nobody is between the two of retained addresses."""
    active = {
        state.name: [n for n, each in state.regions.items() if each.activation is Activation.ACTIVE]
        for state in all_states(*sides(depth, secondary=secondary))
    }
    nobody = {name for name, found in active.items() if not found}

    assert active["normal"] == ["primary"]
    assert active["failed-over"] == active["failover-unplanned-done"] == ["secondary"]
    assert active["primary-returns"] == ["primary", "secondary"]
    assert active.get("failover-connected", ["primary", "secondary"]) == ["primary", "secondary"]
    assert {"lost-region", "failback-unplanned-region-lost"} <= nobody
    assert {name for name in active if name.endswith("-disconnected")} <= nobody
    assert not nobody & {"lost-nva", "lost-gateway", "lost-circuit-hong-kong"}


def standing(activation: str = "active") -> tuple[Stack, Region]:
    config = stack_of(shipped("primary"), activation)
    stack = Stack(name="primary", config=config, region=build(config))
    return stack, stack.region


def test_a_deployed_region_changes_as_its_file_says() -> None:
    """A region without drift is in every form as it is configured."""
    stack, region = standing()
    read, planned = deployed_side(stack, region), configured_side(stack)

    for activation in Activation:
        for depth in Depth:
            assert read.form(activation, depth) == planned.form(activation, depth)


def test_drift_remains_in_every_state() -> None:
    """The stack file does not overwrite a fault of the deployed region."""
    stack, region = standing()
    region = with_half(region, "spoke1", "spoke_to_hub", use_remote_gateways=False)
    stack_2, standby = standing("standby")
    live = replace(standby, connections=region.connections)

    active = deployed_side(stack, region).form(Activation.ACTIVE, None)
    waiting = deployed_side(stack_2, live).form(Activation.STANDBY, None)

    assert [s.spoke_to_hub.use_remote_gateways for s in active.spokes] == [False, True]
    assert waiting.connections == region.connections
