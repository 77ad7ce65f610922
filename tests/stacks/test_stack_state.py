"""What a stack recorded, and what of it no model can say."""

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


def test_a_subnet_peering_is_refused_where_reachability_is_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Every verdict about it would be a guess (PE-22); peerings of whole networks are read."""
    resources = deepcopy(recorded(shipped("primary")))
    monkeypatch.setattr(stack_state, "export_stack", lambda *_: resources)
    of(resources, HALF)["peerCompleteVnets"] = True
    assert (
        stack_state.standing(Path(), primary(), {}).spokes == region_of(shipped("primary")).spokes
    )

    of(resources, HALF)["peerCompleteVnets"] = False
    with pytest.raises(UnreadableError) as caught:
        stack_state.standing(Path(), primary(), {})

    assert str(caught.value) == (
        f"{of(resources, HALF)['id']} is a subnet peering (peerCompleteVnets: false); what reaches "
        "what over it cannot be said here, only over peerings of whole networks: Azure fixes the "
        "kind at creation, so delete both halves and let `pulumi up` make them (PE-22)"
    )
