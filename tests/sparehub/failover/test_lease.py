"""One operator at a time, and no late writer."""

import os
import socket
import subprocess
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from sparehub.failover.lease import FILE, LASTS, Holder, Lease, LeaseError, is_running

HERE = Holder.this_process()
ELSEWHERE = Holder(host="another-host", process=1, started="", user="somebody")


class Hosts:
    """Takes leases for whoever it is told to, at a time of its own."""

    def __init__(self, place: Path) -> None:
        self.places = (place / "one", place / "two")
        self.time = 1000.0
        self.told: list[str] = []

    def take(self, holder: Holder, epoch: int = 0) -> Lease:
        return Lease.take(
            self.places, self.told.append, epoch=epoch, holder=holder, now=lambda: self.time
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
    assert hosts.told == []


def test_another_hosts_lease_ends_when_it_expires(hosts: Hosts) -> None:
    """Ten minutes between two clocks are not enough to take a live one."""
    hosts.take(ELSEWHERE)
    hosts.time += 600
    with pytest.raises(LeaseError):
        hosts.take(HERE)
    hosts.time += LASTS - 600

    assert hosts.take(HERE).check() == 2
    assert "took over the lease of somebody on another-host" in hosts.told[0]


def test_a_lease_that_is_renewed_does_not_expire(hosts: Hosts) -> None:
    """However long a gateway takes."""
    held = hosts.take(ELSEWHERE)
    for _ in range(5):
        hosts.time += LASTS - 1
        held.renew()
        with pytest.raises(LeaseError):
            hosts.take(HERE)


def test_a_dead_process_of_this_host_is_known_at_once(hosts: Hosts) -> None:
    """Its number may be somebody else's by now: the time it began tells."""
    dead = os.fork()
    if dead == 0:
        os._exit(0)
    os.waitpid(dead, 0)
    hosts.take(replace(HERE, process=dead))
    hosts.take(replace(HERE, started="another time"))

    assert hosts.take(HERE).check() == 3
    assert len(hosts.told) == 2


def test_a_live_process_of_this_host_is_not_taken_for_dead(hosts: Hosts) -> None:
    """The parent of this one runs."""
    started = Path(f"/proc/{os.getppid()}/stat").read_text().rsplit(")", 1)[1].split()[19]
    parent = Holder(
        host=socket.gethostname(), process=os.getppid(), started=started, user="somebody"
    )
    hosts.take(parent)

    with pytest.raises(LeaseError):
        hosts.take(HERE)


def test_a_process_that_ended_is_gone_before_its_parent_asks() -> None:
    """The parent of a killed run need not look after it; one that sleeps is there."""
    for command, there in ((["true"], False), (["sleep", "60"], True)):
        with subprocess.Popen(command) as child:
            if not there:
                os.waitid(os.P_PID, child.pid, os.WEXITED | os.WNOWAIT)
            assert is_running(child.pid) is there
            child.kill()


def test_a_number_that_is_used_again_is_another_process() -> None:
    """This process began after a lock of two days ago, and before one of now."""
    now = datetime.now(UTC)
    assert is_running(os.getpid(), now)
    assert not is_running(os.getpid(), now - timedelta(days=2))


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
        hosts.places[1:], hosts.told.append, epoch=0, holder=ELSEWHERE, now=lambda: hosts.time
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
