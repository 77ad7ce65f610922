"""Questions about replicated machines before a failover, asked of a vault on the local Azure."""

from dataclasses import replace
from typing import Any, cast

import pytest

from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.machines.replication.replicate import Replicator
from sparehub.failover.machines.vault_session import VaultSession
from sparehub.failover.preflight import machines
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication import requests
from tests.replicated_pair import ReplicatedPair, pair_of
from tests.site_recovery_files import protected, recovery

ASKED = (
    machines.machines_are_ready,
    machines.machines_arrive_where_files_say,
    machines.sources_are_not_locked,
    machines.objectives_are_met,
)
FAILOVER = PlanKind.FAILOVER


@pytest.fixture
def ready(estate: ReplicatedPair) -> ReplicatedPair:
    """Return the pair once its machines are Protected and as the files want them."""
    Replicator(
        vault=estate.vault,
        replication=estate.away,
        record=estate.record,
        wait=estate.wait,
        expected=1800,
    ).run()
    return estate


def situation(estate: ReplicatedPair, kind: PlanKind = PlanKind.FAILOVER) -> PreflightContext:
    opened = VaultSession(
        session=cast("Any", None), vault=estate.vault, away=estate.away, back=estate.back
    )
    return PreflightContext(
        plan=plan(estate.pair["primary"], estate.pair["secondary"], kind, Mode.PLANNED),
        pair=estate.pair,
        states={},
        journal_state=JournalState(),
        stacks=cast("Any", None),
        azure=estate.azure,
        machines=opened,
    )


def objections(
    estate: ReplicatedPair, kind: PlanKind = PlanKind.FAILOVER
) -> list[tuple[str, Refuses]]:
    asked = situation(estate, kind)
    found: list[Objection] = [each for ask in ASKED for each in ask(asked)]
    return [(each.text, each.refuses) for each in found]


def test_machines_that_are_ready_raise_no_objection(ready: ReplicatedPair) -> None:
    assert objections(ready) == []


def test_a_machine_that_is_not_replicated_refuses_a_planned_failover(
    estate: ReplicatedPair,
) -> None:
    """An unplanned one names it, and moves the others."""
    assert objections(estate) == [
        ("app1 is not replicated: `sparehub replicate`", Refuses.PLANNED),
        ("dc1 is not replicated: `sparehub replicate`", Refuses.PLANNED),
    ]


def test_a_test_that_is_not_cleaned_up_refuses_every_failover(ready: ReplicatedPair) -> None:
    """Azure begins none (SR-43)."""
    app1 = ready.away.machine("app1")
    item = next(each for each in ready.vault.contents().items if each.machine == "app1")
    ready.arm.put(str(app1.test_network.group), {"location": "southeastasia"})
    ready.arm.put(
        str(app1.test_network),
        {
            "location": "southeastasia",
            "properties": {
                "addressSpace": {"addressPrefixes": ["10.2.0.0/24"]},
                "subnets": [{"name": "app", "properties": {"addressPrefix": "10.2.0.0/24"}}],
            },
        },
    )
    job = ready.vault.test_failover(item.id, requests.test_failover(app1.test_network))
    ready.wait.until_done(job, "test")

    found = objections(ready)

    assert found == [
        ("a test failover of app1 waits for its clean-up, so no failover begins", Refuses.EVERY)
    ]


def test_uncommitted_machines_refuse_the_way_back(ready: ReplicatedPair) -> None:
    job = ready.vault.fail_over_plan(ready.away.plan, requests.plan_failover(shutdown=False))
    resumed = ready.vault.resume_job(job, "done")
    ready.wait.until_ended(resumed, "manual action")
    ready.wait.until_ended(job, "failover")

    found = objections(ready, PlanKind.FAILBACK)

    assert found[0] == ("the failover of app1, dc1 is not committed", Refuses.EVERY)


def test_an_address_that_is_taken_is_found(ready: ReplicatedPair) -> None:
    app1 = ready.away.machine("app1")
    subnet = f"{app1.network}/subnets/app"
    properties = {
        "subnet": {"id": subnet},
        "privateIPAllocationMethod": "Static",
        "privateIPAddress": "10.2.0.10",
    }
    ready.arm.put(
        f"{app1.arrives.group}/providers/Microsoft.Network/networkInterfaces/other",
        {
            "location": "southeastasia",
            "properties": {"ipConfigurations": [{"name": "a", "properties": properties}]},
        },
    )

    assert objections(ready) == [
        (
            "10.2.0.10 of app1 is taken in vnet-spoke2-southeastasia: the machine would not arrive",
            Refuses.PLANNED,
        )
    ]


def test_a_vault_that_does_not_answer_refuses_every_failover_of_machines(
    ready: ReplicatedPair,
) -> None:
    """The network alone can be switched on request."""
    control.add_fault(ready.directory, FaultRequest("region-down", region="southeastasia"))

    (objection,) = machines.machines_are_ready(situation(ready))

    assert objection.refuses is Refuses.EVERY
    assert objection.hint == "--network-only switches the network alone"


def test_an_old_recovery_point_is_said_and_refuses_nothing(ready: ReplicatedPair) -> None:
    """The objective of the file is 15 minutes."""
    control.add_fault(ready.directory, FaultRequest("replication-behind", region="eastasia"))
    control.advance_clock(ready.directory, 3600)

    found = list(machines.objectives_are_met(situation(ready)))

    assert [each.refuses for each in found] == [Refuses.NONE, Refuses.NONE]
    assert [each.text.partition("point ")[0] for each in found] == [
        "group 1: newest recovery ",
        "group 2: newest recovery ",
    ]
    assert all("objective 15 min: missed" in each.text for each in found)


def with_objectives(estate: ReplicatedPair, **objectives: int) -> PreflightContext:
    files = recovery()
    files["sparehub:region"]["siteRecovery"]["objectives"] = objectives
    asked = situation(estate)
    pair = pair_of(protected(), files)
    return replace(asked, pair=pair, plan=plan(pair["primary"], pair["secondary"], FAILOVER))


def test_a_machine_that_was_never_tested_is_said(ready: ReplicatedPair) -> None:
    """A test failover in the vault, or a drill in the journal, is a test."""
    asked = with_objectives(ready, testedWithinDays=90)
    at = ready.vault.contents().at.isoformat()

    never = list(machines.objectives_are_met(asked))
    drilled = replace(asked, journal_state=JournalState(tested={"app1": at, "dc1": at}))

    assert [(each.text, each.refuses) for each in never] == [
        ("group 1: last test never, objective 90 days: missed (dc1)", Refuses.NONE),
        ("group 2: last test never, objective 90 days: missed (app1)", Refuses.NONE),
    ]
    assert list(machines.objectives_are_met(drilled)) == []


def test_a_plan_that_takes_longer_than_the_objective_is_said(ready: ReplicatedPair) -> None:
    """The vault need not answer for it."""
    asked = with_objectives(ready, recoveryTimeInMinutes=1)
    control.add_fault(ready.directory, FaultRequest("region-down", region="southeastasia"))

    found = list(machines.objectives_are_met(asked))

    assert [(each.text, each.refuses) for each in found] == [
        (result.text, Refuses.NONE) for result in asked.plan.objectives
    ]
    assert len(found) == 2
    assert (
        list(machines.objectives_are_met(with_objectives(ready, recoveryTimeInMinutes=600))) == []
    )


def test_a_plan_without_machines_asks_no_vault(estate: ReplicatedPair) -> None:
    asked = situation(estate)
    alone = PreflightContext(
        plan=asked.plan,
        pair=asked.pair,
        states={},
        journal_state=JournalState(),
        stacks=cast("Any", None),
        azure=estate.azure,
    )

    assert [each for ask in ASKED for each in ask(alone)] == []
