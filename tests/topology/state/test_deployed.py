"""What stands of a region, by what its stack recorded."""

from copy import deepcopy

from sparehub.topology.state.deployed import Deployed
from tests.configurations import shipped
from tests.recorded_state import of, recorded


def test_a_circuit_is_one_however_its_id_is_written() -> None:
    """Azure spells an id in a connection otherwise than in the circuit itself."""
    found = deepcopy(recorded(shipped("primary")))
    peer = of(found, "connection/hong-kong/connection")["peer"]
    peer["id"] = peer["id"].upper()

    deployed = Deployed.from_resources(found)

    assert len(deployed.circuit_ids) == len(deployed.connected_circuit_ids) == 1
