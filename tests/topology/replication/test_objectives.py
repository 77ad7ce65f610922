"""Objectives of recovery groups: met, missed or unknown, by group."""

from typing import Any

import pytest

from sparehub.topology.config.site_recovery import ObjectivesConfig
from sparehub.topology.replication.objectives import (
    NEVER,
    Objective,
    ObjectiveResult,
    RecoveryGroups,
    Verdict,
    recovery_groups,
)
from tests.configurations import shipped
from tests.replicated_pair import pair_of
from tests.site_recovery_files import protected, recovery


def groups(objectives: dict[str, int], **own: Any) -> RecoveryGroups:
    """Return the groups of the shipped pair: dc1 in group 1, app1 in group 2."""
    files = recovery()
    said = files["sparehub:region"]["siteRecovery"]
    said["objectives"] = objectives
    if own:
        said["recoveryPlan"]["groups"]["2"] = {"objectives": own}
    found = recovery_groups(pair_of(protected(), files))
    assert found
    return found


def test_a_group_has_its_own_objectives_or_those_of_all() -> None:
    """Its own replace all of the others."""
    found = groups({"recoveryPointInMinutes": 15, "testedWithinDays": 90}, testedWithinDays=30)

    assert found == RecoveryGroups(
        machines={"app1": 2, "dc1": 1},
        objectives={
            1: ObjectivesConfig(recoveryPointInMinutes=15, testedWithinDays=90),
            2: ObjectivesConfig(testedWithinDays=30),
        },
    )


def test_without_machines_or_a_region_that_takes_over_there_are_no_groups() -> None:
    assert recovery_groups(pair_of(shipped("primary"), shipped("secondary"))) is None
    assert recovery_groups(pair_of(protected(), shipped("secondary"))) is None


def test_a_group_is_held_to_its_worst_machine() -> None:
    """At the limit it is met; each group that has the objective has a result."""
    found = groups({"recoveryPointInMinutes": 15})

    results = found.of_machines(Objective.POINT, {"dc1": 15 * 60, "app1": 15 * 60 + 6})

    assert results == (
        ObjectiveResult(
            group=1, objective=Objective.POINT, limit=15, value=15.0, verdict=Verdict.MET
        ),
        ObjectiveResult(
            group=2,
            objective=Objective.POINT,
            limit=15,
            value=15.1,
            verdict=Verdict.MISSED,
            machines=("app1",),
        ),
    )


@pytest.mark.parametrize(
    ("seconds", "verdict", "value", "named"),
    [
        ({"a": 60.0, "b": 60.0}, Verdict.MET, 1.0, ()),
        ({"a": 60.0, "b": None}, Verdict.UNKNOWN, 1.0, ("b",)),
        ({}, Verdict.UNKNOWN, None, ("a", "b")),
        ({"a": 3000.0, "b": None}, Verdict.MISSED, 50.0, ("a",)),
        ({"a": NEVER, "b": 60.0}, Verdict.MISSED, None, ("a",)),
    ],
    ids=["met", "one unknown", "all unknown", "missed although one is unknown", "never"],
)
def test_a_machine_of_which_nothing_is_known_meets_nothing(
    seconds: dict[str, float | None], verdict: Verdict, value: float | None, named: tuple[str, ...]
) -> None:
    found = RecoveryGroups(
        machines={"a": 1, "b": 1}, objectives={1: ObjectivesConfig(recoveryPointInMinutes=15)}
    )

    (result,) = found.of_machines(Objective.POINT, seconds)

    assert (result.verdict, result.value, result.machines) == (verdict, value, named)


def test_an_objective_that_nobody_wrote_has_no_result() -> None:
    found = groups({"recoveryPointInMinutes": 15})

    assert found.of_machines(Objective.TESTED, {"dc1": NEVER, "app1": NEVER}) == ()
    assert found.of_groups(Objective.TIME, {1: 9e9, 2: 9e9}) == ()


def test_each_result_is_a_line() -> None:
    found = groups(
        {"recoveryPointInMinutes": 15, "recoveryTimeInMinutes": 60, "testedWithinDays": 90}
    )

    lines = [
        result.text
        for result in (
            *found.of_machines(Objective.POINT, {"dc1": 1200.0}),
            *found.of_groups(Objective.TIME, {1: 420.0, 2: None}),
            *found.of_machines(Objective.TESTED, {"dc1": 86400.0, "app1": NEVER}),
        )
    ]

    assert lines == [
        "group 1: newest recovery point 20 min old, objective 15 min: missed (dc1)",
        "group 2: newest recovery point not known, objective 15 min: unknown (app1)",
        "group 1: recovery time 7 min, objective 60 min: met",
        "group 2: recovery time not known, objective 60 min: unknown",
        "group 1: last test 1 days ago, objective 90 days: met",
        "group 2: last test never, objective 90 days: missed (app1)",
    ]


def test_a_result_has_a_document() -> None:
    (result,) = groups({}, testedWithinDays=30).of_machines(Objective.TESTED, {"app1": NEVER})

    assert result.document() == {
        "group": 2,
        "objective": "testedWithinDays",
        "limit": 30,
        "value": None,
        "verdict": "missed",
        "machines": ["app1"],
    }
