"""Reduces the journal's records to a state: the operation under way, open items, what was last."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.drill_record import tested_machines
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.journal import Record
from sparehub.failover.journal.open_items import Fence, OpenItem
from sparehub.failover.journal.source_addresses import with_addresses
from sparehub.topology.planning.operations import ResourceOperation
from sparehub.topology.planning.plan import BandwidthIncrease


@dataclass(frozen=True, kw_only=True)
class JournaledOperation:
    """One failover or failback, from its first record on."""

    id: str
    kind: str
    mode: str
    source: str
    target: str
    plan: str
    configuration: str
    """The hash of the stack files with which it began (see ``Plan.id``)."""
    begun: str
    generation: int = 0
    """The generation of its switch (:mod:`sparehub.topology.state.generation`)."""
    generations: Mapping[str, int] = field(default_factory=dict)
    """The generation of each stack file before it."""
    done: tuple[str, ...] = ()
    """Ids of the steps that are done."""
    step: str = ""
    """The step that was begun and is not known to be done."""
    answers: bool | None = None
    """Whether the region that is left responded to the probe."""
    raises: tuple[BandwidthIncrease, ...] = ()
    """The bandwidths that its plan raises: the stack file says something else afterwards."""
    accepted: Accepted = NOTHING
    """What was accepted of the region that is left."""
    unproven: str = ""
    """Why a plan was accepted that breaks something; empty where nobody did."""
    network_only: bool = False
    """Whether its plan leaves machines alone that are replicated."""
    clean_drill: bool = False
    """Whether its plan first cleans up tests of a failover that are left."""
    adopted: bool = False
    """Whether somebody else has switched the network, so that only the states follow."""
    quiesced: str = ""
    """Azure's time, ISO 8601, after which nothing is written on the machines any more."""
    job: str = ""
    """The job of the recovery plan that fails the machines over."""
    machines: tuple[str, ...] = ()
    """The machines that it fails over."""
    confirmed: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """What was confirmed as done by ``--confirm``: ``who`` and ``note`` by name."""
    state: str = "PREFLIGHT"
    halted: frozenset[str] = frozenset()
    """Ids of the steps in which it was halted."""

    @classmethod
    def of(cls, record: Record) -> Self:
        """Return the operation that a record begins."""
        data = {
            **record.data,
            "raises": tuple(
                BandwidthIncrease(**raised) for raised in record.data.get("raises", ())
            ),
            "accepted": Accepted.of(record.data),
            "machines": (),
            "halted": frozenset(),
        }
        names = {name.name for name in fields(cls)}  # a later version may write more
        data = {name: value for name, value in data.items() if name in names}
        return cls(id=record.operation, begun=record.at, **data)

    def document(self) -> dict[str, Any]:
        """Return the operation under the keys of ``sparehub status --json``."""
        return {
            "id": self.id,
            "kind": self.kind,
            "mode": self.mode,
            "adopted": self.adopted,
            "source": self.source,
            "target": self.target,
            "plan": self.plan,
            "generation": self.generation,
            "begun": self.begun,
            "done": list(self.done),
            "step": self.step or None,
            "state": self.state,
        }


@dataclass(frozen=True, kw_only=True)
class Issued:
    """An authorization that was issued, or was about to be, for a connection of a stack."""

    id: str
    stack: str
    connection: str


@dataclass(frozen=True, kw_only=True)
class JournalState:
    """What the journal adds up to."""

    open: JournaledOperation | None = None
    """The operation that is neither finished nor given up."""
    superseded: JournaledOperation | None = None
    """The operation that was given up for it: open again if the later one is withdrawn."""
    last: JournaledOperation | None = None
    """The operation that was finished last."""
    committed: bool = True
    """Whether that one is committed."""
    open_items: tuple[OpenItem, ...] = ()
    closed_items: frozenset[str] = frozenset()
    """Ids of the items that ``finish-fence`` has closed."""
    fences: Mapping[str, tuple[Fence, ...]] = field(default_factory=dict)
    """The external fences that each operation last chose, by its id: any of them may be set."""
    used_keys: frozenset[str] = frozenset()
    """Digests of the authorization keys that are used up (``steps.keys.key_checks``)."""
    issued: tuple[Issued, ...] = ()
    """Authorizations that operations issued and that are not known to be deleted, oldest first."""
    unreconciled: frozenset[tuple[str, ResourceOperation]] = frozenset()
    """Circuits, with their stack, whose bandwidth a raise may have left otherwise than the stack
    file says: a later deployment may write them. Activating the stack writes them all."""
    source_addresses: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """By machine and network interface: the address before it last left the protected region."""
    last_drill: str = ""
    """When a drill was last recorded; empty where none was."""
    tested: Mapping[str, str] = field(default_factory=dict)
    """By machine: when a drill of it last passed. A drill of networks alone tests none."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> Self:
        """Reduce the records."""
        state = cls()
        for record in records:
            state = state._after(record)
        return state

    @property
    def unfenced(self) -> tuple[OpenItem, ...]:
        """The open items that let two regions be live at once."""
        return tuple(item for item in self.open_items if item.unfenced)

    @property
    def left_running(self) -> tuple[OpenItem, ...]:
        """The open items of regions whose machines may still run."""
        return tuple(item for item in self.open_items if item.machines)

    @property
    def state(self) -> str:
        """One word for the state of the pair."""
        if self.open:
            return self.open.state
        if self.unfenced:
            return "UNFENCED"
        if self.last is None:
            return "STANDBY"
        return "COMMITTED" if self.committed else "ACTIVE"

    def _after(self, record: Record) -> Self:
        """Return the state after one more record; an event of a later version changes nothing."""
        reducer = _REDUCERS.get(record.event)
        return replace(self, **reducer(self, record)) if reducer else self


_KEPT = ("answers", "quiesced", "job", "machines")
"""What is kept of the outcomes of steps: fields of the operation."""
_Changes = dict[str, Any]
"""New values of fields of :class:`JournalState`."""


def _begun(state: JournalState, record: Record) -> _Changes:
    superseded = {"superseded": state.open} if record.data.get("supersedes") else {}
    return {"open": JournaledOperation.of(record), **superseded}


def _intended(state: JournalState, record: Record) -> _Changes:
    step = record.data["step"]
    return {
        **_of_open(state, step=step, state=record.data["state"]),
        "unreconciled": state.unreconciled | _raised(state, step),
    }


def _completed(state: JournalState, record: Record) -> _Changes:
    before = state.open.done if state.open else ()
    outcome = {name: record.data[name] for name in _KEPT if name in record.data}
    step = record.data["step"]
    reconciled = frozenset() if record.data.get("unsettled") else _raised(state, step)
    if state.open and step == f"activate-{state.open.target}":
        reconciled = frozenset(
            (stack, write) for stack, write in state.unreconciled if stack == state.open.target
        )
    return {
        **_of_open(state, done=(*before, step), step="", **outcome),
        "unreconciled": state.unreconciled - reconciled,
    }


def _raised(state: JournalState, step: str) -> frozenset[tuple[str, ResourceOperation]]:
    """Return the circuit whose bandwidth a step raises, with its stack."""
    if not state.open:
        return frozenset()
    target, raises = state.open.target, state.open.raises
    return frozenset((target, raised.operation) for raised in raises if raised.step == step)


def _halted(state: JournalState, record: Record) -> _Changes:
    step = record.data["step"]
    before: frozenset[str] = state.open.halted if state.open else frozenset()
    return _of_open(state, state=f"HALTED({step})", halted=before | {step})


def _finished(state: JournalState, record: Record) -> _Changes:
    del record
    ended = _of_open(state, state="ACTIVE")["open"]
    return {"open": None, "superseded": None, "last": ended, "committed": False}


def _superseded(state: JournalState, record: Record) -> _Changes:
    """Close an operation, and its open items, after another run has switched again."""
    changes: _Changes = {
        "open_items": tuple(item for item in state.open_items if item.operation != record.operation)
    }
    if state.open and state.open.id == record.operation:
        changes |= {"open": None, "superseded": None}
    if state.last and state.last.id == record.operation:
        changes["committed"] = True
    return changes


def _accepted(state: JournalState, record: Record) -> _Changes:
    before = state.open.accepted if state.open else NOTHING
    return _of_open(state, accepted=Accepted.of(record.data).after(before))


def _confirmed(state: JournalState, record: Record) -> _Changes:
    before = state.open.confirmed if state.open else {}
    return _of_open(state, confirmed={**before, **record.data["confirmed"]})


def _fences_chosen(state: JournalState, record: Record) -> _Changes:
    fences = tuple(map(Fence.of, record.data["fences"]))
    others = {name: chosen for name, chosen in state.fences.items() if name != record.operation}
    return {"fences": {**others, record.operation: fences} if fences else others}


def _with_item(items: tuple[OpenItem, ...], opened: OpenItem) -> tuple[OpenItem, ...]:
    """Return the items with one more; a later record of an item replaces the earlier one."""
    return (*(item for item in items if item.id != opened.id), opened)


def _item_closed(state: JournalState, record: Record) -> _Changes:
    identity = record.data["id"]
    return {
        "open_items": tuple(item for item in state.open_items if item.id != identity),
        "closed_items": state.closed_items | {identity},
    }


def _of_open(state: JournalState, /, **changes: Any) -> _Changes:  # noqa: ANN401 - fields of an operation
    return {"open": replace(state.open, **changes) if state.open else None}


_REDUCERS: Mapping[str, Callable[[JournalState, Record], _Changes]] = {
    JournalEvent.BEGUN: _begun,
    JournalEvent.INTENDED: _intended,
    JournalEvent.COMPLETED: _completed,
    JournalEvent.FINISHED: _finished,
    JournalEvent.ACCEPTED: _accepted,
    JournalEvent.CONFIRMED: _confirmed,
    JournalEvent.HALTED: _halted,
    JournalEvent.WITHDRAWN: lambda state, _: {"open": state.superseded, "superseded": None},
    JournalEvent.ABANDONED: lambda state, _: {"open": None, "superseded": state.open},
    JournalEvent.COMMITTED: lambda *_: {"committed": True},
    JournalEvent.DRILL_ENDED: lambda state, record: {
        "last_drill": record.at,
        "tested": {**state.tested, **dict.fromkeys(tested_machines(record.data), record.at)},
    },
    JournalEvent.KEYS_USED_UP: lambda state, record: {
        "used_keys": state.used_keys.union(record.data["keys"])
    },
    JournalEvent.AUTHORIZATION_ISSUED: lambda state, record: {
        "issued": tuple(dict.fromkeys((*state.issued, Issued(**record.data))))
    },
    JournalEvent.AUTHORIZATION_REMOVED: lambda state, record: {
        "issued": tuple(issued for issued in state.issued if issued.id != record.data["id"])
    },
    JournalEvent.FENCES_CHOSEN: _fences_chosen,
    JournalEvent.ITEM_OPENED: lambda state, record: {
        "open_items": _with_item(state.open_items, OpenItem.of(record.data, record.operation))
    },
    JournalEvent.ITEM_CLOSED: _item_closed,
    JournalEvent.SUPERSEDED: _superseded,
    JournalEvent.ADDRESSES_RECORDED: lambda state, record: {
        "source_addresses": with_addresses(state.source_addresses, record.data)
    },
}
