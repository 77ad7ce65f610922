"""The store: one SQLite file that several processes can read and write at once.

Write-ahead logging lets readers go on while one writes; ``BEGIN IMMEDIATE`` around each request
makes it either happen or not, also when the process is killed in the middle.
"""

import os
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Lock

from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.errors import StoreError
from sparehub.simulator.private_files import close_to_others, open_private, private_directory

FILE = "azure.sqlite"
VERSION = 4
_APPLICATION = 0x53504852  # "SPHR": marks a file as a store
_LOCK_TIMEOUT = 60.0  # seconds to wait for another process's write
_LOG_PAGES = 4_000  # of 4 KiB: how much is written between two checkpoints
_CACHE = 16_384  # KiB: the indices of 10,000 resources
_RESET = "`sparehub simulate reset` makes an empty one"

_SCHEMA = """
CREATE TABLE settings (name TEXT PRIMARY KEY, value TEXT NOT NULL) WITHOUT ROWID;
CREATE TABLE resources (
    key TEXT PRIMARY KEY,       -- the id in lower case
    id TEXT NOT NULL,
    type TEXT NOT NULL,         -- in lower case
    parent TEXT,                -- key of the parent resource, or of the resource group
    document TEXT NOT NULL,     -- what GET answers, without what is computed at reading
    sent TEXT NOT NULL,         -- the body that the last client sent
    private TEXT NOT NULL,      -- what Azure keeps to itself
    revision INTEGER NOT NULL,
    ends REAL NOT NULL,         -- when the last write on it ends, in simulated seconds
    free REAL NOT NULL,         -- when the last thing that needed it was gone
    operation TEXT NOT NULL,    -- id of the last write
    removed REAL,               -- when a deletion that is under way ends
    failure TEXT                -- the error that the last write ended with
) WITHOUT ROWID;
CREATE INDEX resources_by_parent ON resources (parent, type);
CREATE INDEX resources_by_type ON resources (type);
CREATE INDEX resources_removed ON resources (removed) WHERE removed IS NOT NULL;
CREATE TABLE mentions (         -- source names target by its id
    source TEXT NOT NULL, target TEXT NOT NULL, PRIMARY KEY (source, target)
) WITHOUT ROWID;
CREATE INDEX mentions_by_target ON mentions (target, source);
CREATE TABLE revisions (key TEXT PRIMARY KEY, last INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE busy (             -- what writes are serialised on
    key TEXT PRIMARY KEY,
    until REAL,                 -- NULL: until a person resumes what was begun
    operation TEXT NOT NULL, verb TEXT NOT NULL
) WITHOUT ROWID;
CREATE TABLE operations (
    id TEXT PRIMARY KEY, begins REAL NOT NULL,
    ends REAL,                  -- NULL: it waits for a person
    deletion INTEGER NOT NULL,
    failure TEXT,               -- the error that it ends with
    result TEXT,                -- what it is polled for, of an action
    warning TEXT,               -- the error that it shows although it succeeds
    cancelled INTEGER NOT NULL  -- whether a person has ended it
) WITHOUT ROWID;
CREATE TABLE faults (
    id INTEGER PRIMARY KEY, kind TEXT NOT NULL, region TEXT NOT NULL, type TEXT NOT NULL,
    after INTEGER NOT NULL, count INTEGER, seen INTEGER NOT NULL, since REAL NOT NULL
);
CREATE TABLE outages (          -- when something did not work that replication needs
    subject TEXT NOT NULL, kind TEXT NOT NULL, since REAL NOT NULL,
    until REAL                  -- NULL while it lasts
);
CREATE INDEX outages_by_subject ON outages (subject);
CREATE TABLE effects (          -- what operations change when they finish
    sequence INTEGER PRIMARY KEY, due REAL NOT NULL, name TEXT NOT NULL, arguments TEXT NOT NULL
);
CREATE INDEX effects_by_due ON effects (due);
CREATE TABLE log (
    sequence INTEGER PRIMARY KEY,
    at REAL NOT NULL, method TEXT NOT NULL, path TEXT NOT NULL, status INTEGER NOT NULL,
    operation TEXT NOT NULL, seconds REAL NOT NULL, outcome TEXT NOT NULL
);
"""


class Store:
    """An open store. Threads of one process share it; each process opens its own."""

    def __init__(self, directory: Path) -> None:
        """Open the store in ``directory``; create both if they do not exist.

        Raises:
            StoreError: It cannot be written, is damaged or of a newer version. It stays as it is.

        """
        self.path = directory / FILE
        try:
            if not directory.exists():
                private_directory(directory)
            if self.path.exists() and self.path.stat().st_size:
                _inspect(self.path)
            self._close_to_others()
            self._connection = sqlite3.connect(
                self.path, timeout=_LOCK_TIMEOUT, isolation_level=None, check_same_thread=False
            )
            self._prepare()
        except OSError as problem:
            remedy = "choose a directory you can write (SPAREHUB_HOME)"
            raise StoreError(self.path, f"cannot be written ({problem.strerror})", remedy) from None
        except sqlite3.OperationalError as problem:
            remedy = "choose a directory you can write (SPAREHUB_HOME)"
            raise StoreError(self.path, f"cannot be written ({problem})", remedy) from None
        except sqlite3.DatabaseError as problem:
            raise StoreError(self.path, f"is damaged ({problem})", _RESET) from None
        self._lock = Lock()

    def _close_to_others(self) -> None:
        """Make the files private; SQLite makes those beside the store with the store's mode.

        One that is there is not opened: to close it would take away SQLite's locks on it, those of
        other threads included (https://www.sqlite.org/howtocorrupt.html, 2.2).
        """
        try:
            os.close(open_private(self.path, os.O_RDWR | os.O_CREAT | os.O_EXCL))
        except FileExistsError:
            for suffix in ("", "-wal", "-shm"):
                with suppress(FileNotFoundError):
                    close_to_others(self.path.with_name(FILE + suffix))

    def _prepare(self) -> None:
        run = self._connection.execute
        run("PRAGMA journal_mode = WAL")
        run("PRAGMA synchronous = NORMAL")
        run("PRAGMA temp_store = MEMORY")  # a savepoint's journal would else be a file each time
        run(f"PRAGMA wal_autocheckpoint = {_LOG_PAGES}")
        run(f"PRAGMA cache_size = -{_CACHE}")
        run("BEGIN IMMEDIATE")
        if run("PRAGMA user_version").fetchone() == (0,):
            for statement in _SCHEMA.split(";"):
                run(statement)
            run(f"PRAGMA application_id = {_APPLICATION}")
            run(f"PRAGMA user_version = {VERSION}")
        run("COMMIT")

    @contextmanager
    def transaction(self, *, write: bool) -> Iterator[Transaction]:
        """Run a block as one transaction; an exception undoes all of it."""
        with self._lock:
            try:
                self._connection.execute("BEGIN IMMEDIATE" if write else "BEGIN")
                try:
                    yield Transaction(self._connection)
                except BaseException:
                    self._connection.execute("ROLLBACK")
                    raise
                self._connection.execute("COMMIT")
            except sqlite3.DatabaseError as problem:
                raise StoreError(self.path, f"cannot be used ({problem})", _RESET) from problem

    def close(self) -> None:
        """Close the store; committed writes are in the file whether or not this is called."""
        self._connection.close()


def _inspect(path: Path) -> None:
    """Refuse a file that is not a sound store of this version, without changing a byte of it."""
    with closing(sqlite3.connect(f"{path.absolute().as_uri()}?mode=ro", uri=True)) as connection:
        read = connection.execute
        (version,) = read("PRAGMA user_version").fetchone()
        tables = read("SELECT count(*) FROM sqlite_master").fetchone() != (0,)
        if tables and read("PRAGMA application_id").fetchone() != (_APPLICATION,):
            remedy = "move it away, or choose another directory (SPAREHUB_HOME)"
            raise StoreError(path, "is an SQLite file of another program", remedy)
        if version > VERSION:
            problem = f"is of version {version}, newer than this program's {VERSION}"
            raise StoreError(path, problem, f"update Sparehub, or {_RESET}")
        if tables and version < VERSION:
            problem = f"is of version {version}, older than this program's {VERSION}"
            raise StoreError(path, problem, _RESET)
        if read("PRAGMA quick_check(1)").fetchone() != ("ok",):
            raise StoreError(path, "is damaged", _RESET)
