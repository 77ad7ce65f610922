"""An operation with machines meets what goes wrong in Site Recovery, and is gone on with."""

from pathlib import Path

import pytest

from sparehub.failover import operations
from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.machines import fail_over
from sparehub.failover.steps.verify_step import VerificationError
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication import requests
from tests.failover.machines.commands import Operates, commits, replicates
from tests.failover.machines.machine_world import MachineWorld, machine_world
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.operators import journal_state_of
from tests.machine_log import accepted, failovers

SUBNET = {"name": "app", "properties": {"addressPrefix": "10.2.0.0/24"}}
OVER = Operates(PlanKind.FAILOVER)
LOST = Operates(PlanKind.FAILOVER, Mode.UNPLANNED)


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MachineWorld:
    """Return a world whose two machines are replicated."""
    found = machine_world(tmp_path, monkeypatch)
    replicates(found)
    return found


def fault(world: MachineWorld, kind: str, region: str = "southeastasia") -> None:
    control.add_fault(world.store, FaultRequest(kind, region=region))


def resume(world: MachineWorld, accepted: Accepted = NOTHING, **confirmed: str) -> None:
    names = {name.replace("_", "-"): note for name, note in confirmed.items()}
    operations.resume(world.directory, Output(), yes=True, accepted=accepted, confirmations=names)


def moved(world: MachineWorld) -> dict[str, bool]:
    """Return whether each machine was failed over."""
    return {item.machine: item.is_failed_over for item in world.pair.vault.contents().items}


@pytest.mark.parametrize("kind", ["address-taken", "capacity"])
def test_machines_that_did_not_arrive_are_tried_again(world: MachineWorld, kind: str) -> None:
    """By `resume`, one by one; it halts again while they cannot."""
    fault(world, kind)
    with pytest.raises(HalfwayError, match="did not arrive: app1, dc1"):
        OVER(world)
    with pytest.raises(HalfwayError, match="did not arrive: app1, dc1"):
        resume(world)
    control.clear_faults(world.store)

    resume(world)

    assert moved(world) == {"app1": True, "dc1": True}


def test_machines_that_do_not_arrive_are_given_up_with_a_reason(world: MachineWorld) -> None:
    fault(world, "capacity")
    with pytest.raises(HalfwayError, match="did not arrive"):
        OVER(world)

    resume(world, Accepted(loss="no capacity today"))

    assert moved(world) == {"app1": False, "dc1": False}
    assert OVER.is_done(world)


def test_no_newer_point_halts_until_a_loss_is_accepted(world: MachineWorld) -> None:
    fault(world, "replication-behind", "eastasia")
    for attempt in (OVER, resume):
        with pytest.raises(HalfwayError, match="no machine was failed over"):
            attempt(world)
        assert failovers(world.store) == {}

    resume(world, Accepted(loss="the disk is failing"))

    assert moved(world) == {"app1": True, "dc1": True}


def test_after_a_halt_somebody_says_that_nothing_was_started_again(world: MachineWorld) -> None:
    """What was written since the quiesce would be lost without a word."""
    fault(world, "replication-behind", "eastasia")
    with pytest.raises(HalfwayError, match="no machine was failed over"):
        OVER(world)
    control.clear_faults(world.store)
    with pytest.raises(HalfwayError, match="give --confirm still-quiesced=NOTE"):
        resume(world)
    assert failovers(world.store) == {}

    resume(world, still_quiesced="all stopped")

    assert moved(world) == {"app1": True, "dc1": True}


def test_an_unplanned_failover_switches_the_network_also_without_the_vault(
    world: MachineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The machines are failed over by `resume`, once the vault takes it."""

    def refuse(*_: object) -> str:
        raise VaultError("sparehub", "the service is busy", status=409)

    with monkeypatch.context() as patch:
        patch.setattr(Vault, "fail_over_plan", refuse)
        with pytest.raises(HalfwayError, match="stopped in await-machines") as halted:
            LOST(world)
    assert "activate-secondary" in str(halted.value)
    assert failovers(world.store) == {}

    resume(world)

    assert moved(world) == {"app1": True, "dc1": True}


def test_source_machines_are_open_from_the_fence_on(world: MachineWorld) -> None:
    """`finish-fence` must not lift a fence beside them, also while the operation is halted."""
    fault(world, "capacity")
    world.lose("primary")
    with pytest.raises(HalfwayError, match="did not arrive"):
        LOST(world)

    (item,) = journal_state_of(world).open_items

    names = [ResourceId.of(machine).name for machine in item.machines]
    assert (item.is_connected, names) == (True, ["app1", "dc1"])


def test_a_planned_failover_whose_source_is_lost_is_finished_unplanned(
    world: MachineWorld, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Machines that have moved are kept, and wait for their commit."""

    def refuse(*_: object, **__: object) -> None:
        raise VerificationError("the address is not seen yet")

    with monkeypatch.context() as patch:
        patch.setattr(fail_over, "arrival_problems", refuse)
        with pytest.raises(HalfwayError, match="not seen yet"):
            OVER(world)
    world.lose("primary")

    LOST(world)

    assert moved(world) == {"app1": True, "dc1": True}
    assert set(failovers(world.store).values()) == {1}


def test_a_job_that_succeeds_with_an_error_is_said(
    world: MachineWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    fault(world, "succeeded-with-error")

    OVER(world)

    assert "warning: recovery plan sparehub:" in " ".join(capsys.readouterr().err.split())
    assert moved(world) == {"app1": True, "dc1": True}


@pytest.mark.parametrize("command", [OVER, LOST], ids=["planned", "unplanned"])
def test_a_test_that_was_left_stops_every_failover(world: MachineWorld, command: Operates) -> None:
    vault = world.pair.vault
    item = vault.contents().items[0]
    recovery = world.pair.away.machine(item.machine).network
    network = ResourceId.of(f"{recovery}-test")
    body = {"addressSpace": {"addressPrefixes": ["10.2.0.0/24"]}, "subnets": [SUBNET]}
    world.pair.arm.put(str(network), {"location": "southeastasia", "properties": body})
    vault.test_failover(item.id, requests.test_failover(network))

    with pytest.raises(PreflightError, match="waits for its clean-up"):
        command(world)

    assert failovers(world.store) == {}


def test_a_commit_that_another_run_has_begun_is_waited_for(world: MachineWorld) -> None:
    """It is not asked for again, and the operation is committed only once it has ended."""
    OVER(world)
    control.set_clock(world.store, "1")  # nothing ends by itself while it is looked at
    vault = world.pair.vault
    jobs = [vault.commit(item.id) for item in vault.contents().items]

    with world.injecting(Hooks(after_wait=lambda: control.set_clock(world.store, "instant"))):
        commits(world)

    assert [vault.job(job).goes_on for job in jobs] == [False, False]
    commits_sent = [path for _, path in accepted(world.store, "/failoverCommit")]
    assert len(commits_sent) == 2
