"""One transaction on the store: every SQL statement about resources."""

import json
import math
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.storage.deterministic_ids import etag
from sparehub.simulator.arm.storage.resource_id import ResourceId

_COLUMNS = "id, document, sent, private, revision, ends, free, operation, removed, failure"
"""In the order of the fields of :class:`Resource`. Three columns have older names than the fields:
``ends`` is ``finishes_at``, ``free`` is ``free_at`` and ``removed`` is ``deleted_at``."""


@dataclass
class Resource:
    """A resource as it is stored."""

    id: ResourceId
    document: JsonObject
    sent: str
    """The body that the last client sent, as JSON text: it is seldom read."""
    private: JsonObject = field(default_factory=dict)
    """What Azure keeps to itself."""
    revision: int = 1
    finishes_at: float = 0.0
    """When the last write finishes, in simulated seconds."""
    free_at: float = 0.0
    """When the last resource that needed this one is gone, in simulated seconds."""
    operation: str = ""
    """The id of the last write's operation."""
    deleted_at: float | None = None
    """When a deletion that is in progress finishes, in simulated seconds."""
    failure: JsonObject | None = None
    """The error that the last write ends with, if it fails."""

    @property
    def key(self) -> str:
        """The id in lower case."""
        return self.id.key

    @property
    def properties(self) -> JsonObject:
        """The ``properties`` of the document."""
        properties: JsonObject = self.document["properties"]
        return properties

    @property
    def etag(self) -> str:
        """The entity tag of this revision."""
        return etag(self.key, self.revision)


@dataclass(frozen=True)
class WriteLock:
    """The last write on a resource on which Azure serializes writes."""

    until: float
    """When the write finishes, in simulated seconds; infinite while it waits for a person."""
    operation: str
    verb: str


@dataclass(frozen=True)
class Transaction:
    """Reads and writes of one request; all of it happens or nothing."""

    connection: sqlite3.Connection
    caller: str = ""
    """The object id of the managed identity that sends the request; empty: the client."""
    _selections: dict[tuple[str | float, ...], list[Resource]] = field(default_factory=dict)
    """Selected resources, by query, since the last change of resources or references."""
    _settings: dict[str, str] = field(default_factory=dict)
    """All settings, once one has been read."""
    outages: dict[tuple[str, str], list[Any]] = field(default_factory=dict)
    """Outages that ``storage.outages`` has read, by what they are of, since their last change."""

    @contextmanager
    def attempt(self) -> Iterator[None]:
        """Undo what a block did if it raises; the transaction itself goes on."""
        self.connection.execute("SAVEPOINT attempt")
        try:
            yield
        except BaseException:
            self._roll_back("attempt")
            raise
        finally:
            self.connection.execute("RELEASE attempt")

    @contextmanager
    def trial(self) -> Iterator[None]:
        """Undo a block at its end; a refusal in it is raised all the same."""
        self.connection.execute("SAVEPOINT trial")
        try:
            yield
        finally:
            self._roll_back("trial")
            self.connection.execute("RELEASE trial")

    def _roll_back(self, savepoint: str) -> None:
        self.connection.execute(f"ROLLBACK TO {savepoint}")
        self._selections.clear()
        self._settings.clear()
        self.outages.clear()

    # -- resources ---------------------------------------------------------------------------

    def get(self, key: str) -> Resource | None:
        """Return the resource with this key."""
        resources = self._select("WHERE key = ?", key)
        return resources[0] if resources else None

    def children(self, parent: str, type_name: str = "") -> list[Resource]:
        """Return the direct children of a resource or resource group, in order of their keys."""
        if not type_name:
            return self._select("WHERE parent = ? ORDER BY key", parent)
        return self._select("WHERE parent = ? AND type = ? ORDER BY key", parent, type_name.lower())

    def of_type(self, type_name: str, under: str = "") -> list[Resource]:
        """Return all resources of one type whose key begins with ``under``."""
        resources = self._select("WHERE type = ? ORDER BY key", type_name.lower())
        return [resource for resource in resources if resource.key.startswith(under.lower())]

    def all_resources(self) -> list[Resource]:
        """Return all resources in order of their keys."""
        return self._select("ORDER BY key")

    def referrers(self, target: str, type_name: str, under: str = "") -> list[Resource]:
        """Return the resources of one type, below ``under``, that refer to ``target`` by its id."""
        resources = self._select(
            "WHERE key IN (SELECT source FROM mentions WHERE target = ?"
            " AND source >= ? AND source < ?) ORDER BY key",
            target,
            under,
            f"{under}\U0010ffff",
        )
        return [resource for resource in resources if resource.id.type.lower() == type_name.lower()]

    def peer_spaces(self, network: str, peering_type: str) -> list[tuple[str, str]]:
        """Return the ids of a network's remote networks, each with its address space as JSON.

        One query of the store: a hub has hundreds of peers, and each write looks at them all.
        """
        rows = self.connection.execute(
            "SELECT remote.id, json_extract(remote.document, ?) FROM resources AS peering"
            " JOIN mentions ON mentions.source = peering.key"
            " JOIN resources AS remote ON remote.key = mentions.target"
            " WHERE peering.parent = ? AND peering.type = ? ORDER BY peering.key",
            ["$.properties.addressSpace.addressPrefixes", network, peering_type.lower()],
        )
        return [(identity, space) for identity, space in rows if space]

    def references(self, source: str) -> list[str]:
        """Return the keys of the resources that a resource refers to."""
        rows = self.connection.execute("SELECT target FROM mentions WHERE source = ?", [source])
        return [target for (target,) in rows]

    def region(self, resource: Resource) -> str:
        """Return the region of a resource, or of its parent."""
        located: Resource | None = resource
        while located and "location" not in located.document:
            holder = located.id.parent or located.id.group
            located = self.get(holder.key) if holder.key != located.key else None
        return str(located.document["location"]) if located else ""

    def due_deletions(self, now: float) -> list[Resource]:
        """Return the resources whose deletion has finished by ``now``, children before parents."""
        return self._select("WHERE removed <= ? ORDER BY length(key) DESC", now)

    def _select(self, where: str, *values: str | float) -> list[Resource]:
        query = (where, *values)
        if query not in self._selections:
            self._selections[query] = self._selected(where, values)
        return [*self._selections[query]]

    def _selected(self, where: str, values: tuple[str | float, ...]) -> list[Resource]:
        statement = f"SELECT {_COLUMNS} FROM resources {where}"  # noqa: S608  no input in it
        return [
            Resource(
                ResourceId(row[0]),
                json.loads(row[1]),
                row[2],
                json.loads(row[3]) if row[3] != "{}" else {},
                row[4],
                row[5],
                row[6],
                row[7],
                row[8],
                json.loads(row[9]) if row[9] else None,
            )
            for row in self.connection.execute(statement, values)
        ]

    def next_revision(self, key: str) -> int:
        """Count one more revision of a key; a resource that is created again continues."""
        (last,) = self.connection.execute(
            "INSERT INTO revisions VALUES (?, 1)"
            " ON CONFLICT (key) DO UPDATE SET last = last + 1 RETURNING last",
            [key],
        ).fetchone()
        return int(last)

    def revision(self, key: str) -> int:
        """Return the last revision of a key, also of a deleted resource."""
        row = self.connection.execute("SELECT last FROM revisions WHERE key = ?", [key]).fetchone()
        return int(row[0]) if row else 0

    def put(self, resource: Resource) -> None:
        """Write a resource."""
        self._selections.clear()
        parent = resource.id.parent or (None if resource.id.is_group else resource.id.group)
        self.connection.execute(
            "INSERT OR REPLACE INTO resources VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            [
                resource.key,
                resource.id.text,
                resource.id.type.lower(),
                parent.key if parent else None,
                json.dumps(resource.document),
                resource.sent,
                json.dumps(resource.private) if resource.private else "{}",
                resource.revision,
                resource.finishes_at,
                resource.free_at,
                resource.operation,
                resource.deleted_at,
                json.dumps(resource.failure) if resource.failure else None,
            ],
        )

    def touch(self, resource: Resource) -> None:
        """Store a resource that another one's write has changed: its entity tag changes too."""
        resource.revision = self.next_revision(resource.key)
        self.put(resource)

    def set_references(self, source: str, targets: set[str]) -> None:
        """Replace the references of a resource."""
        self._selections.clear()
        self.connection.execute("DELETE FROM mentions WHERE source = ?", [source])
        self.connection.executemany(
            "INSERT INTO mentions VALUES (?, ?)", [(source, target) for target in sorted(targets)]
        )

    def free_from(self, key: str, end: float) -> None:
        """Record that a resource which needed this one is gone at ``end``."""
        self._selections.clear()
        self.connection.execute(
            "UPDATE resources SET free = max(free, ?) WHERE key = ?", [end, key]
        )

    def remove(self, key: str) -> None:
        """Delete a resource and its references."""
        self._selections.clear()
        self.connection.execute("DELETE FROM resources WHERE key = ?", [key])
        self.connection.execute("DELETE FROM mentions WHERE source = ?", [key])

    # -- operations, write locks, settings ---------------------------------------------------

    def write_lock(self, key: str) -> WriteLock | None:
        """Return the last write on a resource on which writes are serialized."""
        row = self.connection.execute(
            "SELECT until, operation, verb FROM busy WHERE key = ?", [key]
        ).fetchone()
        if row is None:
            return None
        return WriteLock(math.inf if row[0] is None else row[0], row[1], row[2])

    def lock_writes(self, key: str, write_lock: WriteLock) -> None:
        """Record a write on a resource on which writes are serialized."""
        self.connection.execute(
            "INSERT OR REPLACE INTO busy VALUES (?, ?, ?, ?)",
            [
                key,
                None if math.isinf(write_lock.until) else write_lock.until,
                write_lock.operation,
                write_lock.verb,
            ],
        )

    def latest_finish(self) -> float:
        """Return when the last operation finishes, in simulated seconds.

        One that waits for a person has no end.
        """
        (end,) = self.connection.execute(
            "SELECT max(ends) FROM (SELECT ends FROM operations UNION SELECT ends FROM resources)"
        ).fetchone()
        return float(end or 0)

    def setting(self, name: str, default: str) -> str:
        """Return a setting."""
        if not self._settings:
            self._settings.update(self.connection.execute("SELECT name, value FROM settings"))
        return self._settings.get(name, default)

    def set(self, name: str, value: str) -> None:
        """Write a setting."""
        self._settings.clear()
        self.connection.execute("INSERT OR REPLACE INTO settings VALUES (?, ?)", [name, value])
