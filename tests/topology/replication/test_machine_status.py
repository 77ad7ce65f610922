"""How each machine of the files stands: state, place, point, test, what it waits for."""

from typing import Any

from sparehub.topology.config.site_recovery import ObjectivesConfig
from sparehub.topology.replication.direction import replication
from sparehub.topology.replication.machine_status import (
    NOT_REPLICATED,
    MachineStatus,
    StandingMachines,
    machine_objectives,
    machine_statuses,
)
from sparehub.topology.replication.objectives import RecoveryGroups, Verdict
from tests.replicated_pair import SUBSCRIPTION, pair_of
from tests.site_recovery_files import protected, recovery
from tests.topology.replication.items import item

_FOUND = replication(pair_of(protected(), recovery()), "primary", SUBSCRIPTION)
assert _FOUND
AWAY = _FOUND
CALCULATED = {"rpoInSeconds": 120, "lastRpoCalculatedTime": "-60"}
"""Calculated a minute ago."""


def since(moment: str) -> float:
    """Return the seconds since a moment that a test writes as minus these seconds."""
    return -float(moment)


def statuses(tests: dict[str, str] | None = None, **changes: Any) -> tuple[MachineStatus, ...]:
    """Return the statuses of app1, which has no item, and of dc1, which has."""
    return machine_statuses(AWAY, [item(AWAY, "dc1", **changes)], since, tests)


def test_a_point_is_as_old_as_calculated_and_the_time_since() -> None:
    app1, dc1 = statuses(details=CALCULATED)

    assert app1 == MachineStatus(name="app1", group=2, state=NOT_REPLICATED)
    assert dc1 == MachineStatus(
        name="dc1",
        group=1,
        state="Protected",
        health="Normal",
        location="eastasia",
        point_age=180.0,
    )
    assert [app1.text, dc1.text] == [
        "app1 (group 2): not replicated: `sparehub replicate`",
        "dc1 (group 1): Protected in eastasia, health Normal; the last 3.0 min would be lost now",
    ]


def test_after_a_failover_no_point_counts_until_re_protection() -> None:
    """The machine runs in the other region, and nothing is replicated."""
    _, dc1 = statuses(
        details=CALCULATED,
        state="UnplannedFailoverCommitPendingStatesBegin",
        activeLocation="Recovery",
        allowedOperations=["Commit"],
    )

    assert (dc1.location, dc1.point_age, dc1.awaits_commit) == ("southeastasia", None, True)
    assert dc1.text.endswith(
        "no recovery point is shown; its failover is not committed (`sparehub commit`)"
    )


def test_a_machine_that_was_re_protected_runs_where_it_is_replicated_from() -> None:
    back = replication(pair_of(protected(), recovery()), "secondary", SUBSCRIPTION)
    assert back
    reversed_ = item(back, "dc1", details=CALCULATED)
    again = item(back, "dc1", details=CALCULATED, activeLocation="Recovery")

    assert [machine_statuses(AWAY, [each], since)[1].location for each in (reversed_, again)] == [
        "southeastasia",
        "eastasia",
    ]


def test_a_test_that_waits_for_its_clean_up_is_said() -> None:
    _, dc1 = statuses(
        testFailoverState="WaitingForCompletion", healthErrors=[{"errorMessage": "agent silent"}]
    )

    assert dc1.awaits_cleanup
    assert dc1.text.endswith(
        "a test failover waits for its clean-up (`sparehub drill stop`); agent silent"
    )


def test_the_last_test_is_the_vault_s_or_a_drill_s_whichever_is_later() -> None:
    """A clock that is ahead makes it no younger than now."""
    tested = {"lastSuccessfulTestFailoverTime": "-500"}

    ages = [
        [each.since_test for each in statuses(tests, **vault)]
        for tests, vault in (
            ({}, {}),
            ({}, tested),
            ({"dc1": "-300"}, tested),
            ({"dc1": "-900", "app1": "5"}, tested),
        )
    ]

    assert ages == [[None, None], [None, 500.0], [None, 300.0], [0.0, 500.0]]


def test_statuses_are_held_to_the_objectives() -> None:
    """What was never tested misses it; a point that is not shown is unknown."""
    groups = RecoveryGroups(
        machines={"app1": 2, "dc1": 1},
        objectives=dict.fromkeys(
            (1, 2), ObjectivesConfig(recoveryPointInMinutes=5, testedWithinDays=1)
        ),
    )

    found = machine_objectives(groups, statuses({"dc1": "-60"}, details=CALCULATED))

    assert [(each.group, each.objective, each.verdict) for each in found] == [
        (1, "recoveryPointInMinutes", Verdict.MET),
        (2, "recoveryPointInMinutes", Verdict.UNKNOWN),
        (1, "testedWithinDays", Verdict.MET),
        (2, "testedWithinDays", Verdict.MISSED),
    ]


def test_a_status_has_a_document_and_a_vault_that_is_silent_a_line() -> None:
    _, dc1 = statuses(details=CALCULATED)

    assert dc1.document() == {
        "name": "dc1",
        "group": 1,
        "state": "Protected",
        "health": "Normal",
        "errors": [],
        "location": "eastasia",
        "recoveryPointAgeInSeconds": 180.0,
        "lastTestAgeInSeconds": None,
        "awaitsCleanup": False,
        "awaitsCommit": False,
    }
    assert [*StandingMachines(statuses=(dc1,)).lines()] == [f"machine: {dc1.text}"]
    assert [*StandingMachines(problem="no answer").lines()] == ["machines: not known: no answer"]
