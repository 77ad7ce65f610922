"""What the records of a journal add up to, for who reads it later."""

import pytest

from sparehub.failover.journal.acceptances import NOTHING
from sparehub.report.history import History
from sparehub.report.records import DrillRun, EntryStatus, OpenItemRecord, OperationRecord, StepRun
from sparehub.topology.planning.plan import BandwidthIncrease, Mode, PlanKind
from tests.report.journal_records import (
    PEERING,
    PREFIXES,
    Event,
    at,
    begin,
    cleared,
    planned,
    records,
    step,
    unplanned,
)

NAME = "failover-1"
HALTED: list[Event] = [
    begin(0, NAME, "planned", "c"),
    *step(0, 90, NAME, "fence-primary"),
    (91, NAME, "intent", {"step": "activate-secondary", "state": "ACTIVATING"}),
    (100, NAME, "halted", {"step": "activate-secondary", "problem": "no gateway"}),
]


def operations(*events: Event) -> list[OperationRecord]:
    return [each for each in history_of(*events).entries if isinstance(each, OperationRecord)]


def history_of(*events: Event) -> History:
    return History.of(records(*events))


def test_nothing_is_shown_where_nothing_is_recorded() -> None:
    """Neither of an empty journal nor of one that only names its project."""
    assert History.of(()) == History()
    assert history_of() == History(state="STANDBY")


def test_a_planned_failover_is_shown_from_begin_to_commit() -> None:
    """Each step with its times; what is begun and done in a fraction of a second took one."""
    assert operations(*planned("c")) == [
        OperationRecord(
            id=NAME,
            kind=PlanKind.FAILOVER,
            mode=Mode.PLANNED,
            source="primary",
            target="secondary",
            configuration="c",
            raises=(),
            begun=at(0),
            ended=at(271.5),
            status=EntryStatus.COMMITTED,
            committed=at(500),
            problem="",
            accepted=NOTHING,
            unproven="",
            steps=(
                StepRun(step="fence-primary", begun=at(0), ended=at(90.2)),
                StepRun(step="activate-secondary", begun=at(90.5), ended=at(271.5)),
            ),
            fences=(),
            open_items=(),
            keys=0,
        )
    ]
    (operation,) = operations(*planned("c"))
    assert (operation.seconds, [run.seconds for run in operation.steps]) == (272, [91, 181])


def test_an_item_is_open_until_it_is_cleared() -> None:
    """Whether the region was fenced or not; its fences are shown also after their removal."""
    item = OpenItemRecord(
        stack="primary",
        unfenced=True,
        prefixes=tuple(PREFIXES),
        reason="it burnt down",
        fences=(),
        since=at(1041),
    )
    history = history_of(*unplanned("c"))
    assert (history.state, history.open_items) == ("UNFENCED", (item,))
    (operation,) = operations(*unplanned("c"))
    assert (operation.accepted.reason, operation.fences, operation.open_items) == (
        "it burnt down",
        (PEERING,),
        (item,),
    )
    assert [run.answers for run in operation.steps] == [False, None, None]

    cleared_one = history_of(*unplanned("c"), cleared())
    assert (cleared_one.state, cleared_one.open_items) == ("ACTIVE", ())
    (operation,) = operations(*unplanned("c"), cleared())
    assert operation.open_items[0].closed == at(4600)

    (fenced,) = history_of(*unplanned("c", fenced=True)).open_items
    assert (fenced.unfenced, fenced.fences) == (False, (PEERING,))


def test_a_halted_operation_says_where_and_why() -> None:
    """Once it is resumed it is under way; finished, it keeps what went wrong at first."""
    halted = history_of(*HALTED)
    assert halted.state == "HALTED(activate-secondary)"
    assert halted.under_way
    assert halted.under_way == operations(*HALTED)[0]
    assert (halted.under_way.status, halted.under_way.problem) == (
        EntryStatus.HALTED,
        "no gateway",
    )
    assert (halted.under_way.ended, halted.under_way.done) == (at(100), ("fence-primary",))

    again: Event = (200, NAME, "intent", {"step": "activate-secondary", "state": "ACTIVATING"})
    (resumed,) = operations(*HALTED, again)
    assert (resumed.status, resumed.problem, resumed.ended) == (EntryStatus.UNDER_WAY, "", "")

    outcome: Event = (381, NAME, "outcome", {"step": "activate-secondary"})
    (done,) = operations(*HALTED, again, outcome, (381, NAME, "finished", {}))
    assert (done.status, done.problem) == (EntryStatus.FINISHED, "")
    assert done.steps[1] == StepRun(
        step="activate-secondary", begun=at(200), ended=at(381), attempts=2, problem="no gateway"
    )


def test_a_step_that_is_done_did_not_halt() -> None:
    """What stops after the last one is shown under its name."""
    after: Event = (99, NAME, "halted", {"step": "fence-primary", "problem": "disk full"})
    (operation,) = operations(
        begin(0, NAME, "planned", "c"), *step(0, 90, NAME, "fence-primary"), after
    )

    assert (operation.problem, operation.steps[0].problem) == ("disk full", "")


def test_what_was_given_up_for_another_is_open_again_where_that_is_withdrawn() -> None:
    """Until then it is abandoned."""
    given_up: list[Event] = [
        *HALTED,
        (1000, NAME, "abandoned", {}),
        begin(1000, "failover-9", "unplanned", "c"),
    ]
    withdrawn: Event = (1040, "failover-9", "withdrawn", {"problem": "UNFENCED"})

    assert [operation.status for operation in operations(*given_up)] == ["under way", "abandoned"]
    history = history_of(*given_up, withdrawn)
    assert [operation.status for operation in operations(*given_up, withdrawn)] == [
        "withdrawn",
        "halted",
    ]
    assert history.under_way
    assert history.under_way.id == NAME


def test_a_reason_that_was_given_later_counts() -> None:
    """`sparehub resume --accept-unfenced REASON`."""
    begun = begin(0, NAME, "unplanned", "c", "it is silent")

    (operation,) = operations(begun, (9, NAME, "accepted", {"reason": "it is dead"}))

    assert operation.accepted.reason == "it is dead"


def test_why_an_unproven_plan_was_accepted_is_shown() -> None:
    """`sparehub failover --accept-unproven REASON`; most operations were never asked for one."""
    begun = begin(0, NAME, "planned", "c")
    (silent,) = operations(begun)
    begun[3]["unproven"] = "known since May"
    (operation,) = operations(begun)

    assert (silent.unproven, operation.unproven) == ("", "known since May")


def test_a_raise_is_shown_with_its_numbers_and_its_refusal() -> None:
    """The operation keeps what it was to raise, the step why it was not."""
    begun = begin(0, NAME, "planned", "c")
    begun[3]["raises"] = [{"connection": "singapore", "before": 200, "wanted": 1000}]
    outcome = step(0, 42, NAME, "raise-bandwidth-singapore", refused="no room")

    (operation,) = operations(begun, *outcome)

    assert operation.raises == (BandwidthIncrease(connection="singapore", before=200, wanted=1000),)
    assert operation.steps == (
        StepRun(step="raise-bandwidth-singapore", begun=at(0), ended=at(42), refused="no room"),
    )


def test_keys_are_counted_and_not_shown() -> None:
    """Not even their marks."""
    (operation,) = operations(
        begin(0, NAME, "planned", "c"), (9, NAME, "spent", {"keys": ["m1", "m2"]})
    )

    assert operation.keys == 2
    assert "m1" not in repr(operation)


def test_a_drill_is_shown_with_its_result() -> None:
    """It is begun again as often as it died, and ends once; the newest comes first."""
    start: Event = (0, "", "drill-intent", {"step": "start-drill-secondary"})
    shut: Event = (9, "", "drill-started", {"networks": ["/n/one"]})
    end: Event = (90, "", "drill", {"result": "all answered", "escapes": [], "removed": 8})
    again: Event = (100, "", "drill-intent", {"step": "start-drill-secondary"})

    assert history_of(start, start, shut, start, end, again).entries == (
        DrillRun(begun=at(100)),
        DrillRun(
            begun=at(0),
            started=at(9),
            ended=at(90),
            networks=("/n/one",),
            result="all answered",
            removed=8,
        ),
    )


@pytest.mark.parametrize(
    "event",
    [
        begin(0, "sidestep-1", "planned", "c"),
        (0, NAME, "begin", {"kind": "failover"}),
        (0, NAME, "debt", {"id": 1}),
    ],
    ids=["kind", "begin", "debt"],
)
def test_a_record_of_another_version_is_an_error(event: Event) -> None:
    """It is whole, and its meaning is unknown."""
    with pytest.raises((KeyError, TypeError, ValueError)):
        history_of(event)
