"""The second region as derived, beside the first on one circuit."""

from collections.abc import Callable
from typing import Any

from sparehub.cli.authoring.derive import derive_stack
from sparehub.output import Output
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.derivation.derive import DeriveRequest
from tests.engine.conftest import Engine

REMAPS = (
    "10.10.10.0/24=10.110.10.0/24",
    "10.1.0.0/16=10.101.0.0/16",
    "10.2.0.0/16=10.102.0.0/16",
)


def pair_on_one_circuit(azure: Engine, *remaps: str) -> str:
    """Deploy the primary, derive the secondary, fill in the circuit's id; return the id."""
    azure.up("primary")
    identity: str = azure.outputs("primary")["circuitIds"]["hong-kong"]
    wanted = DeriveRequest(same_circuit=True, remaps=remaps)
    derive_stack(azure.rehearsal.project, wanted, Output(), write=True)

    def fill(config: dict[str, Any]) -> None:
        circuit = config["sparehub:region"]["expressRoute"]["connections"]["hong-kong"]["circuit"]
        circuit["id"] = circuit["id"].replace("<subscription>", identity.split("/")[2])

    azure.change("secondary", fill)
    return identity


def test_a_remapped_pair_is_connected_to_one_circuit_at_once(
    engine: Callable[..., Engine],
) -> None:
    """Addresses differ, so nothing has to be disconnected (SR-13); routes and NVA moved along."""
    azure = engine("primary", "secondary")
    circuit = pair_on_one_circuit(azure, *REMAPS)

    assert ("create", "con-southeastasia-hong-kong") in azure.switch("secondary", "active")

    first, second = azure.outputs("primary"), azure.outputs("secondary")
    assert second["circuitIds"] == first["circuitIds"] == {"hong-kong": circuit}
    connections = [first["connectionIds"]["hong-kong"], second["connectionIds"]["hong-kong"]]
    for connection in connections:
        found = azure.arm("GET", connection).body
        assert found is not None
        assert found["properties"]["peer"]["id"] == circuit
    assert second["advertisedPrefixes"] == ["10.110.10.0/24", "10.101.0.0/24", "10.102.0.0/24"]
    region = read_stack(azure.rehearsal.project, "secondary").region
    assert {str(r.next_hop_ip_address) for r in region.route_tables[1].routes} == {"10.110.10.10"}


def test_a_retained_pair_is_never_connected_to_one_circuit_at_once(
    engine: Callable[..., Engine],
) -> None:
    """Refused while both are active (ER-18); disconnect, then connect, goes through."""
    azure = engine("primary", "secondary")
    pair_on_one_circuit(azure)
    azure.rehearsal.pulumi("config", "set", "activation", "active", "--stack", "secondary")

    with azure.writes() as seen:
        refused = azure.refused("up", "--yes", "--skip-preview", "--stack", "secondary")
    assert seen == []
    assert "on the circuit erc-hong-kong, which both use" in refused

    assert ("delete", "con-eastasia-hong-kong") in azure.switch("primary", "standby")
    assert ("create", "con-southeastasia-hong-kong") in azure.up("secondary")
