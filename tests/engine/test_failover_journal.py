"""The journal is cut off, or cannot be written, while the real engine fails over."""

import resource
from pathlib import Path

import pytest

from sparehub.simulator import control
from sparehub.topology.errors import ExitCode
from tests.engine.operator import EVERYTHING, Operator, copied, die, go_on, hold, resume

FENCE, ACTIVATE = "fence-primary", "activate-secondary"
REFUSED = 3
pytestmark = pytest.mark.skipif(not EVERYTHING, reason="make faults")


@pytest.fixture
def operator(pair: Path, tmp_path: Path) -> Operator:
    return Operator(copied(pair, tmp_path / "home"))


@pytest.mark.parametrize(
    ("point", "copies"), [(f"after:outcome:{FENCE}", 2), (f"after:intent:{ACTIVATE}", 1)]
)
def test_a_record_that_was_cut_off_never_was(operator: Operator, point: str, copies: int) -> None:
    """In one copy or in both: what the record named is found in Azure, and not done again."""
    die(operator, point, *operator.confirmed("failover"))
    files = sorted(operator.engine.rehearsal.home.path.rglob("journal.jsonl"))
    assert len(files) == 2
    for file in files[:copies]:
        file.write_bytes(file.read_bytes()[:-40])
    resume(operator)
    hold(operator, "secondary")


@pytest.mark.parametrize(
    ("point", "done"), [(f"before:outcome:{FENCE}", []), (f"after:outcome:{FENCE}", [FENCE])]
)
def test_a_full_disk_halts_before_anything_more_is_done(
    operator: Operator, point: str, done: list[str]
) -> None:
    """No file may grow any more: what cannot be written down is not done."""
    running = operator.paused(point, *operator.confirmed("failover"))
    log = control.read_log(operator.engine.store)
    home = operator.engine.rehearsal.home.path
    (size,) = {file.stat().st_size for file in home.rglob("journal.jsonl")}
    resource.prlimit(running.pid, resource.RLIMIT_FSIZE, (size, size))
    code, said = go_on(running)
    assert (code, "the journal can be written nowhere" in said) == (ExitCode.HALFWAY, True), said
    assert control.read_log(operator.engine.store) == log
    assert operator.status()["operation"]["done"] == done

    resume(operator)
    hold(operator, "secondary")


def test_a_journal_that_cannot_be_begun_refuses(operator: Operator) -> None:
    """Both locations are taken by other files: nothing is done; with one of them free, all is."""
    home = operator.engine.rehearsal.home.path
    standing = operator.sparehub("commit")  # makes both places
    assert standing.returncode == 0
    places = sorted(each.parent for each in home.rglob("lease.json"))
    assert len(places) == 2
    for place in places:
        (place / "journal.jsonl").mkdir()
    log = control.read_log(operator.engine.store)
    refused = operator.sparehub(*operator.confirmed("failover"))
    assert (refused.returncode, "can be written nowhere" in refused.stderr) == (REFUSED, True)
    assert control.read_log(operator.engine.store) == log

    (places[0] / "journal.jsonl").rmdir()
    done = operator.sparehub(*operator.confirmed("failover"))
    assert (done.returncode, "cannot be written in" in done.stderr) == (0, True), done.stderr
    (places[1] / "journal.jsonl").rmdir()
    resume(operator)
    assert operator.sparehub("commit").returncode == 0  # and brings the other place up
    hold(operator, "secondary")
