"""Machines and network fail over together, on the real engine."""

from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.errors import ExitCode
from tests.engine.conftest import Engine
from tests.engine.machines import (
    CONFIRMED,
    deploy,
    describe,
    everywhere,
    moves,
    running,
    succeed,
)
from tests.engine.operator import Operator, copied, hold
from tests.machine_log import failovers

EAST, SOUTHEAST = "eastasia", "southeastasia"
PREPARE = ("--prepare", "--yes", CONFIRMED)


@pytest.fixture
def operator(replicated: Path, tmp_path: Path) -> Operator:
    return Operator(copied(replicated, tmp_path / "home"))


def fault(operator: Operator, kind: str, region: str = "") -> None:
    control.add_fault(operator.engine.store, FaultRequest(kind, region=region))


def clear(operator: Operator) -> None:
    control.clear_faults(operator.engine.store)


def there_and_back(operator: Operator) -> None:
    """Fail over and back, re-protected in between; what runs where is read after each."""
    succeed(operator, *moves(operator, "failover"))
    assert running(operator.engine) == everywhere(SOUTHEAST)
    hold(operator, "secondary")
    succeed(operator, "commit", "--yes")
    succeed(operator, "failback", *PREPARE)
    succeed(operator, *moves(operator, "failback"))
    assert running(operator.engine) == everywhere(EAST)
    hold(operator, "primary")


def test_machines_and_network_go_there_and_back(operator: Operator) -> None:
    """Each way by one failover of the recovery plan; only one copy of a machine runs."""
    there_and_back(operator)
    assert failovers(operator.engine.store) == {"sparehub": 1, "sparehub-back": 1}


@pytest.mark.long
def test_there_and_back_twice(operator: Operator) -> None:
    there_and_back(operator)
    succeed(operator, "commit", "--yes")
    succeed(operator, "failover", *PREPARE)
    there_and_back(operator)
    assert failovers(operator.engine.store) == {"sparehub": 2, "sparehub-back": 2}


@pytest.mark.long
def test_a_lost_region_returns_with_running_machines(operator: Operator) -> None:
    """Nothing is re-protected before it is back and finished; then the way home is open."""
    fault(operator, "region-down", EAST)
    said = succeed(operator, *moves(operator, "failover", "--unplanned"), code=ExitCode.OPEN_ITEMS)
    assert "are lost" in said
    (item,) = operator.status()["debts"]
    succeed(operator, "commit", "--yes", code=ExitCode.OPEN_ITEMS)
    refused = succeed(operator, "failback", *PREPARE, code=ExitCode.INTERLOCK)
    assert "`sparehub finish-fence` first" in refused
    refused = succeed(operator, "finish-fence", "--yes", code=ExitCode.UNREACHABLE)
    assert "does not answer yet; nothing was changed" in refused

    clear(operator)
    assert running(operator.engine) == everywhere(EAST, SOUTHEAST)
    states = [each["powerState"] for each in operator.status()["sourceMachines"]]
    assert (item["stack"], states) == ("primary", ["running", "running"])
    succeed(operator, "finish-fence", "--yes")
    assert running(operator.engine) == everywhere(SOUTHEAST)
    hold(operator, "secondary")
    succeed(operator, "failback", *PREPARE)
    succeed(operator, *moves(operator, "failback"))
    assert running(operator.engine) == everywhere(EAST)
    hold(operator, "primary")


@pytest.mark.long
def test_nothing_is_re_protected_while_the_region_is_down(operator: Operator) -> None:
    """Also where no item is open: after a planned failover."""
    succeed(operator, *moves(operator, "failover"))
    succeed(operator, "commit", "--yes")
    fault(operator, "region-down", EAST)
    before = operator.engine.rehearsal.log()
    refused = succeed(operator, "failback", *PREPARE, code=ExitCode.UNREACHABLE)
    assert "machines cannot be replicated to it before it does (SR-79)" in refused
    assert operator.engine.rehearsal.log() == before


@pytest.mark.long
def test_a_second_disaster_takes_a_vault_in_the_same_region_with_it(operator: Operator) -> None:
    """That is said beforehand; the network alone still goes back."""
    assert "if that region is lost" in succeed(operator, "status")
    succeed(operator, *moves(operator, "failover"))
    succeed(operator, "commit", "--yes")
    succeed(operator, "failback", *PREPARE)
    fault(operator, "region-down", SOUTHEAST)
    refused = succeed(operator, *moves(operator, "failback", "--unplanned"), code=ExitCode.REFUSED)
    assert "no machine can be failed over" in refused
    assert "--network-only switches the network alone" in refused
    assert failovers(operator.engine.store) == {"sparehub": 1}
    succeed(operator, *moves(operator, "failback", "--unplanned", "--network-only"))
    assert failovers(operator.engine.store) == {"sparehub": 1}


@pytest.mark.long
def test_a_vault_in_a_third_region_outlives_a_second_disaster(tmp_path: Path) -> None:
    engine = Engine(tmp_path / "home", ("primary", "secondary"))
    describe(engine, "japaneast")
    deploy(engine)
    operator = Operator(engine)
    succeed(operator, *moves(operator, "failover"))
    succeed(operator, "commit", "--yes")
    succeed(operator, "failback", *PREPARE)
    fault(operator, "region-down", SOUTHEAST)
    succeed(operator, *moves(operator, "failback", "--unplanned"), code=ExitCode.OPEN_ITEMS)
    assert failovers(engine.store) == {"sparehub": 1, "sparehub-back": 1}
    clear(operator)
    succeed(operator, "finish-fence", "--yes")
    assert running(engine) == everywhere(EAST)
    hold(operator, "primary")


@pytest.mark.long
def test_a_machine_that_is_not_replicated_stops_a_planned_operation_alone(
    operator: Operator,
) -> None:
    """An unplanned one names it, and moves the others."""
    succeed(operator, "replicate", "--off", "dc1", "--yes")
    refused = succeed(operator, *moves(operator, "failover"), code=ExitCode.REFUSED)
    assert "dc1 is not replicated: `sparehub replicate`" in refused
    assert failovers(operator.engine.store) == {}

    said = succeed(operator, *moves(operator, "failover", "--unplanned"), code=ExitCode.OPEN_ITEMS)
    assert "not failed over: dc1 (not replicated)" in said
    assert running(operator.engine) == {"app1": [EAST, SOUTHEAST], "dc1": [EAST]}


@pytest.mark.long
@pytest.mark.parametrize("kind", ["address-taken", "capacity"])
def test_machines_that_do_not_arrive_are_tried_again(operator: Operator, kind: str) -> None:
    """They run on where they are meanwhile; `resume` fails each over, and no plan again."""
    fault(operator, kind, SOUTHEAST)
    halted = succeed(operator, *moves(operator, "failover"), code=ExitCode.HALFWAY)
    assert "did not arrive: app1, dc1" in halted
    clear(operator)
    succeed(operator, "resume", "--yes")
    assert running(operator.engine) == everywhere(SOUTHEAST)
    assert failovers(operator.engine.store)["sparehub"] == 1
    hold(operator, "secondary")


@pytest.mark.long
def test_a_job_that_succeeds_with_an_error_is_said(operator: Operator) -> None:
    fault(operator, "succeeded-with-error", SOUTHEAST)
    said = succeed(operator, *moves(operator, "failover"))
    assert "warning: recovery plan sparehub:" in said
    assert running(operator.engine) == everywhere(SOUTHEAST)


@pytest.mark.long
def test_the_network_alone_leaves_the_machines_where_they_are(operator: Operator) -> None:
    succeed(operator, *moves(operator, "failover", "--network-only"))
    assert running(operator.engine) == everywhere(EAST)
    assert failovers(operator.engine.store) == {}
    hold(operator, "secondary")


@pytest.mark.long
def test_no_newer_point_stops_a_planned_failover_until_a_loss_is_accepted(
    operator: Operator,
) -> None:
    fault(operator, "replication-behind", EAST)
    halted = succeed(operator, *moves(operator, "failover"), code=ExitCode.HALFWAY)
    assert "no machine was failed over" in halted
    assert failovers(operator.engine.store) == {}
    assert running(operator.engine) == everywhere(EAST)
    succeed(operator, "resume", "--yes", "--accept-loss", "the disk is failing")
    assert running(operator.engine) == everywhere(SOUTHEAST)
    hold(operator, "secondary")
