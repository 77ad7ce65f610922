"""One operator at a time: a lease that expires, with an epoch that shuts out late writers.

It lies beside each copy of the journal. Whoever takes it counts the epoch up; whoever held an
older one, and wakes up late, is refused at the next write. Clocks of two hosts may be ten minutes
apart, so a lease outlasts that, and is renewed long before it ends.
"""

import fcntl
import getpass
import json
import os
import socket
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Self

from sparehub.private_files import open_private, private_directory, replace_private
from topology.errors import InterlockError

FILE = "lease.json"
LASTS = 900.0
"""Seconds that a lease is good for after it was last renewed."""
RENEWED = 30.0
"""Seconds between renewals."""
_STARTED = 19  # the place of the start time after that of the state
_CLOCK_SET = 60.0  # seconds that the clock may have been put forward since a lock was written


class LeaseError(InterlockError):
    """Somebody else is at work on these stacks, or has taken over meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Holder:
    """A process: ``started`` tells it from a later one of the same number."""

    host: str
    process: int
    started: str
    user: str

    @classmethod
    def this_process(cls) -> Self:
        """Return who runs this program."""
        process = os.getpid()
        return cls(
            host=socket.gethostname(),
            process=process,
            started=_started(process),
            user=getpass.getuser(),
        )

    def is_gone(self) -> bool:
        """Return whether it is known to have ended: only of this host can that be known."""
        if self.host != socket.gethostname():
            return False
        return not is_running(self.process) or _started(self.process) != self.started

    def __str__(self) -> str:
        return f"{self.user} on {self.host}, process {self.process}"


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a lease file says."""

    epoch: int
    holder: Holder
    expires: float
    released: bool = False


class Lease:
    """The lease of this process."""

    def __init__(self, places: Sequence[Path], terms: Terms, now: Callable[[], float]) -> None:
        self._places = places
        self._terms = terms
        self._now = now
        self._done = threading.Event()

    @classmethod
    def take(
        cls,
        places: Sequence[Path],
        note: Callable[[str], None],
        *,
        epoch: int,
        holder: Holder,
        now: Callable[[], float] = time.time,
    ) -> Self:
        """Take the lease, under an epoch above ``epoch`` and above every one before.

        :raises LeaseError: where somebody else holds it.
        """
        with _locked(places):
            found = [terms for place in places if (terms := _read(place))]
            for terms in found:
                _refuse_held(terms, holder, now())
            for terms in found[:1]:
                if not terms.released:
                    note(f"took over the lease of {terms.holder}, which is gone or has expired")
            highest = max([epoch, *(terms.epoch for terms in found)])
            terms = Terms(epoch=highest + 1, holder=holder, expires=now() + LASTS)
            lease = cls(places, terms, now)
            lease._write()
        return lease

    def check(self) -> int:
        """Return the epoch, where this lease is still the newest.

        :raises LeaseError: where a later one was taken, or another of the same epoch by somebody
            who sees one of the places alone.
        """
        for place in self._places:
            terms = _read(place)
            if terms and self._yields_to(terms):
                message = (
                    f"{terms.holder} has taken over (epoch {terms.epoch}, this run has "
                    f"{self._terms.epoch}); nothing more is done here"
                )
                raise LeaseError(message)
        return self._terms.epoch

    def _yields_to(self, other: Terms) -> bool:
        same = other.epoch == self._terms.epoch
        return other.epoch > self._terms.epoch or (same and other.holder != self._terms.holder)

    @contextmanager
    def kept(self) -> Iterator[None]:
        """Renew the lease from time to time, until the end of a block; then release it."""
        renewing = threading.Thread(target=self._renew_until_done, daemon=True)
        renewing.start()
        try:
            yield
        finally:
            self._done.set()
            renewing.join()
            self.release()

    def release(self) -> None:
        """Let the next one in."""
        with _locked(self._places):
            try:
                self.check()
            except LeaseError:
                return
            self._terms = replace(self._terms, released=True)
            self._write()

    def renew(self) -> None:
        """Hold it for another while.

        :raises LeaseError: where somebody has taken over.
        """
        with _locked(self._places):
            self.check()
            self._terms = replace(self._terms, expires=self._now() + LASTS)
            self._write()

    def _renew_until_done(self) -> None:
        while not self._done.wait(RENEWED):
            try:
                self.renew()
            except LeaseError:
                return  # the run finds out at its next write

    def _write(self) -> None:
        text = json.dumps(asdict(self._terms))
        for place in self._places:
            try:
                replace_private(place / FILE, text.encode())
            except OSError:
                continue  # one place may fail; the journal says so


def is_running(process: int, since: datetime | None = None) -> bool:
    """Return whether a process of this host is there, whoever owns it.

    A number is used again once its process has ended: with ``since`` a process that began later
    is another one. One that has ended and was not asked after yet is gone as well.
    """
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        pass
    fields = _stat(process)
    if fields[:1] in (["Z"], ["X"]):
        return False
    if since is None or len(fields) <= _STARTED:
        return True
    age = time.clock_gettime(time.CLOCK_BOOTTIME) - int(fields[_STARTED]) / os.sysconf("SC_CLK_TCK")
    return time.time() - age <= since.timestamp() + _CLOCK_SET


def _refuse_held(terms: Terms, holder: Holder, now: float) -> None:
    if terms.released or terms.expires <= now or terms.holder == holder:
        return
    if terms.holder.is_gone():
        return
    left = int(terms.expires - now)
    message = (
        f"{terms.holder} is at work on these stacks; wait for it to end (if it died on another "
        f"host, its lease ends in {left} s)"
    )
    raise LeaseError(message)


def _read(place: Path) -> Terms | None:
    try:
        said = json.loads((place / FILE).read_text(encoding="utf-8"))
        return Terms(**{**said, "holder": Holder(**said["holder"])})
    except (OSError, ValueError, TypeError, KeyError):
        return None


@contextmanager
def _locked(places: Sequence[Path]) -> Iterator[None]:
    """Keep other processes from reading and writing the lease meanwhile."""
    with ExitStack() as held:
        for place in places:
            try:
                private_directory(place)
                descriptor = open_private(place / "lease.lock", os.O_RDWR | os.O_CREAT)
                held.callback(os.close, descriptor)
                fcntl.flock(descriptor, fcntl.LOCK_EX)
            except OSError:
                continue
        yield


def _started(process: int) -> str:
    """Return when a process of this host began, in whatever unit the host has; empty: unknown."""
    return "".join(_stat(process)[_STARTED : _STARTED + 1])


def _stat(process: int) -> list[str]:
    """Return what Linux says of a process, from its state on; empty where it says nothing.

    https://man7.org/linux/man-pages/man5/proc_pid_stat.5.html
    """
    try:
        text = Path(f"/proc/{process}/stat").read_text(encoding="utf-8")
    except OSError:
        return []
    return text.rpartition(")")[2].split()
