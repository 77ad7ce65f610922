"""``sparehub status``: which region is live, by Azure where it answers, else by the records."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.failover.adapters.protocols import states_of
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.queries.observed_connections import ObservedConnection, observe
from sparehub.failover.session import Session, open_session
from sparehub.output import Output
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import ExitCode
from sparehub.topology.model.pair import Stack
from sparehub.topology.state.generation import recorded_generation, said_by

"""Exit codes: an operation is unfinished; something is owed; no region is live though one was, or
what is deployed contradicts the journal."""
DISCONNECTED = "DISCONNECTED"


@dataclass(frozen=True, kw_only=True)
class PairStatus:
    """Where both stacks stand, by everything that could be read."""

    pair: Mapping[str, Stack]
    snapshots: Mapping[str, Snapshot]
    observed: Mapping[str, tuple[ObservedConnection, ...]]
    ledger: JournalState
    operations: frozenset[str]
    """The ids of all operations in the journal."""

    @property
    def active(self) -> list[str]:
        """The stacks whose deployed outputs say so."""
        return [name for name, each in self.snapshots.items() if each.activation == "active"]

    @property
    def live(self) -> list[str]:
        """The stacks whose region is connected and not fenced."""
        return [name for name in self.pair if self._is_live(name)]

    def _is_live(self, name: str) -> bool:
        if any(each["stack"] == name and not each["unfenced"] for each in self.ledger.debts):
            return False
        connected = [each for each in self.observed[name] if each.connected]
        snapshot = self.snapshots[name]
        if snapshot.switch.activation == Activation.ACTIVE:
            return bool(connected)
        stays = {
            key
            for key, spoke in self.pair[name].config.region.spokes.items()
            if spoke.standby == "connected"
        }
        attached = bool(snapshot.deployed.attached_spokes - stays)
        return any(attached or not each.on_standby for each in connected)

    @property
    def was_live(self) -> bool:
        """Whether a region is known to have been live, or both were deployed."""
        switches = [each.switch for each in self.snapshots.values()]
        return (
            recorded_generation(switches) > 0
            or any(each.activation == Activation.ACTIVE for each in switches)
            or bool(self.ledger.open or self.ledger.last)
            or all(each.activation for each in self.snapshots.values())
        )

    @property
    def silent(self) -> list[str]:
        """The stacks of which Azure did not say whether they are connected."""
        return [
            name for name, found in self.observed.items() if any(e.stands is None for e in found)
        ]

    @property
    def problems(self) -> list[str]:
        """What Azure, the stacks and the journal say differently."""
        return [*self._unrecorded(), *self._against_journal()]

    def _unrecorded(self) -> Iterator[str]:
        owed = {each["stack"] for each in self.ledger.debts}
        for name in (each for each in self.pair if each not in owed):
            for each in self.observed[name]:
                if each.recorded and each.stands is False:
                    yield (
                        f"{name}: the connection {each.key} is recorded and is gone in Azure: "
                        f"`pulumi refresh --stack {name}`, then `pulumi up --stack {name}`"
                    )
                elif each.stands and not each.recorded:
                    yield (
                        f"{name}: the connection {each.key} stands in Azure and is not recorded: "
                        "`sparehub resume` if an operation died, else delete or import it"
                    )

    def _against_journal(self) -> Iterator[str]:
        for name, snapshot in self.snapshots.items():
            operation = snapshot.switch.operation
            if operation and operation not in self.operations:
                yield (
                    f"{name}: was deployed by {operation}, which this journal does not know: it "
                    "was run from another host or home, or the journal is lost"
                )
        last, recorded = (
            self.ledger.last,
            recorded_generation(each.switch for each in self.snapshots.values()),
        )
        if self.ledger.open or last is None:
            return
        if recorded < last.generation:
            yield (
                f"the {last.kind} of {last.begun} had generation {last.generation}, and the stacks "
                f"record {recorded}: their states are older copies"
            )
        elif recorded == last.generation:
            target = self.snapshots[last.target].switch.activation
            if target != Activation.ACTIVE:
                yield (
                    f"the {last.kind} of {last.begun} made {last.target} live, and its stack "
                    f"says {target or 'nothing'}"
                )

    @property
    def older_files(self) -> list[str]:
        """The stack files of an older switch than the one that is recorded."""
        highest = recorded_generation(each.switch for each in self.snapshots.values())
        return [name for name, generation in said_by(self.pair).items() if generation < highest]

    @property
    def state(self) -> str:
        """One word for where things stand."""
        if not self.ledger.open and not self.live and self.was_live:
            return DISCONNECTED
        return self.ledger.state

    @property
    def exit_code(self) -> int:
        """That of ``status``; the gravest wins."""
        if self.ledger.open:
            return ExitCode.HALFWAY
        if (not self.live and self.was_live) or self.problems:
            return ExitCode.NOT_LIVE
        return open_items_code(self.ledger)

    @property
    def headline(self) -> str:
        """Which region is live, in one line."""
        if not self.live:
            word = "NO REGION IS LIVE" if self.was_live else "no region is live yet"
            return f"{word}: on-premises reaches no spoke"
        shown = [
            f"{name} ({self.pair[name].region.location}"
            + (", by its record alone: it does not answer)" if name in self.silent else ")")
            for name in self.live
        ]
        return f"live: {' and '.join(shown)}"

    def document(self) -> dict[str, Any]:
        """Return it under the keys of ``sparehub status --json``."""
        return {
            "active": self.active,
            "live": self.live,
            "operation": self.ledger.open.document() if self.ledger.open else None,
            "debts": list(self.ledger.debts),
            "state": self.state,
            "problems": self.problems,
            "drill": {
                "standing": [n for n, stack in self.pair.items() if stack.region.drill],
                "last": self.ledger.last_drill or None,
            },
        }


def pair_status(place: Session) -> PairStatus:
    """Read both stacks again, and ask Azure for their connections.

    A state that cannot be read, as that of a lost region after an unplanned failover, counts as one
    that records nothing.
    """
    snapshots = {
        name: state if isinstance(state, Snapshot) else Snapshot.of({})
        for name, state in states_of(place.stacks, tuple(place.pair)).items()
    }
    return PairStatus(
        pair=place.pair,
        snapshots=snapshots,
        observed={
            name: observe(place.azure, stack, snapshots[name]) for name, stack in place.pair.items()
        },
        ledger=place.ledger,
        operations=frozenset(record.operation for record in place.journal.records),
    )


def open_items_code(ledger: JournalState) -> int:
    """Return the exit code of a command that is done: whether something is still owed."""
    return ExitCode.OPEN_ITEMS if ledger.unfenced else ExitCode.DONE


def status(directory: Path, output: Output) -> int:
    """Print where things stand; return the exit code."""
    with open_session(directory, output) as place:
        standing = pair_status(place)
    if output.as_json:
        output.document(standing.document())
    else:
        for line in _lines(standing):
            output.results.print(line)
    return standing.exit_code


def _lines(standing: PairStatus) -> Iterator[str]:
    yield standing.headline
    yield f"active: {', '.join(standing.active) or 'no region'}"
    yield f"state: {standing.state}"
    if operation := standing.ledger.open:
        yield (
            f"under way: {operation.kind} from {operation.source} to {operation.target}, "
            f"begun {operation.begun}; `sparehub resume` goes on"
        )
    for problem in standing.problems:
        yield f"problem: {problem}"
    for name in standing.older_files:
        yield f"note: the file of {name} in this directory is older than what is recorded"
    last = standing.ledger.last_drill
    yield f"last drill: {last or 'none'}"
    if drills := [n for n, stack in standing.pair.items() if stack.region.drill]:
        yield f"test networks stand in: {', '.join(drills)}"
    for debt in standing.ledger.debts:
        word = "UNFENCED" if debt["unfenced"] else "fenced, to be disconnected"
        yield f"owed: {debt['stack']} is {word} ({', '.join(debt['prefixes'])})"
