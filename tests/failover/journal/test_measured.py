"""What the last failover and the last drill took, from the journal's records."""

import pytest

from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.measured import Measured, last_drill, last_failover
from sparehub.topology.azure.durations import Duration
from sparehub.topology.planning.drill import plan_drill
from tests.replicated_pair import pair_of
from tests.report.journal_records import Event, at, begin, planned, records, step
from tests.site_recovery_files import protected, recovery

PAIR = pair_of(protected(), recovery())


def beside(expected: Duration) -> str:
    return f"; expected {expected.typical} s (worst {expected.worst})"


def moved(declared: float | None = None) -> list[Event]:
    """Return a failover with machines that began 100 s after noon."""
    name = "failover-2"
    seconds, operation, event, data = begin(100, name, "unplanned", "c")
    if declared is not None:
        data["declared"] = at(declared)
    return [
        (seconds, operation, event, data),
        *step(100, 110, name, "fail-over-machines", job="j", machines=["dc1"], loss={"dc1": 240.0}),
        *step(110, 200, name, "activate-secondary"),
        (200, name, "intent", {"step": "verify-machines", "state": "MOVING"}),
        (210, name, "halted", {"step": "verify-machines", "problem": "not there"}),
        *step(300, 330, name, "verify-machines"),
        (340, name, "finished", {}),
    ]


def test_the_recovery_time_counts_from_the_declaration_to_the_verified_service() -> None:
    """A halt is part of it; without a declaration it counts from the begin."""
    found = last_failover(records(*moved(declared=-500)))
    undeclared = last_failover(records(*moved()))

    assert found
    assert found.document() == {
        "operation": "failover-2",
        "kind": "failover",
        "mode": "unplanned",
        "begun": at(100),
        "declared": at(-500),
        "seconds": 830.0,
        "steps": {"fail-over-machines": 10.0, "activate-secondary": 90.0, "verify-machines": 30.0},
        "recoveryPointAgeInSeconds": {"dc1": 240.0},
    }
    assert found.machines == ("dc1",)
    assert undeclared
    assert (undeclared.declared, undeclared.seconds) == (at(100), 230.0)


def test_without_machines_the_service_is_verified_once_the_target_is_active() -> None:
    found = last_failover(records(*planned("c")))

    assert found
    assert (found.seconds, found.machines, found.points) == (271.5, (), {})


def test_an_operation_that_is_not_finished_is_not_measured() -> None:
    """The one before it still is."""
    events = [*planned("c", start=-9000), *moved()[:-1]]

    assert last_failover(records()) is None
    assert last_failover(records(*moved()[:-1])) is None
    found = last_failover(records(*events))
    assert found
    assert found.id == "failover-1"


def test_a_drill_is_measured_from_its_first_intent() -> None:
    """`drill stop` intends, too; a drill that goes on is not measured."""
    events: list[Event] = [
        (0, "", "drill-intent", {"step": "start-drill-secondary"}),
        (90, "", "drill-started", {"networks": []}),
        (3000, "", "drill-intent", {"step": "stop-drill-secondary"}),
        (3600, "", "drill", {"result": "all well", "escapes": [], "removed": 2}),
        (9000, "", "drill-intent", {"step": "start-drill-secondary"}),
    ]

    found = last_drill(records(*events))

    assert found
    assert found.document() == {
        "begun": at(0),
        "ended": at(3600),
        "isolatedAfterSeconds": 90.0,
        "seconds": 3600.0,
        "result": "all well",
    }
    assert last_drill(records(*events[:3])) is None


def test_measured_times_stand_beside_the_expected_ones() -> None:
    events: list[Event] = [
        (0, "", "drill-intent", {"step": "start-drill-secondary"}),
        (90, "", "drill-started", {"networks": []}),
        (95, "", "drill", {"result": "", "escapes": [], "removed": 2}),
        *moved(declared=-500),
    ]

    found = Measured.of(records(*events))
    failover, drill = found.expected(PAIR)

    assert failover
    assert (
        drill
        == plan_drill(PAIR["primary"], PAIR["secondary"]).step("start-drill-secondary").seconds
    )
    assert [*found.lines(PAIR)] == [
        "last failover, unplanned: service verified 830 s after it was declared" + beside(failover),
        "last drill: networks isolated after 90 s" + beside(drill),
    ]
    said = found.document(PAIR)
    assert [said[each]["expectedSeconds"] for each in ("failover", "drill")] == [
        failover.typical,
        drill.typical,
    ]
    assert [*Measured().lines(PAIR)] == []


def test_a_record_of_another_version_is_refused() -> None:
    broken: list[Event] = [(0.0, "failover-1", "begin", {}), (1.0, "failover-1", "finished", {})]

    with pytest.raises(KeyError):
        Measured.of(records(*broken))


def test_a_drill_says_which_machines_it_tested() -> None:
    """Only one that passed tests a machine, and a later one forgets none."""
    dc1, app1 = {"name": "dc1"}, {"name": "app1"}
    events: list[Event] = [
        (10, "", "drill", {"result": "", "outcome": "passed", "machines": [dc1, app1]}),
        (20, "", "drill", {"result": "", "outcome": "passed", "machines": [app1]}),
        (30, "", "drill", {"result": "", "outcome": "not validated", "machines": [dc1]}),
        (40, "", "drill", {"result": "", "outcome": "failed", "machines": [dc1]}),
        (50, "", "drill", {"result": ""}),
    ]

    assert JournalState.of(records(*events)).tested == {"dc1": at(10), "app1": at(20)}
