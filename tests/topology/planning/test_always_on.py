"""A failover writes nothing to spokes that are always on, nor to the peering of the hubs."""

from typing import Any

import pytest

from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.configurations import stack_of
from tests.topology.peered_hubs import peered


def stack(name: str, depth: str, *, plain: bool) -> Stack:
    """Return a stack of the pair with peered hubs, or without what is peculiar to it."""
    values = peered(name)
    region: dict[str, Any] = values["sparehub:region"]
    region["standby"] = {"depth": depth}
    if plain:
        del region["hub"]["peerings"], region["spokes"]["dc"]
    config = stack_of(values)
    return Stack(name=name, config=config, region=build(config))


@pytest.mark.parametrize("kind", [PlanKind.FAILOVER, PlanKind.FAILBACK])
@pytest.mark.parametrize("depth", ["gateway", "connection"])
def test_a_failover_writes_what_it_writes_without_them(depth: str, kind: PlanKind) -> None:
    """Step by step, in both directions; at depth connection they keep using the gateway."""
    changes = []
    for plain in (True, False):
        pair = [stack(name, depth, plain=plain) for name in ("primary", "secondary")]
        found = plan(pair[0], pair[1], kind, Mode.PLANNED)
        changes.append(
            [(s.id, sorted(s.change.operations) if s.change else []) for s in found.steps]
        )

    assert changes[0] == changes[1]


def test_at_depth_network_they_follow_the_gateway_as_every_spoke_does() -> None:
    """There is none in standby: PE-09."""
    pair = [stack(name, "network", plain=False) for name in ("primary", "secondary")]
    found = plan(pair[0], pair[1], PlanKind.FAILOVER, Mode.PLANNED)
    names = {o.name for s in found.steps if s.change for o in s.change.operations}

    assert "region/spoke/dc/peering/spoke-to-hub" in names
    assert not any("hub-peering" in name for name in names)
