"""The journal: what it survives, and what it refuses."""

import errno
from collections.abc import Callable
from pathlib import Path

import pytest

from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import FILE, Journal, JournalError
from sparehub.failover.journal.journal_state import JournalState

Open = Callable[..., Journal]
BEGUN = {
    "kind": "failover",
    "mode": "planned",
    "source": "primary",
    "target": "secondary",
    "plan": "p",
    "configuration": "c",
    "reason": "",
}


@pytest.fixture
def places(tmp_path: Path) -> tuple[Path, Path]:
    return tmp_path / "one", tmp_path / "two"


@pytest.fixture
def opened(places: tuple[Path, Path]) -> Open:
    def open_journal(project: str = "sparehub") -> Journal:
        return Journal(places, project, lambda _text: None)

    return open_journal


def test_both_copies_hold_every_record(opened: Open, places: tuple[Path, Path]) -> None:
    """The first names the project; each is read back as it was written."""
    journal = opened()
    journal.append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    journal.append(JournalEvent.INTENDED, "failover-0", step="fence", state="FENCING")

    assert [each.event for each in opened().records] == ["journal", "begin", "intent"]
    assert opened().records == journal.records
    assert (places[0] / FILE).read_bytes() == (places[1] / FILE).read_bytes()
    underway = JournalState.of(opened().records).open
    assert underway
    assert (underway.step, underway.state, underway.done) == ("fence", "FENCING", ())


def test_why_an_unproven_plan_was_accepted_is_kept(opened: Open) -> None:
    """With the operation; one that was begun before there was a reason has none."""
    journal = opened()
    for number, said in enumerate(({}, {"unproven": "known since May"})):
        journal.append(JournalEvent.BEGUN, f"failover-{number}", **BEGUN, **said)
        underway = JournalState.of(opened().records).open
        assert underway
        assert underway.unproven == said.get("unproven", "")


def test_a_record_that_says_more_than_is_known_is_read(opened: Open) -> None:
    """As a later version may write it: what is known of the operation counts."""
    journal = opened()
    journal.append(JournalEvent.BEGUN, "failover-0", **BEGUN, weather="fine")

    underway = JournalState.of(opened().records).open
    assert underway
    assert (underway.id, underway.kind) == ("failover-0", "failover")


@pytest.mark.parametrize("old", [True, False], ids=["two records", "one record"])
def test_what_is_superseded_is_open_again_where_nothing_came_of_it(
    opened: Open, *, old: bool
) -> None:
    """As it is written now, and as it was: an "abandoned" before the next one begins."""
    journal = opened()
    journal.append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    if old:
        journal.append(JournalEvent.ABANDONED, "failover-0")
    journal.append(
        JournalEvent.BEGUN, "failover-9", **BEGUN, **({} if old else {"supersedes": "failover-0"})
    )
    journal_state = JournalState.of(journal.records)
    assert journal_state.open
    assert journal_state.superseded
    assert (journal_state.open.id, journal_state.superseded.id) == ("failover-9", "failover-0")

    journal.append(JournalEvent.WITHDRAWN, "failover-9", problem="UNFENCED")
    journal_state = JournalState.of(opened().records)
    assert journal_state.open
    assert (journal_state.open.id, journal_state.superseded) == ("failover-0", None)


def test_a_last_record_that_was_cut_off_never_was(opened: Open, places: tuple[Path, Path]) -> None:
    """At any byte, in one copy or in both; and the next record mends the copies."""
    journal = opened()
    journal.append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    before = (places[0] / FILE).read_bytes()
    journal.append(JournalEvent.FINISHED, "failover-0")
    whole = (places[0] / FILE).read_bytes()
    for length in range(len(before), len(whole)):
        for place in places:
            (place / FILE).write_bytes(whole[:length])
        assert len(opened().records) == 2
        (places[0] / FILE).write_bytes(whole)
        assert len(opened().records) == 3

    (places[1] / FILE).write_bytes(whole[: len(before) + 7])
    opened().append(JournalEvent.COMMITTED, "failover-0")
    assert (places[0] / FILE).read_bytes() == (places[1] / FILE).read_bytes()
    assert len(opened().records) == 4


def test_any_other_damage_is_refused(opened: Open, places: tuple[Path, Path]) -> None:
    """A byte that is another one, a line that is gone, a record that somebody wrote."""
    journal = opened()
    journal.append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    journal.append(JournalEvent.FINISHED, "failover-0")
    file = places[0] / FILE
    whole = file.read_bytes()
    lines = whole.splitlines(keepends=True)
    for damaged in (
        whole.replace(b"planned", b"plamned"),
        lines[0] + lines[2],
        whole + lines[-1],
        b"{}\n",
        whole[:-1] + b" \n" + b"nonsense\n",
    ):
        file.write_bytes(damaged)
        with pytest.raises(JournalError, match=r"is damaged in line \d; nothing was done"):
            opened()
    file.write_bytes(whole)
    assert len(opened().records) == 3


def test_two_copies_that_disagree_are_refused(opened: Open, places: tuple[Path, Path]) -> None:
    """Each is whole by itself: which one is right only a person can know."""
    opened().append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    kept = (places[0] / FILE).read_bytes()
    opened().append(JournalEvent.FINISHED, "failover-0")
    for place in places:
        (place / FILE).write_bytes(kept)
    opened().append(JournalEvent.WITHDRAWN, "failover-0")
    (places[1] / FILE).write_bytes(kept)
    Journal(places[1:], "sparehub", lambda _text: None).append(JournalEvent.FINISHED, "failover-0")

    with pytest.raises(JournalError, match="contradict each other"):
        opened()


def test_a_journal_of_another_project_is_refused(opened: Open) -> None:
    """A home that belongs to somebody else."""
    opened("other").append(JournalEvent.BEGUN, "failover-0", **BEGUN)

    with pytest.raises(JournalError, match="journal of the project 'other', not of 'sparehub'"):
        opened()


def test_one_place_may_fail_and_two_may_not(tmp_path: Path) -> None:
    """Said once; the record is in the other. Where nothing can be written, nothing is done."""
    notes: list[str] = []
    (tmp_path / "file").touch()
    bad, good = tmp_path / "file" / "below", tmp_path / "good"
    journal = Journal((bad, good), "sparehub", notes.append)
    journal.append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    journal.append(JournalEvent.FINISHED, "failover-0")

    assert len(notes) == 1
    assert len(Journal((bad, good), "sparehub", notes.append).records) == 3
    with pytest.raises(JournalError, match="can be written nowhere, so nothing is done"):
        Journal((bad,), "sparehub", notes.append).append(JournalEvent.BEGUN, "failover-0", **BEGUN)


def test_an_old_reading_takes_no_record_away(opened: Open, places: tuple[Path, Path]) -> None:
    """Who read before somebody else wrote is refused; who reads again may write."""
    opened().append(JournalEvent.BEGUN, "failover-0", **BEGUN)
    old = opened()
    for event in (JournalEvent.FINISHED, JournalEvent.COMMITTED, JournalEvent.DRILL_ENDED):
        opened().append(event, "failover-0")
    written = (places[0] / FILE).read_bytes()

    with pytest.raises(JournalError, match="has grown since it was read"):
        old.append(JournalEvent.HALTED, "failover-0", step="fence")
    assert [(place / FILE).read_bytes() for place in places] == [written, written]
    opened().append(JournalEvent.COMMITTED, "failover-0")
    assert len(opened().records) == 6


@pytest.mark.parametrize("unreadable", [0, 1])
def test_a_copy_that_cannot_be_read_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, unreadable: int
) -> None:
    """It may say more than the other one; a place without a copy says nothing."""
    places = (tmp_path / "one", tmp_path / "two")
    Journal(places, "sparehub", print).append(JournalEvent.BEGUN)
    file = places[unreadable] / FILE
    read = Path.read_bytes

    def refused(path: Path) -> bytes:
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path)

    with monkeypatch.context() as patched:
        patched.setattr(Path, "read_bytes", refused)
        with pytest.raises(JournalError, match=r"journal.jsonl cannot be read \(Permission denied"):
            Journal(places, "sparehub", print)
    file.unlink()
    assert len(Journal(places, "sparehub", print).records) == 2
