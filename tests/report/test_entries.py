"""Entries of the report for past operations and drills."""

from pathlib import Path

from sparehub.report.entries import Entry, StepRow, entry_of
from sparehub.report.history import History
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, Plan, PlanKind
from tests.report.conftest import write_stacks
from tests.report.journal_records import (
    PEERING,
    Event,
    begin,
    cleared,
    planned,
    records,
    step,
    unplanned,
)


def entries(*events: Event, plan: Plan | None = None) -> list[Entry]:
    history = History.of(records(*events))
    return [entry_of(record, lambda _operation: plan) for record in history.entries]


def facts(entry: Entry) -> dict[str, str]:
    return dict(entry.facts)


def test_step_times_are_shown_with_those_of_the_plan(tmp_path: Path) -> None:
    """Where the stack files are those of the operation; else only its own times are known."""
    write_stacks(tmp_path)
    stacks = check_stack_files(tmp_path).stacks
    plan = failover.plan(stacks[0], stacks[1], PlanKind.FAILOVER, Mode.PLANNED)

    (entry,) = entries(*planned("c"), plan=plan)

    assert entry == Entry(
        title="Planned failover, primary to secondary",
        status="committed",
        facts=(
            ("Started", "2026-07-01 12:00:00 UTC"),
            ("Finished", "2026-07-01 12:04:31 UTC, after 4 min 32 s"),
            ("Committed", "2026-07-01 12:08:20 UTC"),
        ),
        steps=(
            StepRow(
                title="disconnect primary (eastasia) from on-premises",
                status="done",
                took="91 s",
                typical="90 s",
                worst="5 min",
            ),
            StepRow(
                title="connect secondary (southeastasia) to on-premises",
                status="done",
                took="3 min 1 s",
                typical="3 min 1 s",
                worst="5 min",
            ),
        ),
    )
    (unknown,) = entries(*planned("c"))
    assert unknown.steps[0] == StepRow(title="fence-primary", status="done", took="91 s")


def test_an_unfenced_failover_has_an_open_item_until_finish_fence() -> None:
    """With the reason, the attempted fence and the prefixes."""
    (entry,) = entries(*unplanned("c"))
    assert (entry.status, entry.open_items, entry.command) == (
        "finished",
        "UNFENCED",
        "sparehub finish-fence",
    )
    assert facts(entry) == {
        "Started": "2026-07-01 12:16:40 UTC",
        "Finished": "2026-07-01 12:20:22 UTC, after 3 min 42 s",
        "Accepted unfenced": "it burnt down",
        "Fence": f"private peering disabled (attempted, then reversed): {PEERING.id}",
        "Open item": (
            "primary, UNFENCED: 10.10.10.0/24, 10.1.0.0/24; since 2026-07-01 12:17:21 UTC"
        ),
        "Closed": "not yet",
    }
    assert entry.steps[0].notes == ("primary did not answer",)

    (closed,) = entries(*unplanned("c"), cleared())
    assert (closed.open_items, closed.command) == ("", "")
    assert facts(closed)["Closed"] == (
        "2026-07-01 13:16:40 UTC, after 59 min 19 s, by sparehub finish-fence"
    )


def test_the_reason_for_an_unproven_plan_is_shown() -> None:
    """Only where there is one."""
    records = planned("c")
    (plain,) = entries(*records)
    records[0][3]["unproven"] = "known since May"
    (accepted,) = entries(*records)

    assert "Accepted unproven" not in facts(plain)
    assert facts(accepted)["Accepted unproven"] == "known since May"


def test_a_fence_is_in_place_until_the_open_item_is_closed() -> None:
    """The entry names what the fence disabled."""
    (entry,) = entries(*unplanned("c", fenced=True))
    (closed,) = entries(*unplanned("c", fenced=True), cleared())

    assert entry.open_items == "open item"
    assert facts(entry)["Fence"] == f"private peering disabled (in place): {PEERING.id}"
    assert facts(entry)["Open item"].startswith("primary, fenced, to be disconnected: ")
    assert facts(closed)["Fence"].startswith("private peering disabled (removed)")


def test_a_later_switch_supersedes_an_open_item() -> None:
    """The region was not disconnected and may be live; its fence may be in place."""
    operation = unplanned("c")[0][1]
    superseded = (4600, operation, "superseded", {"generation": 2})
    history = History.of(records(*unplanned("c", fenced=True), superseded))
    (entry,) = entries(*unplanned("c", fenced=True), superseded)

    assert history.open_items == ()
    assert (entry.open_items, entry.command) == ("", "")
    assert facts(entry)["Superseded"].endswith(", by a later switch")
    assert facts(entry)["Fence"] == f"private peering disabled (may be in place): {PEERING.id}"


def test_a_halted_operation_shows_resume_and_the_problem() -> None:
    """A step that halted and was done later keeps its problem and its number of attempts."""
    name = "failback-1"
    halted = [
        begin(0, name, "planned", "c"),
        (0, name, "intent", {"step": "fence-secondary", "state": "FENCING"}),
        (5, name, "halted", {"step": "fence-secondary", "problem": "429"}),
    ]
    (entry,) = entries(*halted)
    assert (entry.status, entry.command) == ("halted", "sparehub resume")
    assert facts(entry) == {
        "Started": "2026-07-01 12:00:00 UTC",
        "Halted": "2026-07-01 12:00:05 UTC, after 5 s",
        "Reason": "429",
    }
    assert entry.steps[0].status == "halted"

    (entry,) = entries(*halted, *step(9, 99, name, "fence-secondary"), (99, name, "finished", {}))
    assert entry.steps == (
        StepRow(
            title="fence-secondary",
            status="done",
            took="90 s",
            notes=("attempts: 2; the time is that of the last one", "halted: 429"),
        ),
    )


def test_a_refused_bandwidth_increase_is_not_done() -> None:
    """The step shows the reason."""
    for problem, status, notes in (
        ("the port has no room", "refused", ("refused: the port has no room",)),
        ("", "done", ()),
    ):
        name = "failover-1"
        raised = step(0, 42, name, "raise-bandwidth-singapore", refused=problem)
        (entry,) = entries(begin(0, name, "planned", "c"), *raised, (42, name, "finished", {}))

        assert entry.steps == (
            StepRow(title="raise-bandwidth-singapore", status=status, took="42 s", notes=notes),
        )


def test_a_fence_that_was_begun_may_be_in_place() -> None:
    """Its outcome is unknown while the operation is unfinished."""
    name = "failover-1"
    (entry,) = entries(
        begin(0, name, "unplanned", "c"), (1, name, "fences", {"fences": [PEERING.document()]})
    )

    assert (
        facts(entry)["Fence"] == f"private peering disabled (begun, may be in place): {PEERING.id}"
    )


def test_a_withdrawn_operation_changed_nothing() -> None:
    """No fence worked, and the risk was not accepted."""
    name = "failover-1"
    (entry,) = entries(
        begin(0, name, "unplanned", "c"),
        (1, name, "fences", {"fences": [PEERING.document()]}),
        (2, name, "fences", {"fences": []}),
        (3, name, "withdrawn", {"problem": "UNFENCED"}),
    )

    assert (entry.status, entry.command) == ("withdrawn", "")
    assert facts(entry)["Reason"] == (
        "UNFENCED: no fence worked and the risk was not accepted; nothing was changed"
    )


def test_a_drill_shows_its_result() -> None:
    """An unfinished one shows the command that ends it."""
    start: list[Event] = [
        (0, "", "drill-intent", {"step": "start-drill-secondary"}),
        (9, "", "drill-started", {"networks": ["/n/vnet-one", "/n/vnet-two"]}),
    ]
    stop: Event = (90, "", "drill", {"result": "", "escapes": ["a route"], "removed": 8})

    (started,) = entries(*start)
    assert (started.status, started.command) == ("under way", "sparehub drill stop")
    (ended,) = entries(*start, stop)
    assert (ended.status, ended.command) == ("finished", "")
    assert facts(ended) == {
        "Started": "2026-07-01 12:00:00 UTC",
        "Isolated": "2026-07-01 12:00:09 UTC: no traffic could leave vnet-one, vnet-two",
        "Ended": "2026-07-01 12:01:30 UTC, after 90 s; resources removed: 8",
        "Result": "none recorded",
        "Escape": "a route",
    }


def test_authorizations_are_listed_by_id() -> None:
    """Each issued one once, although a killed run recorded it twice; and each deleted one."""
    name = "failback-1"
    issued = {"id": "/circuits/c/authorizations/a", "stack": "primary", "connection": "lent"}
    (entry,) = entries(
        begin(0, name, "planned", "c"),
        (1, name, "authorization", issued),
        (2, name, "authorization", issued),
        (3, name, "authorization-removed", {"id": "/circuits/c/authorizations/old"}),
    )

    assert [fact for fact in entry.facts if fact[0].startswith("Authorization")] == [
        ("Authorization issued", "/circuits/c/authorizations/a"),
        ("Authorization deleted", "/circuits/c/authorizations/old"),
    ]
