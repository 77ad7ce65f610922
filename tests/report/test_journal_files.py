"""Reading the journal of a home for a report."""

from dataclasses import replace
from pathlib import Path

import pytest

from sparehub.failover.journal.journal import FILE, Record
from sparehub.report.document import compose
from sparehub.report.history import History
from sparehub.report.journal_files import Recorded, recorded
from sparehub.stacks.stack_file_check import check_stack_files
from tests.report.journal_records import begin, planned, records, write


@pytest.fixture
def project(tmp_path: Path) -> Path:
    (tmp_path / "Pulumi.yaml").write_text("name: sparehub\n")
    return tmp_path


def read(project: Path) -> Recorded:
    return recorded(project, {"SPAREHUB_HOME": str(project / "home")})


def test_a_missing_journal_is_an_empty_history(project: Path) -> None:
    """No directory is created, and the project needs no name."""
    (project / "Pulumi.yaml").unlink()

    assert read(project) == Recorded()
    assert not (project / "home").exists()


def test_the_journal_of_the_home_is_read(project: Path) -> None:
    """By default the home is in the project; reading does not change it."""
    chain = records(*planned("c"))
    file = write(project / "home", chain)
    before = file.read_bytes()

    assert read(project) == Recorded(history=History.of(chain))
    assert file.read_bytes() == before
    write(project / ".sparehub", chain)
    assert recorded(project, {}) == read(project)


def test_a_journal_of_another_project_is_a_problem(project: Path) -> None:
    """The message names both."""
    write(project / "home", records(*planned("c"), project="other"))

    found = read(project)

    assert found.history == History()
    assert "is the journal of the project 'other', not of 'sparehub'" in found.problem


@pytest.mark.parametrize("content", ["", "[no", "name", "description: none"])
def test_a_project_without_a_name_has_no_journal(project: Path, content: str) -> None:
    """The project of the journal is unknown."""
    (project / "Pulumi.yaml").write_text(content)
    write(project / "home", records(*planned("c")))

    assert read(project).problem.startswith("the journal's project is unknown: ")


def test_a_damaged_journal_is_a_problem(project: Path) -> None:
    """The part before the damage is not used: the rest may close its open items."""
    file = write(project / "home", records(*planned("c")))
    file.write_bytes(file.read_bytes().replace(b'"planned"', b'"pl4nned"'))

    found = read(project)

    assert found.history == History()
    assert f"{file} is damaged in line 2" in found.problem


def test_a_journal_that_cannot_be_read_is_a_problem(project: Path) -> None:
    """It exists, so the report must not say that no operation is recorded."""
    (project / "home" / "journal" / FILE).mkdir(parents=True)

    assert read(project).problem.endswith("cannot be read: Is a directory")


def chained(*data: object) -> tuple[Record, ...]:
    return records(begin(0, "failover-1", "planned", "c"), (1, "failover-1", "spent", *data))  # type: ignore[arg-type]


@pytest.mark.parametrize("data", [{}, [], None, {"keys": 3}], ids=str)
def test_a_record_of_another_version_is_a_problem(project: Path, data: object) -> None:
    """The chain of hashes is valid, but the data is not that of this version."""
    write(project / "home", chained(data))

    assert read(project).problem.endswith("has records of another version")


FENCE = {"how": "privatePeering", "id": "/p"}
OPEN_ITEM = {
    "id": "d",
    "stack": "primary",
    "target": "secondary",
    "unfenced": False,
    "prefixes": ["10.0.0.0/24"],
    "reason": "",
    "fences": [FENCE],
}


@pytest.mark.parametrize(
    ("event", "data", "at"),
    [
        ("fences", {"fences": [{**FENCE, "how": "routeFilter"}]}, ""),
        ("fences", {"fences": [{**FENCE, "id": 7}]}, ""),
        ("debt", {**OPEN_ITEM, "prefixes": [7]}, ""),
        ("debt", {**OPEN_ITEM, "fences": [{**FENCE, "how": "routeFilter"}]}, ""),
        ("debt", OPEN_ITEM, "yesterday"),
        ("committed", {}, "2026-07-01T12:00:00"),
        ("committed", {}, "2026-07-01T12:00:00+02:00"),
        ("drill-intent", {"step": "start-drill-secondary"}, "yesterday"),
        ("drill-started", {"networks": [7]}, ""),
    ],
)
def test_a_value_of_another_version_is_shown_as_a_problem(
    project: Path, event: str, data: dict[str, object], at: str
) -> None:
    """A fence, a time or a prefix that this version would not write."""
    operation = "" if event.startswith("drill") else "failover-1"
    good = records(begin(0, "failover-1", "planned", "c"), (1, operation, event, data))
    if at:
        good = (*good[:-1], replace(good[-1], at=at).sealed())
    write(project / "home", good)

    found = read(project)

    assert found.problem.endswith("has records of another version")
    assert compose(check_stack_files(project), found).past.problem == found.problem


@pytest.mark.parametrize(
    ("event", "data"), [("fences", {"fences": [FENCE]}), ("debt", OPEN_ITEM), ("committed", {})]
)
def test_a_value_of_this_version_is_read(
    project: Path, event: str, data: dict[str, object]
) -> None:
    """In the same kinds of records."""
    chain = records(begin(0, "failover-1", "planned", "c"), (1, "failover-1", event, data))
    write(project / "home", chain)

    assert (read(project).problem, len(read(project).history.entries)) == ("", 1)
