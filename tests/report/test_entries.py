"""What was done, in the words of the page."""

from pathlib import Path

from sparehub.report.entries import Entry, StepRow, tell
from sparehub.report.history import History
from sparehub.stacks.examination import examine
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


def told(*events: Event, plan: Plan | None = None) -> list[Entry]:
    return [tell(entry, lambda _deed: plan) for entry in History.of(records(*events)).entries]


def facts(entry: Entry) -> dict[str, str]:
    return dict(entry.facts)


def test_times_stand_beside_those_of_the_plan(tmp_path: Path) -> None:
    """Where the stack files are those of the operation; else only what it took is known."""
    write_stacks(tmp_path)
    stacks = examine(tmp_path).stacks
    plan = failover.plan(stacks[0], stacks[1], PlanKind.FAILOVER, Mode.PLANNED)

    (entry,) = told(*planned("c"), plan=plan)

    assert entry == Entry(
        title="Planned failover, primary to secondary",
        standing="committed",
        facts=(
            ("Begun", "2026-07-01 12:00:00 UTC"),
            ("Finished", "2026-07-01 12:04:31 UTC, after 4 min 32 s"),
            ("Committed", "2026-07-01 12:08:20 UTC"),
        ),
        steps=(
            StepRow(
                title="disconnect primary (eastasia) from on-premises",
                standing="done",
                took="91 s",
                typical="90 s",
                worst="5 min",
            ),
            StepRow(
                title="connect secondary (southeastasia) to on-premises",
                standing="done",
                took="3 min 1 s",
                typical="3 min 1 s",
                worst="5 min",
            ),
        ),
    )
    (unknown,) = told(*planned("c"))
    assert unknown.steps[0] == StepRow(title="fence-primary", standing="done", took="91 s")


def test_an_unfenced_failover_says_why_what_and_until_when() -> None:
    """The fence that did not hold, too; `finish-fence` is named until it was run."""
    (owed,) = told(*unplanned("c"))
    assert (owed.standing, owed.owed, owed.command) == (
        "finished",
        "UNFENCED",
        "sparehub finish-fence",
    )
    assert facts(owed) == {
        "Begun": "2026-07-01 12:16:40 UTC",
        "Finished": "2026-07-01 12:20:22 UTC, after 3 min 42 s",
        "Accepted unfenced": "it burnt down",
        "Fence": f"private peering disabled (tried, and taken back): {PEERING.id}",
        "Owed": ("primary, UNFENCED: 10.10.10.0/24, 10.1.0.0/24; since 2026-07-01 12:17:21 UTC"),
        "Cleared": "not yet",
    }
    assert owed.steps[0].notes == ("primary did not answer",)

    (paid,) = told(*unplanned("c"), cleared())
    assert (paid.owed, paid.command) == ("", "")
    assert facts(paid)["Cleared"] == (
        "2026-07-01 13:16:40 UTC, after 59 min 19 s, by sparehub finish-fence"
    )


def test_a_plan_that_was_accepted_unproven_says_why() -> None:
    """Only where a reason was given."""
    records = planned("c")
    (plain,) = told(*records)
    records[0][3]["unproven"] = "known since May"
    (accepted,) = told(*records)

    assert "Accepted unproven" not in facts(plain)
    assert facts(accepted)["Accepted unproven"] == "known since May"


def test_a_fence_stands_until_the_debt_is_cleared() -> None:
    """And is told with what was disabled."""
    (owed,) = told(*unplanned("c", fenced=True))
    (paid,) = told(*unplanned("c", fenced=True), cleared())

    assert owed.owed == "owed"
    assert facts(owed)["Fence"] == f"private peering disabled (stands): {PEERING.id}"
    assert facts(owed)["Owed"].startswith("primary, fenced, to be disconnected: ")
    assert facts(paid)["Fence"].startswith("private peering disabled (stood, and was taken away)")


def test_what_a_later_switch_has_overtaken_is_owed_no_more() -> None:
    """Nobody has disconnected that region since, and it may be live; its fence may stand."""
    operation = unplanned("c")[0][1]
    overtaken = (4600, operation, "superseded", {"generation": 2})
    history = History.of(records(*unplanned("c", fenced=True), overtaken))
    (entry,) = told(*unplanned("c", fenced=True), overtaken)

    assert history.owed == ()
    assert (entry.owed, entry.command) == ("", "")
    assert facts(entry)["Overtaken"].endswith(", by a later switch")
    assert facts(entry)["Fence"] == f"private peering disabled (may stand): {PEERING.id}"


def test_a_halted_operation_names_resume_and_the_problem() -> None:
    """A step that halted once and was done later keeps its problem, and counts its attempts."""
    name = "failback-1"
    halted = [
        begin(0, name, "planned", "c"),
        (0, name, "intent", {"step": "fence-secondary", "state": "FENCING"}),
        (5, name, "halted", {"step": "fence-secondary", "problem": "429"}),
    ]
    (entry,) = told(*halted)
    assert (entry.standing, entry.command) == ("halted", "sparehub resume")
    assert facts(entry) == {
        "Begun": "2026-07-01 12:00:00 UTC",
        "Halted": "2026-07-01 12:00:05 UTC, after 5 s",
        "Because": "429",
    }
    assert entry.steps[0].standing == "halted"

    (entry,) = told(*halted, *step(9, 99, name, "fence-secondary"), (99, name, "finished", {}))
    assert entry.steps == (
        StepRow(
            title="fence-secondary",
            standing="done",
            took="90 s",
            notes=("attempts: 2; the time is that of the last", "halted: 429"),
        ),
    )


def test_a_raise_that_was_refused_is_not_called_done() -> None:
    """It ended all the same, and says why; one that was not refused is done."""
    for problem, standing, notes in (
        ("the port has no room", "refused", ("refused: the port has no room",)),
        ("", "done", ()),
    ):
        name = "failover-1"
        raised = step(0, 42, name, "raise-bandwidth-singapore", refused=problem)
        (entry,) = told(begin(0, name, "planned", "c"), *raised, (42, name, "finished", {}))

        assert entry.steps == (
            StepRow(title="raise-bandwidth-singapore", standing=standing, took="42 s", notes=notes),
        )


def test_a_fence_that_was_begun_may_stand() -> None:
    """As long as its operation is open, nobody knows."""
    name = "failover-1"
    (entry,) = told(
        begin(0, name, "unplanned", "c"), (1, name, "fences", {"fences": [PEERING.document()]})
    )

    assert facts(entry)["Fence"] == f"private peering disabled (begun, may stand): {PEERING.id}"


def test_what_was_withdrawn_changed_nothing() -> None:
    """No fence held, and nobody gave a reason."""
    name = "failover-1"
    (entry,) = told(
        begin(0, name, "unplanned", "c"),
        (1, name, "fences", {"fences": [PEERING.document()]}),
        (2, name, "fences", {"fences": []}),
        (3, name, "withdrawn", {"problem": "UNFENCED"}),
    )

    assert (entry.standing, entry.command) == ("withdrawn", "")
    assert facts(entry)["Because"] == (
        "UNFENCED: no fence held and nobody had accepted that; nothing was changed"
    )


def test_a_drill_says_what_came_of_it() -> None:
    """One that stands says how it is ended."""
    start: list[Event] = [
        (0, "", "drill-intent", {"step": "start-drill-secondary"}),
        (9, "", "drill-started", {"networks": ["/n/vnet-one", "/n/vnet-two"]}),
    ]
    stop: Event = (90, "", "drill", {"result": "", "escapes": ["a route"], "removed": 8})

    (standing,) = told(*start)
    assert (standing.standing, standing.command) == ("under way", "sparehub drill stop")
    (ended,) = told(*start, stop)
    assert (ended.standing, ended.command) == ("finished", "")
    assert facts(ended) == {
        "Begun": "2026-07-01 12:00:00 UTC",
        "Shut in": "2026-07-01 12:00:09 UTC: nothing could leave vnet-one, vnet-two",
        "Ended": "2026-07-01 12:01:30 UTC, after 90 s; resources removed: 8",
        "Result": "none was given",
        "Way out": "a route",
    }


def test_an_authorization_is_told_by_its_id() -> None:
    """Once, although a run that died wrote twice what it was about to issue; and what is gone."""
    name = "failback-1"
    issued = {"id": "/circuits/c/authorizations/a", "stack": "primary", "connection": "lent"}
    (entry,) = told(
        begin(0, name, "planned", "c"),
        (1, name, "authorization", issued),
        (2, name, "authorization", issued),
        (3, name, "authorization-removed", {"id": "/circuits/c/authorizations/old"}),
    )

    assert [each for each in entry.facts if each[0].startswith("Authorization")] == [
        ("Authorization issued", "/circuits/c/authorizations/a"),
        ("Authorization deleted", "/circuits/c/authorizations/old"),
    ]
