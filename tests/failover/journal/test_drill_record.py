"""What the journal's records of a drill add up to."""

from pathlib import Path
from typing import Any

import pytest

from sparehub.failover.journal.drill_record import DrillMachine, DrillOutcome, DrillRecord
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Journal

MACHINE: dict[str, Any] = {
    "machine": "dc1",
    "group": 1,
    "job": "j",
    "begun": "2026-12-01T10:00:00+00:00",
    "seconds": 140.0,
    "point": "2026-12-01T09:50:00+00:00",
    "age": 600.0,
    "objective": 15,
}
ANSWER: dict[str, Any] = {
    "group": 1,
    "result": "passed",
    "by": "A",
    "how": "manual",
    "output": "yes",
}


@pytest.fixture
def journal(tmp_path: Path) -> Journal:
    """Return a journal in which a drill has begun."""
    found = Journal([tmp_path], "project", lambda _: None)
    found.append(JournalEvent.DRILL_INTENDED, step="start")
    return found


def under_way(journal: Journal) -> DrillRecord:
    found = DrillRecord.under_way(journal.records)
    assert found
    return found


def test_a_drill_passes_once_all_groups_have(journal: Journal) -> None:
    """Neither by machines that run, nor by the answer for another group."""
    outcomes = [under_way(journal).outcome((1, 2))]
    for event, data in (
        (JournalEvent.DRILL_MACHINE, MACHINE),
        (JournalEvent.DRILL_TESTED, {"problems": []}),
        (JournalEvent.DRILL_VALIDATED, ANSWER),
        (JournalEvent.DRILL_VALIDATED, ANSWER | {"group": 2, "result": "failed"}),
        (JournalEvent.DRILL_VALIDATED, ANSWER | {"group": 2}),
    ):
        journal.append(event, **data)
        outcomes.append(under_way(journal).outcome((1, 2)))

    assert [each.value for each in outcomes] == [
        *["not validated"] * 4,
        "failed",
        "passed",
    ]


@pytest.mark.parametrize(
    ("change", "stale"),
    [
        ({}, False),
        ({"age": 900.0}, False),
        ({"age": 900.1}, True),
        ({"age": None}, True),
        ({"age": 1e9, "objective": 0}, False),
    ],
)
def test_a_point_is_stale_beyond_the_objective(change: dict[str, Any], *, stale: bool) -> None:
    """Of an unknown age as well; never where there is no objective."""
    assert DrillMachine(**(MACHINE | change)).is_stale is stale


def test_a_problem_and_a_stale_point_fail_a_drill(journal: Journal) -> None:
    """The last run of the tests counts."""
    journal.append(JournalEvent.DRILL_VALIDATED, **ANSWER)
    journal.append(JournalEvent.DRILL_TESTED, problems=["dc1: it does not run"])
    assert under_way(journal).outcome((1,)) is DrillOutcome.FAILED
    journal.append(JournalEvent.DRILL_TESTED, problems=[])
    assert under_way(journal).outcome((1,)) is DrillOutcome.PASSED
    journal.append(JournalEvent.DRILL_MACHINE, **(MACHINE | {"age": 901.0, "later": 1}))
    assert under_way(journal).outcome((1,)) is DrillOutcome.FAILED


def test_a_drill_that_has_ended_is_the_last_one(journal: Journal) -> None:
    """A clean-up of another time is not of it; the next one begins anew."""
    journal.append(JournalEvent.DRILL_CLEANED, machine="dc1", seconds=113.0)
    journal.append(JournalEvent.DRILL_ENDED, result="", escapes=[], removed=1)
    journal.append(JournalEvent.DRILL_CLEANED, machine="app1", seconds=1.0)

    last = DrillRecord.last(journal.records)
    assert DrillRecord.under_way(journal.records) is None
    assert last
    assert (dict(last.cleaned), last.clean_up_seconds, bool(last.ended)) == (
        {"dc1": 113.0},
        113.0,
        True,
    )
    journal.append(JournalEvent.DRILL_INTENDED, step="start")
    assert under_way(journal).id != last.id


def test_the_tests_take_from_the_first_to_the_last(journal: Journal) -> None:
    """Unknown where the time of one machine is."""
    journal.append(JournalEvent.DRILL_MACHINE, **MACHINE)
    later = {"machine": "app1", "group": 2, "begun": "2026-12-01T10:02:30+00:00"}
    journal.append(JournalEvent.DRILL_MACHINE, **(MACHINE | later))
    assert under_way(journal).test_seconds == 290.0
    journal.append(JournalEvent.DRILL_MACHINE, **(MACHINE | {"seconds": None}))
    assert under_way(journal).test_seconds is None
