"""Where the runbook that switches the network needs its role."""

from dataclasses import replace

import pytest

from sparehub.topology.config.enums import NvaStandby
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.model.recovery.resources import ReplicationSource
from sparehub.topology.model.recovery.switch_scopes import own_scopes, scopes_of_source
from tests.configurations import OURS, THEIRS, region_of, shipped

NVAS = f"{OURS}/resourceGroups/rg-nva/providers"
CIRCUIT = "{}/resourceGroups/{}/providers/Microsoft.Network/expressRouteCircuits/{}"
OF_PRIMARY = ("rg-sparehub-erc-hong-kong", "erc-hong-kong")


def source(**scopes: str) -> ReplicationSource:
    return ReplicationSource(
        location="eastasia",
        network_ids={},
        cache_storage_account_id="/a",
        switch_scopes={key.replace("_", "/", 1): scope for key, scope in scopes.items()},
    )


@pytest.mark.parametrize(
    ("identity", "scope"),
    [
        (f"{NVAS}/Microsoft.Compute/virtualMachines/nva", "the machine"),
        (f"{NVAS}/Microsoft.Network/loadBalancers/nva", "its group"),
    ],
)
def test_an_nva_that_a_failover_starts_is_a_scope(identity: str, scope: str) -> None:
    """The machine itself, or the group of those behind a load balancer."""
    region = region_of(shipped("primary"))
    nva = ResourceId.parse(identity)
    started = replace(region, nva=replace(region.nva, id=nva, standby=NvaStandby.START_AT_FAILOVER))

    assert own_scopes(started)["nva"] == (nva if scope == "the machine" else nva.group)
    assert "nva" not in own_scopes(replace(region, nva=replace(region.nva, id=nva)))


def test_a_circuit_of_both_regions_is_one_scope() -> None:
    """Azure refuses a second assignment of one role; another subscription's circuit is another."""
    region = region_of(shipped("primary"))
    others = CIRCUIT.format(THEIRS, "rg", "c")
    there = scopes_of_source(
        region, source(circuit_a=CIRCUIT.format(OURS, *OF_PRIMARY), circuit_b=others)
    )

    assert there == {"circuit/b": ResourceId.parse(others)}
