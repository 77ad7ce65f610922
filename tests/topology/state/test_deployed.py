"""What stands of a region, by what its stack recorded."""

from copy import deepcopy

from sparehub.topology.state.deployed import Deployed, with_peers_that_stand
from tests.configurations import region_of, shipped
from tests.recorded_state import of, recorded, without
from tests.topology.peered_hubs import hub_id, peered


def test_a_circuit_is_one_however_its_id_is_written() -> None:
    """Azure spells an id in a connection otherwise than in the circuit itself."""
    found = deepcopy(recorded(shipped("primary")))
    peer = of(found, "connection/hong-kong/connection")["peer"]
    peer["id"] = peer["id"].upper()

    deployed = Deployed.from_resources(found)

    assert len(deployed.circuit_ids) == len(deployed.connected_circuit_ids) == 1


def test_the_hub_is_not_peered_with_one_that_was_never_deployed() -> None:
    """Azure refuses a peering to a network that does not exist; later it is made."""
    region = region_of(peered("primary"))
    before = without(recorded(peered("primary")), "hub-peering/secondary")
    stack = {"type": "pulumi:pulumi:Stack", "outputs": {"hubVirtualNetworkId": hub_id("secondary")}}
    standing = {"urn:pulumi:secondary::sparehub::pulumi:pulumi:Stack::s": stack}

    assert with_peers_that_stand(region, {}, {}).hub_peerings == ()
    assert with_peers_that_stand(region, before, {}).hub_peerings == ()
    assert with_peers_that_stand(region, before, standing) == region


def test_a_peering_that_stands_is_kept_when_the_other_region_is_gone() -> None:
    """What its stack recorded may be lost with it."""
    region = region_of(peered("primary"))

    assert with_peers_that_stand(region, recorded(peered("primary")), {}) == region
