"""``check --live`` on the real engine: everything a planned failover would be refused for."""

import json
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission
from tests.engine.invariants import journals
from tests.engine.operator import Operator, copied

GROUP = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/rg-sparehub-southeastasia"
)
NETWORK = f"{GROUP}/providers/Microsoft.Network"
HUB = f"{NETWORK}/virtualNetworks/vnet-hub-southeastasia"
VM = f"{GROUP}/providers/Microsoft.Compute/virtualMachines/nva"
HERE = {"location": "southeastasia"}


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


def checked(operator: Operator, code: int) -> dict[str, Any]:
    done = operator.sparehub("check", "--live", "--json")
    assert done.returncode == code, done.stdout + done.stderr
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def appliance(operator: Operator) -> None:
    """Make the machine that has the address of the secondary's next hop."""
    address = {"privateIPAllocationMethod": "Static", "privateIPAddress": "10.10.10.10"}
    where = {"name": "default", "properties": {"subnet": {"id": f"{HUB}/subnets/nva"}, **address}}
    nic = f"{NETWORK}/networkInterfaces/nva"
    properties = {"enableIPForwarding": True, "ipConfigurations": [where]}
    attached = {"networkProfile": {"networkInterfaces": [{"id": nic}]}}
    for path, body in ((nic, properties), (VM, attached)):
        assert operator.engine.arm("PUT", path, {**HERE, "properties": body}).status == 201


def test_a_pair_is_ready_until_something_is_in_the_way(operator: Operator) -> None:
    """An NVA that is off, a lock, a missing right: each is named, and refuses the failover, too."""
    engine = operator.engine
    appliance(operator)
    ready = checked(operator, 0)
    assert (ready["ready"], ready["direction"], ready["errors"]) == (True, "failover", 0)
    assert [each["question"] for each in ready["findings"]] == ["the last drill is recent"]
    confirmed = operator.confirmed("failover")
    log, state = control.read_log(engine.store), list(journals(engine.rehearsal.home.path))

    engine.arm("POST", f"{VM}/deallocate")
    lock = {"properties": {"level": "CanNotDelete"}}
    primary = GROUP.replace("southeastasia", "eastasia")
    engine.arm("PUT", f"{primary}/providers/Microsoft.Authorization/locks/keep", lock)
    control.permit(engine.store, [Permission(not_actions=("Microsoft.Network/connections/write",))])

    found = checked(operator, 3)
    errors = {each["question"]: each for each in found["findings"] if each["severity"] == "error"}
    assert [*errors] == ["the NVA forwards", "nothing forbids the writes"]
    assert (
        "every spoke of secondary is cut at 10.10.10.10: nva does not run"
        in (errors["the NVA forwards"]["message"])
    )
    said = " ".join(each["message"] for each in found["findings"])
    assert "the lock 'keep' (CanNotDelete) at" in said
    assert "the login may not create con-southeastasia-singapore" in said
    assert found["errors"] == 3

    refused = operator.sparehub(*confirmed)
    assert refused.returncode == 3, refused.stderr
    assert "every spoke of secondary is cut at 10.10.10.10" in refused.stderr
    written = [each for each in control.read_log(engine.store) if each not in log]
    assert [each.path.rpartition("/")[2] for each in written] == ["deallocate"]
    assert list(journals(engine.rehearsal.home.path)) == state
