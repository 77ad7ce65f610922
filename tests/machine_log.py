"""What Azure accepted, read from the simulator's own log, for what machines must never meet twice.

Nothing here imports anything of ``sparehub``: what judges it must not share its mistakes.
"""

import re
import sqlite3
from collections import Counter
from pathlib import Path

Write = tuple[str, str]
"""Method, and path without the subscription."""
_JOB = re.compile(r"(replicationJobs)/[^/]+")
_SUBSCRIPTION = re.compile(r"^/subscriptions/[^/]+")
_ACCEPTED = range(200, 300)


def accepted(store: Path, containing: str = "") -> "Counter[Write]":
    """Return how often each write was accepted; the id of a job is left out.

    Args:
        store: the directory of the local Azure.
        containing: what the paths have in them, such as ``/replicationProtectedItems/``.
    """
    with sqlite3.connect(f"file:{store / 'azure.sqlite'}?mode=ro", uri=True) as connection:
        rows = connection.execute("SELECT method, path, status FROM log ORDER BY sequence")
        found = [
            (method, _JOB.sub(r"\1", _SUBSCRIPTION.sub("", path)))
            for method, path, status in rows
            if status in _ACCEPTED and containing in path
        ]
    connection.close()
    return Counter(found)


def failovers(store: Path) -> "Counter[str]":
    """Return how often the failover of each recovery plan and each item was accepted, by name."""
    found: Counter[str] = Counter()
    for (method, path), times in accepted(store).items():
        *_, name, action = path.split("/")
        if method == "POST" and action == "unplannedFailover":
            found[name] += times
    return found
