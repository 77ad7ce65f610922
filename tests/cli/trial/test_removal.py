"""What a killed trial leaves is removed by ``--clean-up``, found by the journal or by the tag."""

import json
import shutil
import signal
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sparehub.azure.local import local_azure
from sparehub.cli.trial import operation
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.recording.transport import OutsideError, RecordingTransport
from sparehub.topology.errors import PreflightError
from tests.cli.trial.conftest import SUBSCRIPTION, Place, begin_and_kill

_WRITES = 19
"""Writes of a trial without machines, its removal included."""
_WITH_MACHINES = (27, 50, 55, 60, 66, 70, 74, 78, 82, 84, 88, 92, 96, 100, 102)
"""Points in the replication of machines, in its test, and in the removal of the vault."""


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=[pytest.mark.long] if point % 4 else [])
        for point in range(1, 2 * _WRITES + 1)
    ],
)
def test_nothing_is_left_of_a_trial_that_was_killed_at_a_write(place: Place, point: int) -> None:
    begin_and_kill(place, point, machines=False)

    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


@pytest.mark.parametrize(
    "point",
    [
        pytest.param(point, marks=[pytest.mark.long] if number % 4 else [])
        for number, point in enumerate(_WITH_MACHINES)
    ],
)
def test_a_vault_that_a_kill_left_is_removed_in_its_order(place: Place, point: int) -> None:
    begin_and_kill(place, point, machines=True)

    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


def test_without_a_journal_the_tag_finds_what_is_left(place: Place) -> None:
    begin_and_kill(place, 20, machines=False)
    shutil.rmtree(place.path / "home" / "trials")

    assert place.clean_up() == 0
    assert place.resources() == []


def test_a_group_that_only_has_the_tag_is_not_touched(place: Place) -> None:
    """Its name is not of a trial: somebody copied the tags."""
    client = local_azure(place.store, SUBSCRIPTION)
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-production"
    client.send("PUT", path, {"location": "eastasia", "tags": {"sparehub-trial": "abc123"}})

    assert place.clean_up() == 0
    assert place.resources() == [path]


def test_while_an_earlier_trial_is_left_none_begins(place: Place) -> None:
    begin_and_kill(place, 20, machines=False)
    left = place.resources()

    with pytest.raises(PreflightError, match="sparehub trial --clean-up --subscription"):
        place.begin(out=place.path / "second")
    assert place.resources() == left


def test_what_a_lock_keeps_is_listed_and_removed_later(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Somebody locks a group while the trial runs: code 7, and a later clean-up removes it."""
    begin_and_kill(place, 20, machines=False)
    (group,) = [path for path in place.resources() if path.endswith("-eastasia")]
    lock = f"{group}/providers/Microsoft.Authorization/locks/keep"
    client = local_azure(place.store, SUBSCRIPTION)
    client.send("PUT", lock, {"properties": {"level": "CanNotDelete"}})

    assert place.clean_up() == 7
    (left,) = json.loads(capsys.readouterr().out)["left"]
    assert left.startswith(f"{group}: The scope '{group}' cannot perform delete operation")

    client.send("DELETE", lock)
    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


def interrupt() -> None:
    raise KeyboardInterrupt


def fill_the_disk(place: Place) -> None:
    """Make the recording unwritable, and let the request through."""
    (place.out / "recording.json").rename(place.out / "partly.json")


@pytest.mark.parametrize(
    ("what", "problem"),
    [
        (lambda _: interrupt(), "interrupted"),
        (lambda _: signal.raise_signal(signal.SIGTERM), "interrupted"),
        (fill_the_disk, "recording.json cannot be written (No such file or directory)"),
    ],
    ids=["Ctrl-C", "SIGTERM", "disk full"],
)
def test_an_interruption_removes_what_was_made(
    place: Place,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    what: Callable[[Place], None],
    problem: str,
) -> None:
    happens_at_the_spoke(monkeypatch, lambda: what(place))

    assert place.begin() == 1
    assert (place.resources(), place.journal) == ([], [])
    assert json.loads(capsys.readouterr().out)["problem"].endswith(problem)


def test_a_defect_keeps_its_traceback_and_what_was_made_is_removed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail() -> None:
        raise ZeroDivisionError

    happens_at_the_spoke(monkeypatch, fail)

    with pytest.raises(ZeroDivisionError):
        place.begin()
    assert (place.resources(), place.journal) == ([], [])


def happens_at_the_spoke(monkeypatch: pytest.MonkeyPatch, what: Callable[[], None]) -> None:
    """Let something happen when the first spoke is about to be made."""
    sent = RecordingTransport.send

    def send(self: RecordingTransport, request: Any, **options: Any) -> Any:
        if request.method == "PUT" and "eastasia/" in request.url and "works/spoke?" in request.url:
            what()
        return sent(self, request, **options)

    monkeypatch.setattr(RecordingTransport, "send", send)


def test_a_write_outside_the_groups_of_the_trial_is_not_sent(place: Place) -> None:
    client = local_azure(place.store, SUBSCRIPTION)
    guarded = replace(client, transport=operation.guard(client, "abc123", Redaction(), None))
    outside = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-sparehub-trial-abc124-eastasia"

    with pytest.raises(OutsideError, match="is outside the trial and was not sent"):
        guarded.send("PUT", outside, {"location": "eastasia"})
    assert place.resources() == []
    inside = outside.replace("abc124", "abc123")
    assert guarded.send("PUT", inside, {"location": "eastasia"}).accepted
