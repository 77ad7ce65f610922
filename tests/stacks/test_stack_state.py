"""The region deployed by a stack, read from its state."""

from copy import deepcopy
from pathlib import Path

import pytest

from sparehub.stacks import stack_state
from sparehub.topology.errors import UnreadableError
from sparehub.topology.model.build import build
from sparehub.topology.model.pair import Stack
from tests.configurations import region_of, shipped, stack_of
from tests.recorded_state import of, recorded

HALF = "spoke/spoke1/peering/spoke-to-hub"


def primary() -> Stack:
    config = stack_of(shipped("primary"))
    return Stack(name="primary", config=config, region=build(config))


def test_a_deployed_subnet_peering_is_refused(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Its reachability is not modelled (PE-22); peerings of whole networks are read."""
    resources = deepcopy(recorded(shipped("primary")))
    monkeypatch.setattr(stack_state, "export_stack", lambda *_: resources)
    of(resources, HALF)["peerCompleteVnets"] = True
    region = stack_state.deployed_region(Path(), primary(), {})
    assert region.spokes == region_of(shipped("primary")).spokes

    of(resources, HALF)["peerCompleteVnets"] = False
    with pytest.raises(UnreadableError) as caught:
        stack_state.deployed_region(Path(), primary(), {})

    assert str(caught.value) == (
        f"{of(resources, HALF)['id']} is a subnet peering (peerCompleteVnets: false); reachability "
        "is known only for peerings of whole networks. Azure fixes the kind at creation, so delete "
        "both halves and let `pulumi up` create them (PE-22)"
    )
