"""What the journal's records add up to: the operation under way, what is owed, what was last."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, fields, replace
from typing import Any, Self

from sparehub.failover.journal.acceptances import NOTHING, Accepted
from sparehub.failover.journal.journal import Record
from sparehub.topology.planning.operations import ResourceOperation as Write
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
    begun: str
    generation: int = 0
    """That of its switch (:mod:`sparehub.topology.state.generation`)."""
    generations: Mapping[str, int] = field(default_factory=dict)
    """That of each stack file before it."""
    done: tuple[str, ...] = ()
    """Ids of the steps whose outcome is known and good."""
    step: str = ""
    """The step that was begun and whose outcome is not known, or not good."""
    answers: bool | None = None
    """Whether the region that is left answered when it was asked."""
    raises: tuple[BandwidthIncrease, ...] = ()
    """The bandwidths that its plan raises: the stack file says something else afterwards."""
    accepted: Accepted = NOTHING
    """What was accepted of the region that is left."""
    unproven: str = ""
    """Why a plan was accepted that breaks something; empty where nobody did."""
    state: str = "PREFLIGHT"

    def document(self) -> dict[str, Any]:
        """Return the operation under the keys of ``sparehub status --json``."""
        return {
            "id": self.id,
            "kind": self.kind,
            "mode": self.mode,
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
    """The journal, added up."""

    open: JournaledOperation | None = None
    """The operation that is neither finished nor given up."""
    superseded: JournaledOperation | None = None
    """The one that was given up for it: open again where nothing came of that."""
    last: JournaledOperation | None = None
    """The one that was finished last."""
    committed: bool = True
    """Whether that one is settled for good."""
    debts: tuple[dict[str, Any], ...] = field(default=())
    spent: frozenset[str] = frozenset()
    """Marks of the authorization keys that are used up (``steps.key_checks``)."""
    issued: tuple[Issued, ...] = ()
    """Authorizations that operations issued and nobody has seen deleted, oldest first."""
    unsettled: frozenset[tuple[str, Write]] = frozenset()
    """Stacks, and the circuits in them that a raise may have left otherwise than they say: a later
    deployment may write them. Once a stack is activated it says again what stands."""
    last_drill: str = ""
    """When a drill was last recorded; empty where none was."""

    @classmethod
    def of(cls, records: Iterable[Record]) -> Self:
        """Add up the records."""
        ledger = cls()
        for record in records:
            ledger = ledger._after(record)
        return ledger

    @property
    def unfenced(self) -> tuple[dict[str, Any], ...]:
        """The debts that let two regions be live at once."""
        return tuple(each for each in self.debts if each["unfenced"])

    @property
    def state(self) -> str:
        """One word for where things stand."""
        if self.open:
            return self.open.state
        if self.unfenced:
            return "UNFENCED"
        if self.last is None:
            return "STANDBY"
        return "COMMITTED" if self.committed else "ACTIVE"

    def _after(self, record: Record) -> Self:
        change = _CHANGES.get(record.event)
        return replace(self, **change(self, record)) if change else self


_Changes = dict[str, Any]


def _begun(ledger: JournalState, record: Record) -> _Changes:
    raises = tuple(BandwidthIncrease(**each) for each in record.data.get("raises", ()))
    said = {**record.data, "raises": raises, "accepted": Accepted.of(record.data)}
    superseded = {"superseded": ledger.open} if said.pop("supersedes", "") else {}
    known = {each.name for each in fields(JournaledOperation)}  # a later version may say more
    said = {name: value for name, value in said.items() if name in known}
    return {"open": JournaledOperation(id=record.operation, begun=record.at, **said), **superseded}


def _intended(ledger: JournalState, record: Record) -> _Changes:
    step = record.data["step"]
    return {
        **_of_open(ledger, step=step, state=record.data["state"]),
        "unsettled": ledger.unsettled | _raised(ledger, step),
    }


def _came_out(ledger: JournalState, record: Record) -> _Changes:
    before = ledger.open.done if ledger.open else ()
    answers = {"answers": record.data["answers"]} if "answers" in record.data else {}
    step = record.data["step"]
    settled = frozenset() if record.data.get("unsettled") else _raised(ledger, step)
    if ledger.open and step == f"activate-{ledger.open.target}":
        settled = frozenset(each for each in ledger.unsettled if each[0] == ledger.open.target)
    return {
        **_of_open(ledger, done=(*before, step), step="", **answers),
        "unsettled": ledger.unsettled - settled,
    }


def _raised(ledger: JournalState, step: str) -> frozenset[tuple[str, Write]]:
    """Return the circuit that a step raises, with its stack."""
    if not ledger.open:
        return frozenset()
    target, raises = ledger.open.target, ledger.open.raises
    return frozenset((target, each.operation) for each in raises if each.step == step)


def _finished(ledger: JournalState, record: Record) -> _Changes:
    del record
    ended = _of_open(ledger, state="ACTIVE")["open"]
    return {"open": None, "superseded": None, "last": ended, "committed": False}


def _overtaken(ledger: JournalState, record: Record) -> _Changes:
    """Close an operation after which somebody else has switched again; nothing is owed of it."""
    changes: _Changes = {
        "debts": tuple(each for each in ledger.debts if each["operation"] != record.operation)
    }
    if ledger.open and ledger.open.id == record.operation:
        changes |= {"open": None, "superseded": None}
    if ledger.last and ledger.last.id == record.operation:
        changes["committed"] = True
    return changes


def _accepted(ledger: JournalState, record: Record) -> Accepted:
    before = ledger.open.accepted if ledger.open else NOTHING
    return Accepted.of(record.data).after(before)


def _of_open(ledger: JournalState, **changes: Any) -> _Changes:  # noqa: ANN401 - fields of an operation
    return {"open": replace(ledger.open, **changes) if ledger.open else None}


_CHANGES: Mapping[str, Callable[[JournalState, Record], _Changes]] = {
    "begin": _begun,
    "intent": _intended,
    "outcome": _came_out,
    "finished": _finished,
    "accepted": lambda ledger, record: _of_open(ledger, accepted=_accepted(ledger, record)),
    "halted": lambda ledger, record: _of_open(ledger, state=f"HALTED({record.data['step']})"),
    "withdrawn": lambda ledger, _record: {"open": ledger.superseded, "superseded": None},
    # As it was written before "begin" itself said what it supersedes.
    "abandoned": lambda ledger, _record: {"open": None, "superseded": ledger.open},
    "committed": lambda _ledger, _record: {"committed": True},
    "drill": lambda _ledger, record: {"last_drill": record.at},
    "spent": lambda ledger, record: {"spent": ledger.spent.union(record.data["keys"])},
    "authorization": lambda ledger, record: {
        "issued": tuple(dict.fromkeys((*ledger.issued, Issued(**record.data))))
    },
    "authorization-removed": lambda ledger, record: {
        "issued": tuple(each for each in ledger.issued if each.id != record.data["id"])
    },
    "debt": lambda ledger, record: {
        "debts": (*ledger.debts, {**record.data, "operation": record.operation})
    },
    "superseded": _overtaken,
    "cleared": lambda ledger, record: {
        "debts": tuple(each for each in ledger.debts if each["id"] != record.data["id"])
    },
}
