"""The current status in the report, with open items or an unfinished operation."""

from pathlib import Path
from typing import Any

from sparehub.report.current_status import Alarm
from sparehub.report.document import Report, compose
from sparehub.report.drawing.frames import LinkState
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.report.conftest import links_of, write_stacks
from tests.report.journal_records import Event, begin, cleared, planned, records, step, unplanned

LIVE, STANDBY, FENCED, SILENT, UNFENCED = LinkState


def reported(directory: Path, *events: Event, switched: bool = False) -> Report:
    """Return the report of the shipped pair, optionally with the secondary live."""

    def at(activation: str) -> Any:
        return lambda values: values.update({"sparehub:activation": activation})

    live = ("standby", "active") if switched else ("active", "standby")
    write_stacks(directory, *map(at, live))
    history = History.of(records(*events))
    return compose(check_stack_files(directory), Recorded(history=history))


def configuration(directory: Path) -> str:
    """Return the hash of the shipped stack files, which does not include the switch."""
    write_stacks(directory)
    stacks = check_stack_files(directory).stacks
    return failover.plan(stacks[0], stacks[1], PlanKind.FAILOVER, Mode.PLANNED).configuration


def now(report: Report) -> list[LinkState]:
    assert report.current_status
    return [state for _, state in links_of(report.current_status)]


def test_without_open_items_there_is_no_current_status(tmp_path: Path) -> None:
    """Only the state is shown."""
    report = reported(tmp_path, *planned("c"))

    assert (report.current_status, report.alarms, report.facts[0]) == (
        None,
        [],
        ("State", "COMMITTED"),
    )
    assert reported(tmp_path).facts[0] == ("State", "STANDBY")


def test_an_unfenced_region_is_drawn_as_a_warning(tmp_path: Path) -> None:
    """Its file says standby, but it may be live until it is disconnected."""
    report = reported(tmp_path, *unplanned("c"), switched=True)

    assert now(report) == [UNFENCED, LIVE]
    assert report.current_status
    boxes = report.current_status.picture.boxes
    assert [box.state for box in boxes if box.kind == "circuit"] == [UNFENCED, LIVE]
    assert report.facts[:2] == [("State", "UNFENCED"), ("Open item", "primary, UNFENCED")]
    assert report.alarms == [
        Alarm(
            word="UNFENCED",
            text=(
                "primary may still advertise 10.10.10.0/24, 10.1.0.0/24, and no fence prevents it; "
                "since 2026-07-01 12:17:21 UTC (it burnt down). When it is back, run:"
            ),
            command="sparehub finish-fence",
        )
    ]
    closed = reported(tmp_path, *unplanned("c"), cleared(), switched=True)
    assert (closed.current_status, closed.alarms, closed.facts[0]) == (
        None,
        [],
        ("State", "ACTIVE"),
    )


def test_an_externally_fenced_region_is_drawn_as_fenced(tmp_path: Path) -> None:
    """It is an open item, too, and has no route from on-premises."""
    report = reported(tmp_path, *unplanned("c", fenced=True), switched=True)

    assert now(report) == [FENCED, LIVE]
    assert report.facts[1] == ("Open item", "primary, fenced")
    assert report.alarms[0].word == "open item"
    unfenced = reported(tmp_path, *unplanned("c"), switched=True)
    assert [learned(report), len(learned(unfenced))] == [[], 1]


def learned(report: Report) -> list[Any]:
    """Return the learned routes of the primary's NVA."""
    assert report.current_status
    tables, indexes = report.routes.tables, report.routes.frames[report.current_status.frame]
    return [row for row in tables[indexes["primary/hub/nva"]] if row[0] == "VirtualNetworkGateway"]


def test_a_halted_operation_is_drawn_after_its_last_finished_step(tmp_path: Path) -> None:
    """The switch in the file changes before the step; the direction is that of the operation."""
    name = "failback-1"
    halted: list[Event] = [
        begin(0, name, "planned", configuration(tmp_path)),
        *step(0, 90, name, "fence-secondary"),
        (91, name, "intent", {"step": "activate-primary", "state": "ACTIVATING"}),
        (99, name, "halted", {"step": "activate-primary", "problem": "429"}),
    ]
    report = reported(tmp_path, *halted)

    assert (now(report), report.kind) == ([STANDBY, FENCED], "failback")
    assert report.alarms == [
        Alarm(
            word="halted",
            text=(
                "planned failback from secondary to primary, in activate-primary: 429\n"
                "To continue, run:"
            ),
            command="sparehub resume",
        )
    ]


def test_steps_of_another_configuration_are_not_drawn(tmp_path: Path) -> None:
    """The stack files have changed since the operation began."""
    name = "failover-1"
    report = reported(
        tmp_path, begin(0, name, "planned", "another"), *step(0, 90, name, "fence-primary")
    )

    assert now(report) == [LIVE, STANDBY]
    assert report.past.entries[0].status == "under way"


def test_a_region_that_does_not_answer_is_silent_until_it_is_fenced(tmp_path: Path) -> None:
    """A region that answered is drawn after its last finished step."""
    name, same = "failover-9", configuration(tmp_path)
    begun = [begin(0, name, "unplanned", same)]

    silent = reported(tmp_path, *begun, *step(0, 30, name, "probe-primary", answers=False))
    answering = reported(tmp_path, *begun, *step(0, 9, name, "probe-primary", answers=True))

    assert (now(silent), now(answering)) == ([SILENT, STANDBY], [LIVE, STANDBY])


def test_finish_fence_during_a_halted_operation_leaves_a_fenced_region(tmp_path: Path) -> None:
    """The open item is closed before the operation ends."""
    *fenced, intent, _outcome, _finished = unplanned(configuration(tmp_path))

    report = reported(tmp_path, *fenced, intent, cleared())

    assert now(report) == [FENCED, STANDBY]


def test_an_open_item_without_an_address_conflict_is_not_a_warning(tmp_path: Path) -> None:
    """The addresses do not overlap: the region is only to be disconnected."""
    events = unplanned("c", fenced=True)
    item = next(data for _, _, event, data in events if event == "debt")
    item["fences"] = []

    report = reported(tmp_path, *events, switched=True)

    (alarm,) = report.alarms
    assert (alarm.word, now(report)) == ("open item", [SILENT, LIVE])
    assert "at the same time as the other region" in alarm.text
