"""One operator at a time: a lease that expires, with an epoch as fencing token.

It lies beside each copy of the journal. Whoever takes it counts the epoch up; whoever held an
older one, and wakes up late, is refused at the next write. Clocks of two hosts may be ten minutes
apart, so a lease outlasts that, and is renewed long before it ends.

One of its places may fail. Where none takes it, it is neither taken nor renewed, and nothing is
done; a copy that is there and cannot be read may be held by somebody else.
"""

import fcntl
import json
import os
import threading
import time
import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Self

from sparehub.failover.journal.journal import NOT_THERE, JournalError
from sparehub.failover.journal.lease_holder import Holder
from sparehub.files.bounded_loading import load_json
from sparehub.files.private_files import open_private, private_directory, replace_private
from sparehub.topology.errors import InterlockError

FILE = "lease.json"
LASTS = 900.0
"""Seconds that a lease is good for after it was last renewed."""
RENEWED = 30.0
"""Seconds between renewals."""
_UNKNOWN = Holder(host="an unknown host", process=0, started="", user="somebody")


class LeaseError(InterlockError):
    """Somebody else is at work on these stacks, or has taken over meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a lease file says."""

    epoch: int
    holder: Holder
    expires: float
    """Unix seconds, by the holder's clock."""
    released: bool = False
    id: str = ""
    """Tells two leases of one epoch apart."""


class Lease:
    """The lease of this process."""

    def __init__(
        self,
        places: Sequence[Path],
        terms: Terms,
        now: Callable[[], float],
        note: Callable[[str], None],
    ) -> None:
        self._places = places
        self._terms = terms
        self._now = now
        self._note = note
        self._done = threading.Event()
        self._failed: set[Path] = set()

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

        Raises:
            LeaseError: where somebody else holds it, or may hold it.
            JournalError: where it can be written nowhere.
        """
        with _locked(places):
            found = [terms for place in places if (terms := _readable(place))]
            for terms in found:
                _refuse_held(terms, holder, now())
            for terms in found[:1]:
                if not terms.released:
                    note(f"took over the lease of {terms.holder}, which is gone or has expired")
            highest = max([epoch, *(terms.epoch for terms in found)])
            terms = Terms(
                epoch=highest + 1, holder=holder, expires=now() + LASTS, id=uuid.uuid4().hex
            )
            lease = cls(places, terms, now, note)
            lease._write()
            # Somebody who could lock another of the places alone may have written there meanwhile.
            lease.check()
        return lease

    def check(self) -> int:
        """Return the epoch, where this lease is still the newest.

        Raises:
            LeaseError: where a later one was taken, or another of the same epoch by somebody who
                sees one of the places alone.
            JournalError: where it can be read nowhere.
        """
        problems = []
        for place in self._places:
            try:
                terms = _read(place)
            except OSError as error:
                problems.append(f"{place}: {error.strerror}")
                continue
            if terms and self._yields_to(terms):
                message = (
                    f"{terms.holder} has taken over (epoch {terms.epoch}, this run has "
                    f"{self._terms.epoch}); nothing more is done here"
                )
                raise LeaseError(message)
        _refuse_nowhere("read", problems, self._places)
        return self._terms.epoch

    def _yields_to(self, other: Terms) -> bool:
        same = other.epoch == self._terms.epoch
        return other.epoch > self._terms.epoch or (same and other.id != self._terms.id)

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
        """Let the next one in; a warning where that cannot be written."""
        try:
            with _locked(self._places):
                self.check()
                self._terms = replace(self._terms, released=True)
                self._write()
        except LeaseError:
            return
        except JournalError as error:
            self._note(f"warning: the lease is kept until it expires in 15 minutes: {error}")

    def renew(self) -> int:
        """Hold it for another while; return the epoch.

        Raises:
            LeaseError: where somebody has taken over.
            JournalError: where it can be written nowhere: then nothing may be done, either.
        """
        with _locked(self._places):
            epoch = self.check()
            self._terms = replace(self._terms, expires=self._now() + LASTS)
            self._write()
            return epoch

    def _renew_until_done(self) -> None:
        while not self._done.wait(RENEWED):
            try:
                self.renew()
            except LeaseError:
                return  # the run finds out at its next write
            except JournalError:
                continue  # as above, unless there is room by then

    def _write(self) -> None:
        """Write the terms to every place.

        Raises:
            JournalError: where none takes them.
        """
        problems = {}
        for place in self._places:
            try:
                terms = json.dumps(asdict(self._terms)).encode()
                replace_private(place / FILE, terms, durable=False)
            except OSError as error:
                problems[place] = f"{place}: {error.strerror}"
        _refuse_nowhere("written", [*problems.values()], self._places)
        for place in problems.keys() - self._failed:
            self._note(f"warning: the lease cannot be written in {problems[place]}")
        self._failed = set(problems)


def _refuse_held(terms: Terms, holder: Holder, now: float) -> None:
    if terms.released or terms.expires <= now or terms.holder.is_gone():
        return
    if terms.holder == holder and holder.is_comparable:
        return  # an earlier lease of this very process
    left = int(terms.expires - now)
    message = (
        f"{terms.holder} is at work on these stacks; wait for it to end (if it died on another "
        f"host, in another container or before a restart, its lease ends in {left} s)"
    )
    raise LeaseError(message)


def _readable(place: Path) -> Terms | None:
    """Return what the lease in a place says; None where there is none.

    Raises:
        LeaseError: where it cannot be read.
    """
    try:
        return _read(place)
    except OSError as error:
        message = (
            f"{place / FILE} cannot be read ({error.strerror}), so somebody else may be at work; "
            "make it readable, or name another home in SPAREHUB_HOME if it lies in this one"
        )
        raise LeaseError(message) from None


def _read(place: Path) -> Terms | None:
    """Return what the lease in a place says; None where there is none.

    One that makes no sense is held, by nobody knows whom, from the time when it was written.
    """
    file = place / FILE
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        written = file.stat().st_mtime
    except NOT_THERE:
        return None
    try:
        said = load_json(text)
        return Terms(**{**said, "holder": Holder(**said["holder"])})
    except (ValueError, TypeError, KeyError):
        return Terms(epoch=0, holder=_UNKNOWN, expires=written + LASTS)


@contextmanager
def _locked(places: Sequence[Path]) -> Iterator[None]:
    """Keep other processes from reading and writing the lease meanwhile.

    Raises:
        JournalError: where no place can be locked.
    """
    problems = []
    with ExitStack() as held:
        for place in places:
            try:
                held.callback(os.close, _lock(place))
            except OSError as error:
                problems.append(f"{place}: {error.strerror}")
        _refuse_nowhere("locked", problems, places)
        yield


def _lock(place: Path) -> int:
    private_directory(place)
    descriptor = open_private(place / "lease.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_nowhere(what: str, problems: Sequence[str], places: Sequence[Path]) -> None:
    if len(problems) == len(places):
        message = f"the lease can be {what} nowhere, so nothing is done ({'; '.join(problems)})"
        raise JournalError(message)
