"""``sparehub status``: which region is live, by Azure where it answers, else by Pulumi's state."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.failover.adapters.protocols import states_of
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.journal.measured import NOT_MEASURED, Measured
from sparehub.failover.machines.source_machines import power_states
from sparehub.failover.machines.standing_machines import standing_machines
from sparehub.failover.queries.observed_connections import (
    ObservedConnection,
    is_connected_outside,
    is_left_outside,
    observe,
)
from sparehub.failover.session import Session, open_session
from sparehub.output import Output
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import ExitCode, SparehubError
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.recovery.vault_loss import vault_loss
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication.machine_status import StandingMachines
from sparehub.topology.replication.objectives import ObjectiveResult
from sparehub.topology.state.generation import recorded_generation, said_by

DISCONNECTED = "DISCONNECTED"


@dataclass(frozen=True, kw_only=True)
class PairStatus:
    """The status of both stacks, by everything that could be read."""

    pair: Mapping[str, Stack]
    snapshots: Mapping[str, Snapshot]
    observed: Mapping[str, tuple[ObservedConnection, ...]]
    journal_state: JournalState
    operations: frozenset[str]
    """The ids of all operations in the journal."""
    source_machines: Mapping[str, str] = field(default_factory=dict)
    """The power state of each machine of an open item, by its id."""
    machines: StandingMachines | None = None
    """The replicated machines by their vault; None where none is replicated."""
    measured: Measured = NOT_MEASURED
    """What the last failover and the last drill took."""

    @property
    def active(self) -> list[str]:
        """The stacks whose deployed outputs say so."""
        return [name for name, state in self.snapshots.items() if state.activation == "active"]

    @property
    def live(self) -> list[str]:
        """The stacks whose region is connected and not fenced."""
        return [name for name in self.pair if self._is_live(name)]

    def _is_live(self, name: str) -> bool:
        items = self.journal_state.open_items
        if any(item.stack == name and not item.unfenced for item in items):
            return False
        connected = [link for link in self.observed[name] if link.connected]
        snapshot = self.snapshots[name]
        if snapshot.switch.activation == Activation.ACTIVE:
            return bool(connected)
        connected_on_standby = {
            key
            for key, spoke in self.pair[name].config.region.spokes.items()
            if spoke.stays_connected
        }
        attached = bool(snapshot.deployed.attached_spokes - connected_on_standby)
        return any(attached or not link.on_standby for link in connected)

    @property
    def was_live(self) -> bool:
        """Whether a region is known to have been live, or both were deployed."""
        switches = [snapshot.switch for snapshot in self.snapshots.values()]
        return (
            recorded_generation(switches) > 0
            or any(switch.activation == Activation.ACTIVE for switch in switches)
            or bool(self.journal_state.open or self.journal_state.last)
            or all(snapshot.activation for snapshot in self.snapshots.values())
        )

    @property
    def silent(self) -> list[str]:
        """The stacks of which Azure did not say whether they are connected."""
        return [
            name
            for name, connections in self.observed.items()
            if any(connection.stands is None for connection in connections)
        ]

    @property
    def problems(self) -> list[str]:
        """What Azure, the stacks and the journal say differently."""
        if target := self.switched_outside:
            (source,) = (name for name in self.pair if name != target)
            contradiction = (
                f"Azure contradicts the states: {target} is connected and {source} is not, by no "
                "operation of Sparehub: `sparehub resume --adopt` brings both stacks to that"
            )
            return [contradiction, *self._against_journal()]
        return [*self._unrecorded(), *self._against_journal()]

    @property
    def switched_outside(self) -> str:
        """The stack whose region was connected outside of Sparehub; empty where none was."""
        if self.journal_state.open or self.journal_state.open_items or len(self.active) != 1:
            return ""
        (source,) = self.active
        (target,) = (name for name in self.pair if name != source)
        outside = is_connected_outside(self.observed[target])
        return target if outside and is_left_outside(self.observed[source]) else ""

    def _unrecorded(self) -> Iterator[str]:
        open_stacks = {item.stack for item in self.journal_state.open_items}
        for name in (stack for stack in self.pair if stack not in open_stacks):
            for connection in self.observed[name]:
                if connection.recorded and connection.stands is False:
                    yield (
                        f"{name}: the connection {connection.key} is recorded and is gone in "
                        f"Azure: `pulumi refresh --stack {name}`, then `pulumi up --stack {name}`"
                    )
                elif connection.stands and not connection.recorded:
                    yield (
                        f"{name}: the connection {connection.key} exists in Azure and is not "
                        "recorded: `sparehub resume` if an operation died, else delete or import it"
                    )

    def _against_journal(self) -> Iterator[str]:
        for name, snapshot in self.snapshots.items():
            operation = snapshot.switch.operation
            if operation and operation not in self.operations:
                yield (
                    f"{name}: was deployed by {operation}, which is not in this journal: it was "
                    "run from another host or home, or the journal is lost"
                )
        last, recorded = (
            self.journal_state.last,
            recorded_generation(snapshot.switch for snapshot in self.snapshots.values()),
        )
        if self.journal_state.open or last is None:
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
        highest = recorded_generation(snapshot.switch for snapshot in self.snapshots.values())
        return [name for name, generation in said_by(self.pair).items() if generation < highest]

    @property
    def state(self) -> str:
        """One word for the state of the pair."""
        if not self.journal_state.open and not self.live and self.was_live:
            return DISCONNECTED
        return self.journal_state.state

    @property
    def exit_code(self) -> int:
        """The exit code of ``status``; the gravest wins."""
        if self.journal_state.open:
            return ExitCode.HALFWAY
        if (not self.live and self.was_live) or self.problems:
            return ExitCode.NOT_LIVE
        return open_items_code(self.journal_state)

    @property
    def headline(self) -> str:
        """Which region is live, in one line."""
        if not self.live:
            word = "NO REGION IS LIVE" if self.was_live else "no region is live yet"
            return f"{word}: on-premises reaches no spoke"
        shown = [
            f"{name} ({self.pair[name].region.location}"
            + (", by its state only: it does not answer)" if name in self.silent else ")")
            for name in self.live
        ]
        return f"live: {' and '.join(shown)}"

    def document(self) -> dict[str, Any]:
        """Return it under the keys of ``sparehub status --json``."""
        loss, machines = vault_loss(self.pair), self.machines or StandingMachines()
        return {
            "active": self.active,
            "live": self.live,
            "operation": self.journal_state.open.document() if self.journal_state.open else None,
            "debts": [item.document() for item in self.journal_state.open_items],
            "state": self.state,
            "problems": self.problems,
            "sourceMachines": [
                {"id": machine, "powerState": state}
                for machine, state in self.source_machines.items()
            ],
            "drill": {
                "standing": [n for n, stack in self.pair.items() if stack.region.drill],
                "last": self.journal_state.last_drill or None,
            },
            "vault": loss.document() if loss else None,
            "machines": [each.document() for each in machines.statuses],
            "machinesProblem": machines.problem or None,
            "runbooks": list(machines.runbooks),
            "objectives": [each.document() for each in self.objectives],
            "measured": self.measured.document(self.pair),
        }

    @property
    def objectives(self) -> tuple[ObjectiveResult, ...]:
        """Points and tests by the vault, and the recovery time if the active region were lost."""
        if self.machines is None:
            return ()
        kind = PlanKind.FAILBACK if self.active == ["secondary"] else PlanKind.FAILOVER
        try:
            due = failover.plan(
                self.pair["primary"], self.pair["secondary"], kind, Mode.UNPLANNED
            ).objectives
        except SparehubError:  # files that have no such plan: `check` says why
            due = ()
        return (*self.machines.objectives, *due)


def pair_status(session: Session) -> PairStatus:
    """Read both stacks again, and ask Azure for their connections.

    A state that cannot be read, such as that of a region that is lost, counts as one that records
    nothing.
    """
    snapshots = {
        name: state if isinstance(state, Snapshot) else Snapshot.of({})
        for name, state in states_of(session.stacks, tuple(session.pair)).items()
    }
    return PairStatus(
        pair=session.pair,
        snapshots=snapshots,
        observed={
            name: observe(session.azure, stack, snapshots[name])
            for name, stack in session.pair.items()
        },
        journal_state=session.journal_state,
        operations=frozenset(record.operation for record in session.journal.records),
        source_machines=power_states(
            session.azure,
            [machine for item in session.journal_state.open_items for machine in item.machines],
        ),
        machines=standing_machines(session),
        measured=Measured.of(session.journal.records),
    )


def open_items_code(journal_state: JournalState) -> int:
    """Return the exit code of a command that is done: whether something is left.

    That is a region which may still advertise, or one whose machines may still run.
    """
    left = journal_state.unfenced or journal_state.left_running
    return ExitCode.OPEN_ITEMS if left else ExitCode.DONE


def status(directory: Path, output: Output) -> int:
    """Print the status of the pair; return the exit code."""
    with open_session(directory, output) as session:
        current = pair_status(session)
    if output.as_json:
        output.document(current.document())
    else:
        for line in _lines(current):
            output.results.print(line)
    return current.exit_code


def _lines(current: PairStatus) -> Iterator[str]:
    yield current.headline
    yield f"active: {', '.join(current.active) or 'no region'}"
    yield f"state: {current.state}"
    if operation := current.journal_state.open:
        yield (
            f"under way: {operation.kind} from {operation.source} to {operation.target}, "
            f"begun {operation.begun}; `sparehub resume` goes on"
        )
    for problem in current.problems:
        yield f"problem: {problem}"
    for name in current.older_files:
        yield f"note: the file of {name} in this directory is older than what is recorded"
    last = current.journal_state.last_drill
    yield f"last drill: {last or 'none'}"
    if drills := [n for n, stack in current.pair.items() if stack.region.drill]:
        yield f"test networks exist in: {', '.join(drills)}"
    for item in current.journal_state.open_items:
        word = "UNFENCED" if item.unfenced else "fenced, to be disconnected"
        if item.is_connected:
            yield f"open item: {item.stack} is {word} ({', '.join(item.prefixes)})"
        for machine in item.machines:
            state = current.source_machines[machine]
            yield (
                f"open item: source machine {ResourceId.of(machine).name} of {item.stack}: "
                f"{state}; `sparehub finish-fence` stops it"
            )
    yield from _machine_lines(current)
    if loss := vault_loss(current.pair):
        yield f"vault: {loss.meaning}"


def _machine_lines(current: PairStatus) -> Iterator[str]:
    if current.machines:
        yield from current.machines.lines()
    for result in current.objectives:
        yield f"objective: {result.text}"
    yield from current.measured.lines(current.pair)
