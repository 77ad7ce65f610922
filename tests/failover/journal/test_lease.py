"""One operator at a time, and no late writer."""

import errno
import fcntl
import json
import os
import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from sparehub.failover.journal import lease, lease_holder
from sparehub.failover.journal.journal import JournalError
from sparehub.failover.journal.lease import FILE, LASTS, Lease, LeaseError
from sparehub.failover.journal.lease_holder import Holder
from sparehub.files.private_files import replace_private

HERE = Holder.this_process()
ELSEWHERE = Holder(host="another-host", process=1, started="", user="somebody")


class Hosts:
    """Takes leases for whoever it is notes to, at a time of its own."""

    def __init__(self, place: Path) -> None:
        self.places = (place / "one", place / "two")
        self.time = 1000.0
        self.notes: list[str] = []

    def take(self, lease_holder: Holder, epoch: int = 0) -> Lease:
        return Lease.take(
            self.places,
            self.notes.append,
            epoch=epoch,
            holder=lease_holder,
            now=lambda: self.time,
        )


@pytest.fixture
def hosts(tmp_path: Path) -> Hosts:
    return Hosts(tmp_path)


def test_a_second_operator_is_refused_until_the_first_is_done(hosts: Hosts) -> None:
    """By name, with what is left of the lease."""
    first = hosts.take(ELSEWHERE)
    with pytest.raises(
        LeaseError, match=r"somebody on another-host, process 1 is at work .* 900 s"
    ):
        hosts.take(HERE)
    first.release()

    assert hosts.take(HERE).check() == 2
    assert hosts.notes == []


def test_another_hosts_lease_ends_when_it_expires(hosts: Hosts) -> None:
    """Ten minutes between two clocks are not enough to take a live one."""
    hosts.take(ELSEWHERE)
    hosts.time += 600
    with pytest.raises(LeaseError):
        hosts.take(HERE)
    hosts.time += LASTS - 600

    assert hosts.take(HERE).check() == 2
    assert "took over the lease of somebody on another-host" in hosts.notes[0]


def test_a_lease_that_is_renewed_does_not_expire(hosts: Hosts) -> None:
    """However long a gateway takes."""
    held = hosts.take(ELSEWHERE)
    for _ in range(5):
        hosts.time += LASTS - 1
        held.renew()
        with pytest.raises(LeaseError):
            hosts.take(HERE)


def test_a_dead_process_of_this_host_is_known_at_once(hosts: Hosts) -> None:
    """Its number may belong to another process now: the start time differs."""
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    hosts.take(replace(HERE, process=dead))
    hosts.take(replace(HERE, started="another time"))

    assert hosts.take(HERE).check() == 3
    assert len(hosts.notes) == 2


def test_a_live_process_of_this_host_is_not_taken_for_dead(hosts: Hosts) -> None:
    """The parent of this one runs."""
    hosts.take(Holder.of(os.getppid()))

    with pytest.raises(LeaseError):
        hosts.take(HERE)


def test_a_late_writer_is_refused(hosts: Hosts) -> None:
    """It slept for an hour, somebody took over; it writes nothing, and releases nothing."""
    late = hosts.take(ELSEWHERE)
    hosts.time += 3600
    taken = hosts.take(HERE)

    for act in (late.check, late.renew):
        with pytest.raises(LeaseError, match="has taken over"):
            act()
    late.release()
    assert taken.check() == 2


def test_two_of_one_epoch_do_not_both_go_on(hosts: Hosts) -> None:
    """Somebody who sees one of the two places alone counts to the same epoch."""
    first = hosts.take(HERE)
    (hosts.places[1] / FILE).unlink()
    second = Lease.take(
        hosts.places[1:], hosts.notes.append, epoch=0, holder=ELSEWHERE, now=lambda: hosts.time
    )

    assert second.check() == 1
    with pytest.raises(LeaseError, match="somebody on another-host, process 1 has taken over"):
        first.check()


def test_epochs_grow_beyond_what_the_journal_has_seen(hosts: Hosts) -> None:
    """Also where both lease files were lost."""
    assert hosts.take(HERE, epoch=7).check() == 8
    for place in hosts.places:
        (place / FILE).unlink()
    assert hosts.take(HERE, epoch=8).check() == 9


@pytest.mark.parametrize(
    "other",
    [
        {"boot": "another boot"},
        {"namespace": "pid:[1]"},
        {"boot": ""},
        {"namespace": ""},
        {"host": "another-host"},
    ],
)
def test_a_process_of_another_boot_or_namespace_is_another_host(
    hosts: Hosts, other: dict[str, Any]
) -> None:
    """Its number says nothing here: its lease ends when it expires, and not before."""
    hosts.take(replace(HERE, started="0", **other))
    with pytest.raises(LeaseError, match="in another container or before a restart"):
        hosts.take(HERE)
    hosts.time += LASTS

    assert hosts.take(HERE).check() == 2


def test_without_proc_nobody_is_known_to_be_gone(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """macOS says neither boot id nor namespace: two containers could not be distinguished apart."""
    monkeypatch.setattr(lease_holder, "_PROC", tmp_path / "no proc")
    here = Holder.this_process()
    assert (here.boot, here.namespace, here.started) == ("", "", "")
    hosts.take(here)
    with pytest.raises(LeaseError, match="is at work on these stacks"):
        hosts.take(Holder.this_process())


def test_an_older_lease_without_boot_and_namespace_is_another_hosts(hosts: Hosts) -> None:
    """An older program wrote it down without them."""
    hosts.take(replace(HERE, started="0"))
    for place in hosts.places:
        terms = json.loads((place / FILE).read_text())
        for key in ("boot", "namespace"):
            del terms["holder"][key]
        del terms["id"]
        (place / FILE).write_text(json.dumps(terms))

    with pytest.raises(LeaseError):
        hosts.take(HERE)


def test_two_leases_of_one_process_are_two(hosts: Hosts) -> None:
    """The lease's own id distinguishes two holders where the system does not."""
    first = hosts.take(HERE)
    (hosts.places[1] / FILE).unlink()
    second = Lease.take(
        hosts.places[1:], hosts.notes.append, epoch=0, holder=HERE, now=lambda: hosts.time
    )

    assert second.check() == 1
    with pytest.raises(LeaseError, match="has taken over"):
        first.check()


NO_ROOM = OSError(errno.ENOSPC, "No space left on device")


class Full:
    """Lets files be written only where there is room."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.places: set[Path] = set()
        write = replace_private

        def written(file: Path, content: bytes, *, durable: bool = True) -> None:
            if file.parent in self.places:
                raise NO_ROOM
            write(file, content, durable=durable)

        monkeypatch.setattr(lease, "replace_private", written)


@pytest.fixture
def full(monkeypatch: pytest.MonkeyPatch) -> Full:
    return Full(monkeypatch)


def test_a_lease_that_no_place_takes_is_not_taken(hosts: Hosts, full: Full) -> None:
    """The message names each place and why; with room in one of them it is taken, with a word."""
    full.places = set(hosts.places)
    with pytest.raises(JournalError) as caught:
        hosts.take(HERE)
    assert caught.value.exit_code == 3
    assert str(caught.value) == (
        "the lease can be written nowhere, so nothing is done "
        f"({hosts.places[0]}: No space left on device; {hosts.places[1]}: No space left on device)"
    )

    full.places = {hosts.places[0]}
    assert hosts.take(HERE).check() == 1
    assert hosts.notes == [
        f"warning: the lease cannot be written in {hosts.places[0]}: No space left on device"
    ]


def test_a_lease_that_cannot_be_renewed_lets_nothing_be_done(hosts: Hosts, full: Full) -> None:
    """The guard of every write renews it; with room again the run may go on."""
    held = hosts.take(HERE)
    full.places = set(hosts.places)
    with pytest.raises(JournalError, match="written nowhere, so nothing is done"):
        held.renew()
    full.places = {hosts.places[1]}
    assert held.renew() == 1
    assert hosts.notes == [
        f"warning: the lease cannot be written in {hosts.places[1]}: No space left on device"
    ]


def test_a_lease_that_cannot_be_released_is_warned_of(hosts: Hosts, full: Full) -> None:
    """Everything was done by then: the lease ends with its process, or when it expires."""
    held = hosts.take(HERE)
    full.places = set(hosts.places)
    held.release()
    assert "the lease is kept until it expires in 15 minutes" in hosts.notes[-1]
    with pytest.raises(LeaseError):
        hosts.take(ELSEWHERE)


def test_a_thread_that_renews_goes_on_after_a_full_disk(
    hosts: Hosts, full: Full, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Room may come back before the run's next write."""
    monkeypatch.setattr(lease, "RENEWED", 0.001)
    held = hosts.take(HERE)
    full.places = set(hosts.places)
    renewed = threading.Event()
    with held.kept():
        full.places = set()
        hosts.time += 60
        write = replace_private

        def written(file: Path, content: bytes, *, durable: bool = True) -> None:
            write(file, content, durable=durable)
            renewed.set()

        monkeypatch.setattr(lease, "replace_private", written)
        assert renewed.wait(30)


def test_a_place_that_cannot_be_locked_is_one_that_fails(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch
) -> None:
    """With neither locked two operators could take the lease at once."""
    refused: set[Path] = set()
    flock = fcntl.flock

    def locked(descriptor: int, operation: int) -> None:
        if Path(f"/proc/self/fd/{descriptor}").resolve().parent in refused:
            raise OSError(errno.ENOLCK, "No locks available")
        flock(descriptor, operation)

    monkeypatch.setattr(fcntl, "flock", locked)
    refused.add(hosts.places[0])
    held = hosts.take(HERE)
    refused.add(hosts.places[1])
    for act in (held.renew, lambda: hosts.take(HERE)):
        with pytest.raises(JournalError, match=r"locked nowhere.*No locks available"):
            act()


@pytest.mark.parametrize("unreadable", [0, 1])
def test_a_lease_that_cannot_be_read_is_not_no_lease(
    hosts: Hosts, monkeypatch: pytest.MonkeyPatch, unreadable: int
) -> None:
    """Whoever holds it may have written it there alone."""
    held = hosts.take(HERE)
    held.release()
    file = hosts.places[unreadable] / FILE
    read = Path.read_text

    def refused(path: Path, *arguments: str | None, **more: str | None) -> str:
        if path == file:
            raise PermissionError(errno.EACCES, "Permission denied")
        return read(path, *arguments, **more)

    monkeypatch.setattr(Path, "read_text", refused)
    with pytest.raises(LeaseError, match=r"lease.json cannot be read \(Permission denied\)"):
        hosts.take(HERE)
    assert held.check() == 1  # the other place says enough to who holds it


def test_a_lease_that_makes_no_sense_is_held_from_when_it_was_written(hosts: Hosts) -> None:
    """A disk lost half of it: its holder is unknown, and it expires like any other."""
    hosts.take(HERE).release()
    file = hosts.places[0] / FILE
    file.write_text(file.read_text()[:40])
    os.utime(file, (hosts.time, hosts.time))
    with pytest.raises(LeaseError, match="somebody on an unknown host"):
        hosts.take(HERE)
    hosts.time += LASTS

    assert hosts.take(HERE).check() == 2
