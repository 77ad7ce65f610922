"""The report's section on machines: as of the last operation, without Azure."""

from pathlib import Path
from typing import Any

from sparehub.report.current_status import alarms, now
from sparehub.report.document import Report, compose
from sparehub.report.entries import entry_of
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded
from sparehub.report.machines import GroupRow, MachineRow, MeasuredRow
from sparehub.report.page import page
from sparehub.stacks.stack_file_check import check_stack_files
from sparehub.topology.planning.plan import Mode
from tests.report.conftest import report_of, write_stacks
from tests.report.journal_records import Event, at, begin, records, step
from tests.site_recovery_files import MACHINES, REPLICATE, SITE_RECOVERY

HOSTILE = "</script><img src=x onerror=alert(1)>"
OBJECTIVES = {"recoveryPointInMinutes": 15, "recoveryTimeInMinutes": 10, "testedWithinDays": 90}


def replicating(values: dict[str, Any]) -> None:
    values["sparehub:region"]["replicate"] = REPLICATE


def taking_over(values: dict[str, Any], question: str = "Do domain controllers answer?") -> None:
    plan = {"groups": {"1": {"after": [{"manual": question}]}}}
    values["sparehub:region"]["siteRecovery"] = {
        **SITE_RECOVERY,
        "objectives": OBJECTIVES,
        "recoveryPlan": plan,
    }


def moved(operation: str = "failover-1") -> list[Event]:
    """Return an unplanned failover that was declared 60 s before it began, and its open item."""
    seconds, name, event, data = begin(100, operation, "unplanned", "c")
    item = {
        "id": f"{operation}-primary",
        "stack": "primary",
        "target": "secondary",
        "unfenced": False,
        "prefixes": [],
        "fences": [],
        "machines": [MACHINES.format("app1"), MACHINES.format("dc1")],
    }
    return [
        (seconds, name, event, {**data, "declared": at(40)}),
        *step(
            100,
            101,
            name,
            "fail-over-machines",
            machines=["app1", "dc1"],
            loss={"app1": 240.0, "dc1": 1200.0},
        ),
        *step(101, 300, name, "activate-secondary"),
        *step(300, 340, name, "verify-machines"),
        (341, name, "debt", item),
        (342, name, "debt", item),
        (343, name, "finished", {}),
    ]


def of(directory: Path, *events: Event) -> Report:
    write_stacks(directory, replicating, taking_over)
    recorded = Recorded(history=History.of(records(*events)) if events else History())
    return compose(check_stack_files(directory), recorded)


def test_a_pair_without_machines_has_no_such_section(tmp_path: Path) -> None:
    report = report_of(tmp_path)

    assert report.machines is None
    assert "<h2>Machines</h2>" not in page(report)


def test_machines_and_groups_are_those_of_the_files(tmp_path: Path) -> None:
    """Without a journal nothing is known of points and tests."""
    section = of(tmp_path).machines

    assert section
    assert section.as_of == ""
    assert section.machines == (
        MachineRow(
            name="app1",
            group=2,
            spoke="spoke2",
            arrives="app, 10.2.0.10",
            point="not recorded",
            tested="not recorded",
        ),
        MachineRow(
            name="dc1",
            group=1,
            spoke="spoke1",
            arrives="app, 10.1.0.10",
            point="not recorded",
            tested="not recorded",
        ),
    )
    times = [row.expected for row in section.groups]
    assert section.groups == (
        GroupRow(
            number=1,
            machines="dc1",
            before=(),
            after=("group-1-after-1: Do domain controllers answer?",),
            expected=times[0],
        ),
        GroupRow(number=2, machines="app1", before=(), after=(), expected=times[1]),
    )
    assert [result.verdict for result in section.results[:4]] == ["unknown"] * 4
    assert section.measured == ()
    assert [picture.title for picture in section.pictures] == [
        f"{mode} failover from primary to secondary" for mode in Mode
    ]


def test_the_journal_says_points_tests_and_what_was_measured(tmp_path: Path) -> None:
    """As of its last record; a drill's networks alone test no machine."""
    drill: Event = (-86400, "", "drill", {"result": "", "escapes": [], "removed": 2})
    tested: Event = (
        -90000,
        "",
        "drill",
        {**drill[3], "outcome": "passed", "machines": [{"name": "dc1"}]},
    )
    section = of(tmp_path, tested, drill, *moved()).machines

    assert section
    assert section.as_of == "2026-07-01 12:05:43 UTC"
    assert [(row.name, row.point, row.tested) for row in section.machines] == [
        ("app1", "4 min", "not recorded"),
        ("dc1", "20 min", "2026-06-30 11:00:00 UTC"),
    ]
    assert [result.text for result in section.results[:4]] == [
        "group 1: newest recovery point 20 min old, objective 15 min: missed (dc1)",
        "group 2: newest recovery point 4 min old, objective 15 min: met",
        "group 1: last test 1 days ago, objective 90 days: met",
        "group 2: last test not known, objective 90 days: unknown (app1)",
    ]
    assert section.measured[0] == MeasuredRow(
        what=(
            "last failover, unplanned: from when it was declared, 2026-07-01 12:00:40 UTC, until "
            "the service was verified; group 1: recovery time 5 min, objective 10 min: met; "
            "group 2: recovery time 5 min, objective 10 min: met"
        ),
        measured="5 min",
        expected=section.measured[0].expected,
    )
    assert section.measured[1].measured == "not recorded"


def test_running_source_machines_are_an_alarm_and_no_lost_region(tmp_path: Path) -> None:
    """The item was recorded twice, and is one."""
    write_stacks(tmp_path, replicating, taking_over)
    history = History.of(records(*moved()))
    stacks = check_stack_files(tmp_path).stacks

    (alarm,) = alarms(history)

    assert (alarm.word, alarm.command) == ("open item", "sparehub finish-fence")
    assert alarm.text.startswith("source machines of primary may still run since 2026-07-01")
    assert "app1, dc1" in alarm.text
    assert now(stacks, history, None) is None
    facts = dict(entry_of(history.entries[0], lambda _operation: None).facts)
    assert facts["Declared"] == "2026-07-01 12:00:40 UTC"
    assert facts["Open item"].startswith("primary; source machines that may run: app1, dc1; since")


def test_the_page_is_the_same_each_time_and_escapes_what_files_say(tmp_path: Path) -> None:
    """A question of the recovery plan is text."""
    write_stacks(tmp_path, replicating, lambda values: taking_over(values, HOSTILE))
    recorded = Recorded(history=History.of(records(*moved())))
    first, second = (page(compose(check_stack_files(tmp_path), recorded)) for _ in range(2))

    assert first == second
    assert HOSTILE not in first
    assert "&lt;/script&gt;&lt;img src=x" in first
    assert "<h2>Machines</h2>" in first
