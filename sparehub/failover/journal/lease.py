"""One operator at a time: a lease that expires, with an epoch as fencing token.

There is a copy beside each copy of the journal. Taking the lease increments the epoch, so that a
process with an older epoch, which was suspended meanwhile, is refused at its next write. Clocks of
two hosts may differ by ten minutes: a lease lasts longer than that, and is renewed long before.

One of the copies may fail. Where neither can be written, the lease is neither taken nor renewed,
and nothing is done. A copy that cannot be read may be held by somebody else.
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
from sparehub.output import Note
from sparehub.topology.errors import InterlockError

FILE = "lease.json"
LASTS = 900.0
"""Seconds from the last renewal to the expiry of a lease."""
RENEWED = 30.0
"""Seconds between renewals."""
_UNKNOWN = Holder(host="an unknown host", process=0, started="", user="somebody")


class LeaseError(InterlockError):
    """Another run is at work on these stacks, or has taken over meanwhile."""


@dataclass(frozen=True, kw_only=True)
class Terms:
    """What a lease file says."""

    epoch: int
    holder: Holder
    expires: float
    """Unix seconds, by the holder's clock."""
    released: bool = False
    id: str = ""
    """Distinguishes two leases of one epoch."""


class Lease:
    """The lease of this process."""

    def __init__(
        self,
        directories: Sequence[Path],
        terms: Terms,
        now: Callable[[], float],
        note: Note,
    ) -> None:
        self._places = directories
        self._terms = terms
        self._now = now
        self._note = note
        self._done = threading.Event()
        self._failed: set[Path] = set()

    @classmethod
    def take(
        cls,
        directories: Sequence[Path],
        note: Note,
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
        with _locked(directories):
            held = [terms for directory in directories if (terms := _readable(directory))]
            for terms in held:
                _refuse_held(terms, holder, now())
            for terms in held[:1]:
                if not terms.released:
                    note(f"took over the lease of {terms.holder}, which is gone or has expired")
            highest = max([epoch, *(terms.epoch for terms in held)])
            terms = Terms(
                epoch=highest + 1, holder=holder, expires=now() + LASTS, id=uuid.uuid4().hex
            )
            lease = cls(directories, terms, now, note)
            lease._write()
            # Somebody who could lock only the other directory may have written there meanwhile.
            lease.check()
        return lease

    def check(self) -> int:
        """Return the epoch, the fencing token, where this lease is still the newest.

        Raises:
            LeaseError: where a later one was taken, or another of the same epoch by somebody who
                sees only one of the directories.
            JournalError: where it can be read nowhere.
        """
        problems = []
        for directory in self._places:
            try:
                terms = _read(directory)
            except OSError as error:
                problems.append(f"{directory}: {error.strerror}")
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
        """Release the lease; a warning where that cannot be written."""
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
        """Extend the lease; return the epoch.

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
                return  # the run is refused at its next write
            except JournalError:
                continue  # the same, unless the disk has room again

    def _write(self) -> None:
        """Write the terms to every directory.

        Raises:
            JournalError: where none takes them.
        """
        problems = {}
        for directory in self._places:
            try:
                terms = json.dumps(asdict(self._terms)).encode()
                replace_private(directory / FILE, terms, durable=False)
            except OSError as error:
                problems[directory] = f"{directory}: {error.strerror}"
        _refuse_nowhere("written", [*problems.values()], self._places)
        for directory in problems.keys() - self._failed:
            self._note(f"warning: the lease cannot be written in {problems[directory]}")
        self._failed = set(problems)


def _refuse_held(terms: Terms, holder: Holder, now: float) -> None:
    if terms.released or terms.expires <= now or terms.holder.is_gone():
        return
    if terms.holder == holder and holder.is_comparable:
        return  # an earlier lease of this very process
    remaining = int(terms.expires - now)
    message = (
        f"{terms.holder} is at work on these stacks; wait for it to end (if it died on another "
        f"host, in another container or before a restart, its lease ends in {remaining} s)"
    )
    raise LeaseError(message)


def _readable(directory: Path) -> Terms | None:
    """Return what the lease in a directory says; None where there is none.

    Raises:
        LeaseError: where it cannot be read.
    """
    try:
        return _read(directory)
    except OSError as error:
        message = (
            f"{directory / FILE} cannot be read ({error.strerror}), so another run may be at work; "
            "make it readable, or name another home in SPAREHUB_HOME if it lies in this one"
        )
        raise LeaseError(message) from None


def _read(directory: Path) -> Terms | None:
    """Return what the lease in a directory says; None where there is none.

    One that cannot be parsed is held by an unknown process from the time when it was written.
    """
    file = directory / FILE
    try:
        text = file.read_text(encoding="utf-8", errors="replace")
        written = file.stat().st_mtime
    except NOT_THERE:
        return None
    try:
        document = load_json(text)
        return Terms(**{**document, "holder": Holder(**document["holder"])})
    except (ValueError, TypeError, KeyError):
        return Terms(epoch=0, holder=_UNKNOWN, expires=written + LASTS)


@contextmanager
def _locked(directories: Sequence[Path]) -> Iterator[None]:
    """Keep other processes from reading and writing the lease meanwhile.

    Raises:
        JournalError: where no directory can be locked.
    """
    problems = []
    with ExitStack() as locks:
        for directory in directories:
            try:
                locks.callback(os.close, _lock(directory))
            except OSError as error:
                problems.append(f"{directory}: {error.strerror}")
        _refuse_nowhere("locked", problems, directories)
        yield


def _lock(directory: Path) -> int:
    private_directory(directory)
    descriptor = open_private(directory / "lease.lock", os.O_RDWR | os.O_CREAT)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _refuse_nowhere(what: str, problems: Sequence[str], directories: Sequence[Path]) -> None:
    if len(problems) == len(directories):
        message = f"the lease can be {what} nowhere, so nothing is done ({'; '.join(problems)})"
        raise JournalError(message)
