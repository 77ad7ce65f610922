"""What ``sparehub simulate`` calls."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.errors import StoreError, UnknownCircuitError
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import ELSEWHERE, GROUP, circuit, group

CIRCUIT, _ = circuit("circuit")


def _state(arm: Arm) -> object:
    return arm.properties(CIRCUIT)["serviceProviderProvisioningState"]


def test_a_circuit_is_found_by_name_or_id(arm: Arm) -> None:
    """Case does not matter."""
    arm.put(*group())
    arm.put(*circuit("circuit"))

    control.deprovision(arm.directory, "CIRCUIT")
    assert _state(arm) == "NotProvisioned"
    control.provision(arm.directory, CIRCUIT.upper())
    assert _state(arm) == "Provisioned"


def test_an_unknown_circuit_is_said_with_those_that_are_known(arm: Arm) -> None:
    """There may be none."""
    with pytest.raises(
        UnknownCircuitError, match="no ExpressRoute circuit 'x'; known circuits: none"
    ):
        control.provision(arm.directory, "x")
    arm.put(*group())
    arm.put(*circuit("circuit"))

    with pytest.raises(UnknownCircuitError) as caught:
        control.deprovision(arm.directory, "x")

    assert caught.value.message == f"no ExpressRoute circuit 'x'; known circuits: {CIRCUIT}"


def test_a_name_that_two_circuits_have_is_refused(arm: Arm) -> None:
    """The ids say which ones; an id is unambiguous."""
    arm.put(*group())
    arm.put(*circuit("circuit"))
    arm.put(*group(f"{ELSEWHERE}/resourceGroups/rg"))
    other = f"{ELSEWHERE}/resourceGroups/rg/providers/Microsoft.Network"
    arm.put(*circuit("circuit", under=other))

    with pytest.raises(UnknownCircuitError, match="2 ExpressRoute circuits are named 'circuit'"):
        control.provision(arm.directory, "circuit")

    control.provision(arm.directory, CIRCUIT)


def test_provisioning_by_hand_lasts(arm: Arm) -> None:
    """It holds for circuits made later, in any process, until it is switched off."""
    arm.put(*group())
    control.provision_by_hand(arm.directory, by_hand=True)
    arm.put(*circuit("circuit"))
    assert _state(arm) == "NotProvisioned"

    control.provision_by_hand(arm.directory, by_hand=False)
    second, body = circuit("second")
    arm.put(second, body)

    assert _state(arm) == "NotProvisioned"
    assert arm.properties(second)["serviceProviderProvisioningState"] == "Provisioned"


def test_resources_are_listed_with_their_state(arm: Arm) -> None:
    """Id, type, provisioning state, in order of their ids."""
    arm.put(*group())
    arm.put(*circuit("circuit"))

    assert control.resources(arm.directory) == [
        (GROUP, "Microsoft.Resources/resourceGroups", "Succeeded"),
        (CIRCUIT, "Microsoft.Network/expressRouteCircuits", "Succeeded"),
    ]


def test_reset_empties_everything(arm: Arm) -> None:
    """Resources, log, clock and settings; twice is as good as once."""
    arm.put(*group())
    control.set_clock(arm.directory, "100")
    arm.azure.store.close()

    control.reset(arm.directory)
    control.reset(arm.directory)

    assert control.resources(arm.directory) == []
    assert control.read_log(arm.directory) == []
    assert control.read_clock(arm.directory).speed == "instant"


def test_reset_of_what_cannot_be_removed_says_so(tmp_path: Path) -> None:
    """Here a directory is where the store should be."""
    (tmp_path / "azure.sqlite").mkdir()

    with pytest.raises(StoreError, match="cannot be removed"):
        control.reset(tmp_path)
