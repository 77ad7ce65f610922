"""What a killed trial leaves is removed by ``--clean-up``, found by the journal or by the tag."""

import json
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Callable
from typing import Any

import pytest

from sparehub.azure.local import local_azure
from sparehub.azure.reading import Listing
from sparehub.cli.trial.differences import compare
from sparehub.cli.trial.recording.redaction import Redaction
from sparehub.cli.trial.recording.transport import OutsideError, RecordingTransport, guarded
from sparehub.cli.trial.removal import Removal
from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.simulator.replay.recording import read
from sparehub.topology.errors import OptionsError, PreflightError, UnreadableError
from tests.cli.trial.conftest import SUBSCRIPTION, Place, begin_and_kill

_KILLED_AT_THE_TENTH = """
import os, signal
from sparehub.cli.app import main
from sparehub.cli.trial.recording.transport import RecordingTransport
sent, writes = RecordingTransport.send, []
def send(self, request, **options):
    if request.method != "GET" and "checkPolicy" not in request.url:
        writes.append(request)
    if len(writes) == 10:
        os.kill(os.getpid(), signal.SIGKILL)
    return sent(self, request, **options)
RecordingTransport.send = send
main()
"""
EVERY = os.environ.get("SPAREHUB_FAULTS") == "all"
"""Whether a trial is killed at every point (`make faults`), or at a sample of them."""
_WRITES = 19
"""Writes of a trial without machines, its removal included."""
_WITH_MACHINES = 53
"""Writes of a trial with machines. The first 21 differ from those without in the NAT only."""


@pytest.mark.parametrize("point", range(1, 2 * _WRITES + 1, 1 if EVERY else 5))
def test_nothing_is_left_of_a_trial_that_was_killed_at_a_write(place: Place, point: int) -> None:
    begin_and_kill(place, point, machines=False)

    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


@pytest.mark.parametrize("point", range(45, 2 * _WITH_MACHINES + 1, 1 if EVERY else 15))
def test_a_vault_that_a_kill_left_is_removed_in_its_order(place: Place, point: int) -> None:
    """SR-80: also while replication is enabled, and during a test of a failover."""
    begin_and_kill(place, point, machines=True)

    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


def test_an_item_that_cannot_be_removed_is_purged(place: Place) -> None:
    """SR-57: after five rounds; the rest of the vault follows."""
    begin_and_kill(place, 82, machines=True)
    kind = "replicationProtectedItems"
    control.add_fault(place.store, FaultRequest(kind="conflict", type=kind, count=5))

    assert place.clean_up() == 0
    assert place.resources() == []
    written = [(e.method, e.status) for e in control.read_log(place.store) if f"/{kind}/" in e.path]
    assert written[-7:] == [("POST", 409)] * 5 + [("DELETE", 202)] * 2


def test_a_process_that_the_system_killed_leaves_a_recording_and_a_journal(place: Place) -> None:
    """The command itself, by SIGKILL at its tenth write; another process then cleans up."""
    arguments = ["trial", "--subscription", SUBSCRIPTION, "--yes", "-o", str(place.out)]
    done = subprocess.run(
        [sys.executable, "-c", _KILLED_AT_THE_TENTH, *arguments],
        env={**os.environ, **place.environment},
        capture_output=True,
        check=False,
    )

    assert done.returncode == -signal.SIGKILL
    assert len(place.journal) == 1
    (recording,) = read(place.out / "recording.json")
    assert sum(exchange.writes for exchange in recording.exchanges) == 9
    assert compare(place.out / "recording.json").differences == ()
    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


def test_without_a_journal_the_tag_finds_what_is_left(place: Place) -> None:
    begin_and_kill(place, 20, machines=False)
    identity = forget(place)

    assert place.clean_up(identity) == 0
    assert place.resources() == []


def forget(place: Place) -> str:
    """Remove the journal, as if the trial were somebody else's; return its id."""
    (file,) = place.journal
    shutil.rmtree(place.path / "home" / "trials")
    return file.removesuffix(".json")


def test_what_somebody_else_may_be_running_is_removed_only_by_its_id(
    place: Place, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its time is not over: --yes leaves it with code 7, and so does any other answer."""
    begin_and_kill(place, 20, machines=False)
    identity = forget(place)
    before = place.resources()
    capsys.readouterr()

    assert place.clean_up() == 7
    said = capsys.readouterr()
    (left,) = json.loads(said.out)["left"]
    assert left.startswith(f"{identity} of ")
    assert left.endswith(f"--clean-up --subscription {SUBSCRIPTION} --trial {identity}`")
    assert f"rg-sparehub-trial-{identity}-eastasia" in said.err
    assert place.clean_up(confirm=lambda _: "yes") == 7
    assert place.resources() == before

    assert place.clean_up(confirm=lambda _: identity) == 0
    assert place.resources() == []


def test_what_was_begun_from_here_is_removed_after_yes(place: Place) -> None:
    begin_and_kill(place, 20, machines=False)
    before = place.resources()

    with pytest.raises(PreflightError, match="nothing was removed"):
        place.clean_up(confirm=lambda _: "y")
    with pytest.raises(OptionsError, match="nothing of 000000 is in the subscription"):
        place.clean_up("000000")
    assert place.resources() == before

    assert place.clean_up(confirm=lambda _: "yes") == 0
    assert (place.resources(), place.journal) == ([], [])


def test_without_the_list_of_groups_nothing_is_called_removed(
    place: Place, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The rejected twin: no group is left."""
    assert place.clean_up() == 0
    listing = Listing(items=(), problem="AuthorizationFailed")
    monkeypatch.setattr(
        "sparehub.cli.trial.requests.leftovers.listed", lambda _azure, _path: listing
    )

    with pytest.raises(UnreadableError, match="cannot be listed: AuthorizationFailed"):
        place.clean_up()


def test_a_group_that_only_has_the_tag_is_not_touched(place: Place) -> None:
    """Its name is not of a trial: somebody copied the tags."""
    client = local_azure(place.store, SUBSCRIPTION)
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-production"
    client.send("PUT", path, {"location": "eastasia", "tags": {"sparehub-trial": "abc123"}})

    assert place.clean_up() == 0
    assert place.resources() == [path]


def test_a_group_that_azure_names_in_another_case_is_removed(place: Place) -> None:
    """Names that differ in case are one name in Azure; the transport permits the write, too."""
    client = local_azure(place.store, SUBSCRIPTION)
    path = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/RG-Sparehub-Trial-ABC123-eastasia"
    tags = {"sparehub-trial": "abc123", "delete-after": "2020-01-01T00:00:00Z"}
    client.send("PUT", path, {"location": "eastasia", "tags": tags})

    assert place.clean_up() == 0
    assert place.resources() == []


def test_an_error_of_the_removal_lists_what_is_perhaps_left(
    place: Place, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Any expected error: code 7 with every group, and the journal keeps the trial."""

    def remove(_: Removal, _groups: tuple[str, ...]) -> list[str]:
        raise OutsideError("DELETE of another group was not sent")

    with monkeypatch.context() as patch:
        patch.setattr(Removal, "remove", remove)
        assert place.begin() == 7
    left = json.loads(capsys.readouterr().out)["left"]
    assert [each.partition(": ")[2] for each in left] == [
        "perhaps; DELETE of another group was not sent"
    ] * 2
    assert len(place.journal) == 1
    assert place.clean_up() == 0
    assert (place.resources(), place.journal) == ([], [])


def test_while_an_earlier_trial_is_left_none_begins(place: Place) -> None:
    begin_and_kill(place, 20, machines=False)
    left = place.resources()

    with pytest.raises(PreflightError, match=r" of .*, created 20.*--trial [0-9a-f]{6}`"):
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
    client = guarded(local_azure(place.store, SUBSCRIPTION), "abc123", Redaction(), None)
    outside = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-sparehub-trial-abc124-eastasia"

    with pytest.raises(OutsideError, match="is outside the trial and was not sent"):
        client.send("PUT", outside, {"location": "eastasia"})
    assert place.resources() == []
    inside = outside.replace("abc124", "abc123")
    assert client.send("PUT", inside, {"location": "eastasia"}).accepted
