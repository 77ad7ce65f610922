"""The Python runbook with nothing but the role of its identity: it switches, and writes no more."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.simulator.arm.storage.logs import authorization_log
from sparehub.topology.azure.role_definitions.custom import RUNBOOK
from sparehub.topology.model.circuit_ids import owned_circuit_id
from sparehub.topology.model.recovery.switch_scopes import own_scopes
from sparehub.topology.model.resources import Circuit
from sparehub.topology.planning.plan import PlanKind
from tests.runbook.test_switch_keys import make_nva
from tests.runbook.world import ACCOUNT, SUBSCRIPTION, SwitchWorld, copy_of, served
from tests.topology.planning.runbook.test_switch_data import at_depth

CREATE = "Microsoft.Network/connections/write"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture(params=["gateway", "network"])
def world(request: pytest.FixtureRequest, templates: Path, tmp_path: Path) -> Iterator[SwitchWorld]:
    """Return a pair at a depth, the primary active, served over HTTP."""
    files = at_depth(request.param)
    with served(copy_of(files, PlanKind.FAILOVER, templates, tmp_path / "azure")) as made:
        yield made


NVA = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-nva"
MACHINE = f"{NVA}/providers/Microsoft.Compute/virtualMachines/nva"
BALANCER = f"{NVA}/providers/Microsoft.Network/loadBalancers/lb"


@pytest.mark.parametrize(
    ("identity", "pool"), [(MACHINE, ""), (BALANCER, f"{BALANCER}/backendAddressPools/pool")]
)
def test_its_role_starts_an_nva_of_either_form(tmp_path: Path, identity: str, pool: str) -> None:
    """A machine, and those behind a load balancer, with the role where the stacks assign it."""
    files = at_depth("gateway")
    nva = files["secondary"]["sparehub:region"]["hub"]["nva"]
    nva |= {"id": identity, "standby": "startAtFailover"}
    made = SwitchWorld(tmp_path / "azure", files).deploy()
    made.publish()
    make_nva(made, MACHINE, pool)
    with served(made):
        file = hold_only(made)

        ran = made.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert f"started: {MACHINE}".lower() in ran.stdout.lower()
    checked = authorization_log.read(file)
    assert {each.action for each in checked if not each.permitted} == set()


def hold_only(world: SwitchWorld, *left_out: str) -> Path:
    """Take every right away but the role's, where the stacks assign it; return the log.

    Beside what it writes, these are the circuits of both regions: the target's are joined.
    """
    account_group = ACCOUNT.partition("/providers/")[0]
    joined = [
        str(owned_circuit_id(circuit, SUBSCRIPTION))
        for circuit in world.target.region.circuits
        if isinstance(circuit, Circuit)
    ]
    nva = [str(own_scopes(world.target.region).get("nva") or account_group)]
    permitted = [
        Permission(scope=scope, actions=RUNBOOK.actions, not_actions=left_out)
        for scope in (account_group, *nva, *joined, *world.data.document()["scopes"])
    ]
    control.permit(world.directory, permitted)
    file = world.directory / "authorizations"
    control.log_authorizations(world.directory, file)
    return file


@pytest.mark.parametrize("lost", ["", "eastasia"])
def test_its_role_is_enough(world: SwitchWorld, lost: str) -> None:
    """Also where the source is lost, and is fenced at its circuit; it asks for nothing else."""
    if lost:
        control.add_fault(world.directory, FaultRequest("region-down", region=lost))
    file = hold_only(world)

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    checked = authorization_log.read(file)
    assert CREATE in {each.action for each in checked}
    assert {each.action for each in checked if not each.permitted} == set()
    assert {each.action for each in checked} <= set(RUNBOOK.actions)


def test_without_one_of_its_actions_it_stops_and_names_it(world: SwitchWorld) -> None:
    """As Azure names it."""
    hold_only(world, CREATE)

    ran = world.run()

    assert ran.returncode != 0
    assert CREATE in ran.stdout + ran.stderr
