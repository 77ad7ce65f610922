"""``network: runbook``: replicate arms the recovery plan, and a failover by Sparehub disarms it."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.failover.machines.replication.replicate_command import replicate
from sparehub.failover.machines.standing_machines import standing_machines
from sparehub.failover.session import open_session
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.topology.errors import HalfwayError, PreflightError
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication.plan_actions import MANUAL_ACTION, RUNBOOK_ACTION
from tests.failover.machines.commands import (
    Operates,
    commits,
    ends,
    loses,
    prepares,
    replicates,
)
from tests.failover.machines.machine_world import MachineWorld, machine_world

RUNBOOK = {"network": "runbook", "automation": {}}
OVER, BACK = Operates(PlanKind.FAILOVER), Operates(PlanKind.FAILBACK)
LOST = Operates(PlanKind.FAILOVER, Mode.UNPLANNED)
OF_FILE = "group-1-after-1"


@pytest.fixture
def world(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> MachineWorld:
    """Return a world whose machines are not replicated yet, with an Automation account."""
    return machine_world(tmp_path, monkeypatch, recovery=RUNBOOK)


def actions(world: MachineWorld, *, back: bool = False) -> dict[str, dict[str, Any]]:
    """Return the actions of the recovery plan of a direction, by name; empty without a plan."""
    pair = world.pair
    plan = pair.vault.plan((pair.back if back else pair.away).plan)
    groups = plan["properties"]["groups"] if plan else ()
    return {
        action["actionName"]: action
        for group in groups
        for side in ("startGroupActions", "endGroupActions")
        for action in group.get(side) or ()
    }


def text_of(world: MachineWorld, name: str) -> str:
    account = world.pair.away.automation
    assert account
    answer = world.pair.azure.read_text(f"{account.child('runbooks', name)}/content")
    return str(answer.body.get("text") or "")


def writes(world: MachineWorld) -> int:
    return len(control.read_log(world.store))


def test_replicate_publishes_both_runbooks_and_arms_the_plan(world: MachineWorld) -> None:
    """Never in a test failover (SR-62); the person's step lists what has to hold."""
    replicates(world)

    found = actions(world)
    assert list(found) == [RUNBOOK_ACTION, MANUAL_ACTION, OF_FILE]
    runbook = found[RUNBOOK_ACTION]
    assert runbook["failoverTypes"] == ["UnplannedFailover"]
    assert runbook["customDetails"]["runbookId"] == str(world.pair.away.start_runbook)
    assert runbook["customDetails"]["fabricLocation"] == "Recovery"
    assert found[MANUAL_ACTION]["failoverTypes"] == ["UnplannedFailover"]
    assert "(1) primary has no connection" in found[MANUAL_ACTION]["customDetails"]["description"]
    assert "$plan = 'sparehub'" in text_of(world, "sparehub-start-switch")
    assert text_of(world, "sparehub-switch-network").startswith('"""')
    assert text_of(world, "sparehub-start-switch-back") == ""


def test_a_second_replicate_writes_nothing(world: MachineWorld) -> None:
    """Texts are compared by their digests."""
    replicates(world)
    before = writes(world)

    replicates(world)

    assert writes(world) == before


def test_a_text_that_somebody_edited_is_shown_and_published_again(
    world: MachineWorld, capsys: pytest.CaptureFixture[str]
) -> None:
    """By the digests; a preview writes nothing."""
    replicates(world)
    pair = world.pair
    runbook = pair.away.start_runbook
    pair.azure.write_text(f"{runbook}/draft/content", "edited")
    pair.azure.act(f"{runbook}/publish")
    capsys.readouterr()
    before = writes(world)

    replicate(world.directory, Output(), preview=True, yes=False)
    shown = capsys.readouterr().out
    after = writes(world)
    replicates(world)

    assert "to be published: sparehub-start-switch: " in shown
    assert "sparehub-switch-network" not in shown
    assert after == before
    assert "$plan = 'sparehub'" in text_of(world, "sparehub-start-switch")


@pytest.mark.parametrize("operates", [OVER, LOST])
def test_a_failover_by_sparehub_first_disarms_the_plan(
    world: MachineWorld, operates: Operates
) -> None:
    """Also an unplanned one of a lost region: its machines arrive, and no runbook was started."""
    replicates(world)
    if operates is LOST:
        loses(world)

    operates(world)

    assert list(actions(world)) == [OF_FILE]
    assert world.running()["secondary"] == ["app1", "dc1"]
    log = control.read_log(world.store)
    assert not [line for line in log if "/jobs/" in line.path]


def test_the_network_alone_disarms_the_plan_too(world: MachineWorld) -> None:
    """`replicate` then arms it again."""
    replicates(world)

    Operates(PlanKind.FAILOVER, network_only=True)(world)

    assert list(actions(world)) == [OF_FILE]


def test_a_reprotection_arms_the_way_back(world: MachineWorld) -> None:
    """By a runbook of its own; the plan of the other direction is gone (SR-54)."""
    replicates(world)
    for command in (OVER, commits, prepares(PlanKind.FAILBACK)):
        command(world)

    found = actions(world, back=True)
    assert actions(world) == {}
    assert found[RUNBOOK_ACTION]["customDetails"]["runbookId"] == str(world.pair.back.start_runbook)
    assert "$plan = 'sparehub-back'" in text_of(world, "sparehub-start-switch-back")

    BACK(world)
    assert list(actions(world, back=True)) == [OF_FILE]


def test_the_end_of_a_replication_leaves_the_plan_armed(world: MachineWorld) -> None:
    """Of the machines that are left."""
    replicates(world)

    ends(world, "app1")

    assert list(actions(world)) == [RUNBOOK_ACTION, MANUAL_ACTION, OF_FILE]


def test_an_account_that_is_not_there_is_refused(world: MachineWorld) -> None:
    """Nothing is replicated; the stack makes it."""
    account = world.pair.away.automation
    world.pair.arm.send("DELETE", str(account))
    before = writes(world)

    with pytest.raises(PreflightError, match="is not in rg-sparehub-automation"):
        replicates(world)

    assert writes(world) == before


def test_a_plan_that_runs_in_the_portal_is_refused(world: MachineWorld) -> None:
    """It switches the network itself: what it has done is taken over afterwards."""
    replicates(world)
    starts_in_the_portal(world)

    with pytest.raises(PreflightError, match=r"runs .*`sparehub resume --adopt`"):
        OVER(world)
    with pytest.raises(HalfwayError, match=r"stopped in disarm-recovery-plan: .*`sparehub resume"):
        Operates(PlanKind.FAILOVER, network_only=True)(world)


def test_machines_that_the_portal_has_failed_over_are_adopted(world: MachineWorld) -> None:
    """They are not Sparehub's: it would have disarmed the plan."""
    replicates(world)
    job, pair = starts_in_the_portal(world), world.pair
    for _ in (MANUAL_ACTION, OF_FILE):
        pair.azure.wait(3600)
        pair.vault.resume_job(job, "done")
    pair.azure.wait(3600)

    with pytest.raises(PreflightError, match=r"started in the portal.*`sparehub resume --adopt`"):
        OVER(world)


def starts_in_the_portal(world: MachineWorld) -> str:
    """Start the recovery plan as the portal does; return its job."""
    pair = world.pair
    body = {
        "properties": {
            "failoverDirection": "PrimaryToRecovery",
            "sourceSiteOperations": "NotRequired",
            "providerSpecificDetails": [{"instanceType": "A2A"}],
        }
    }
    return pair.vault.fail_over_plan(pair.away.plan, body)


def asked(world: MachineWorld) -> list[str]:
    """Return what `status` says of the runbooks."""
    with open_session(world.directory, Output()) as session:
        found = standing_machines(session)
    assert found
    return [line for line in found.lines() if line.startswith("problem: ")]


def test_status_says_that_what_is_published_is_not_that_of_the_files(world: MachineWorld) -> None:
    """And nothing before the first `replicate`, and after a failover: nothing can be started."""
    assert asked(world) == []

    replicates(world)
    assert asked(world) == []

    pair = world.pair
    runbook = pair.away.start_runbook
    pair.azure.write_text(f"{runbook}/draft/content", "edited")
    pair.azure.act(f"{runbook}/publish")
    (line,) = asked(world)
    assert line.startswith(
        "problem: the runbook that switches the network is not that of the files: "
        "sparehub-start-switch: 1fb9f4097256, wanted "
    )
    assert line.endswith("; `sparehub replicate` publishes it")

    OVER(world)
    assert asked(world) == []
