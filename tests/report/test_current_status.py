"""How things stand now, where something is owed or stopped half-way."""

from pathlib import Path
from typing import Any

from sparehub.report.current_status import Alarm
from sparehub.report.document import Report, compose
from sparehub.report.drawing.frames import LinkState
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded
from sparehub.stacks.examination import examine
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, PlanKind
from tests.report.conftest import links_of, write_stacks
from tests.report.journal_records import Event, begin, cleared, planned, records, step, unplanned

LIVE, STANDBY, FENCED, SILENT, UNFENCED = LinkState


def reported(directory: Path, *events: Event, switched: bool = False) -> Report:
    """Return the report of the shipped pair, where wanted with the secondary live."""

    def at(activation: str) -> Any:
        return lambda values: values.update({"sparehub:activation": activation})

    live = ("standby", "active") if switched else ("active", "standby")
    write_stacks(directory, *map(at, live))
    history = History.of(records(*events))
    return compose(examine(directory), Recorded(history=history))


def configuration(directory: Path) -> str:
    """Return the hash of the shipped stack files, which the switch is no part of."""
    write_stacks(directory)
    stacks = examine(directory).stacks
    return failover.plan(stacks[0], stacks[1], PlanKind.FAILOVER, Mode.PLANNED).configuration


def now(report: Report) -> list[LinkState]:
    assert report.current_status
    return [state for _, state in links_of(report.current_status)]


def test_where_nothing_is_open_there_is_no_now(tmp_path: Path) -> None:
    """Before is now; the state is told."""
    report = reported(tmp_path, *planned("c"))

    assert (report.current_status, report.alarms, report.facts[0]) == (
        None,
        [],
        ("State", "COMMITTED"),
    )
    assert reported(tmp_path).facts[0] == ("State", "STANDBY")


def test_an_unfenced_region_is_drawn_as_a_warning(tmp_path: Path) -> None:
    """Its file says standby, and it may be live all the same; until it is disconnected."""
    report = reported(tmp_path, *unplanned("c"), switched=True)

    assert now(report) == [UNFENCED, LIVE]
    assert report.current_status
    boxes = report.current_status.picture.boxes
    assert [box.state for box in boxes if box.kind == "circuit"] == [UNFENCED, LIVE]
    assert report.facts[:2] == [("State", "UNFENCED"), ("Owed", "primary, UNFENCED")]
    assert report.alarms == [
        Alarm(
            word="UNFENCED",
            text=(
                "primary may still advertise 10.10.10.0/24, 10.1.0.0/24, and nothing keeps it from "
                "that; since 2026-07-01 12:17:21 UTC (it burnt down). Once it is back:"
            ),
            command="sparehub finish-fence",
        )
    ]
    paid = reported(tmp_path, *unplanned("c"), cleared(), switched=True)
    assert (paid.current_status, paid.alarms, paid.facts[0]) == (None, [], ("State", "ACTIVE"))


def test_a_region_fenced_from_outside_is_crossed(tmp_path: Path) -> None:
    """It is owed, too, and no route from on-premises is left in it."""
    report = reported(tmp_path, *unplanned("c", fenced=True), switched=True)

    assert now(report) == [FENCED, LIVE]
    assert report.facts[1] == ("Owed", "primary, fenced")
    assert report.alarms[0].word == "owed"
    unfenced = reported(tmp_path, *unplanned("c"), switched=True)
    assert [learned(report), len(learned(unfenced))] == [[], 1]


def learned(report: Report) -> list[Any]:
    """Return the routes that the primary's NVA learns now."""
    assert report.current_status
    tables, here = report.routes.tables, report.routes.frames[report.current_status.frame]
    return [row for row in tables[here["primary/hub/nva"]] if row[0] == "VirtualNetworkGateway"]


def test_an_operation_that_halted_stands_where_its_steps_ended(tmp_path: Path) -> None:
    """The switch in the file is turned before a step is done; the report tells its kind of way."""
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
            text="planned failback from secondary to primary, in activate-primary: 429\nTo go on:",
            command="sparehub resume",
        )
    ]


def test_of_other_stack_files_only_the_switch_is_known(tmp_path: Path) -> None:
    """Steps of another configuration say nothing of these regions."""
    name = "failover-1"
    report = reported(
        tmp_path, begin(0, name, "planned", "another"), *step(0, 90, name, "fence-primary")
    )

    assert now(report) == [LIVE, STANDBY]
    assert report.done.entries[0].standing == "under way"


def test_a_region_that_does_not_answer_is_silent_until_it_is_fenced(tmp_path: Path) -> None:
    """One that answered is as its last step left it."""
    name, same = "failover-9", configuration(tmp_path)
    asked = [begin(0, name, "unplanned", same)]

    silent = reported(tmp_path, *asked, *step(0, 30, name, "probe-primary", answers=False))
    answering = reported(tmp_path, *asked, *step(0, 9, name, "probe-primary", answers=True))

    assert (now(silent), now(answering)) == ([SILENT, STANDBY], [LIVE, STANDBY])


def test_a_debt_that_is_paid_before_the_end_leaves_a_fenced_region(tmp_path: Path) -> None:
    """`finish-fence` may be run while the operation is halted."""
    *fenced, intent, _outcome, _finished = unplanned(configuration(tmp_path))

    report = reported(tmp_path, *fenced, intent, cleared())

    assert now(report) == [FENCED, STANDBY]


def test_what_may_be_live_beside_the_other_is_owed_without_a_warning(tmp_path: Path) -> None:
    """Addresses that do not overlap: it is only to be disconnected."""
    events = unplanned("c", fenced=True)
    debt = next(data for _, _, event, data in events if event == "debt")
    debt["fences"] = []

    report = reported(tmp_path, *events, switched=True)

    (alarm,) = report.alarms
    assert (alarm.word, now(report)) == ("owed", [SILENT, LIVE])
    assert "beside the other region" in alarm.text
