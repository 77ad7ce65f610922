"""The two regions of a switch that was made outside of Sparehub: their states follow Azure."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.adapters.stack_snapshot import Snapshot, Unreadable
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.open_items import Fence
from sparehub.failover.queries.outside_switch import activation_of, fences_of, found_of
from sparehub.failover.steps.fencing import FenceError
from sparehub.failover.steps.keys.key_checks import record_used
from sparehub.failover.steps.preview_guard import UnexpectedChangesError
from sparehub.failover.steps.reconcile import drop_missing, missing_in_azure, reconcile_pending
from sparehub.failover.steps.stack_switch import StackSwitch
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.failover.steps.unreachable_region import UnreachableRegion
from sparehub.failover.steps.verify_step import VerificationError, verify_step
from sparehub.stacks.stack_file_edit import ACTIVATION, set_values
from sparehub.topology.adoption.imports import entries_in_region
from sparehub.topology.adoption.outside_switch import FoundResource, differences
from sparehub.topology.config.enums import Activation
from sparehub.topology.model.logical_names import DRILL, REGION
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.disconnect import disconnect
from sparehub.topology.planning.operations import (
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import StackChange

_NOTHING: frozenset[ResourceOperation] = frozenset()


@dataclass(frozen=True)
class AdoptedTarget:
    """The region that was connected outside of Sparehub."""

    context: StepContext
    switch: StackSwitch

    def take_over(self) -> None:
        """Import what was created, read the peerings again, and record the switch.

        Raises:
            VerificationError: where what is there is not what the stack makes.
            UnexpectedChangesError: where the deployment would write anything.
        """
        context, session = self.context, self.context.session
        stack, live = context.plan.target, context.target
        snapshot = session.stacks.snapshot(stack)
        if drop_missing(session.stacks, session.azure, stack, snapshot, live, context.note):
            snapshot = session.stacks.snapshot(stack)
        context.files.count_up()
        self._import(snapshot)
        names = [REGION.spoke_to_hub(spoke.key) for spoke in live.spokes]
        if urns := [snapshot.urns[name] for name in names if name in snapshot.urns]:
            session.stacks.refresh(stack, urns)
        change = StackChange(stack=stack, activation=Activation.ACTIVE, operations=_NOTHING)
        self._record_inputs(change)
        self.switch.switch(change)

    def _import(self, snapshot: Snapshot) -> None:
        """Import the gateway and connections that the state does not know."""
        context, stack = self.context, self.context.plan.target
        creations = {each for each in _creations(context.target) if each.name not in snapshot.ids}
        found = self._found(snapshot, creations)
        if not found:
            return
        entries = entries_in_region(
            [(each.operation.type, each.name, str(each.id)) for each in found], snapshot.urns
        )
        parents = {each["parent"] for each in entries if each.get("parent")}
        urns = {name: snapshot.urns[name] for name in sorted(parents) if name in snapshot.urns}
        context.session.stacks.import_resources(stack, entries, urns)
        context.note(f"{stack}: imported {', '.join(each.id.name for each in found)}")

    def _found(
        self, snapshot: Snapshot, creations: set[ResourceOperation]
    ) -> tuple[FoundResource, ...]:
        """Return resources as Azure shows them.

        Raises:
            VerificationError: naming what is not there, or differs from what the stack makes.
        """
        context, subscription = self.context, snapshot.subscription
        live, azure = context.target, context.session.azure
        found = found_of(azure, live, subscription, frozenset(creations))
        wrong = [
            f"{each.id.name}: {problem}"
            for each in found
            for problem in (
                differences(live, each, subscription)
                if each.body is not None
                else (each.problem or "it is not there any more",)
            )
        ]
        if wrong:
            raise VerificationError(f"{live.location} is not what was found: {'; '.join(wrong)}")
        return found

    def _record_inputs(self, change: StackChange) -> None:
        """Record the program's inputs of what was imported, where only their form differs."""
        context, session = self.context, self.context.session
        (writes,) = session.stacks.previews(
            (change,),
            Assumed(
                override=f"preview of plan {context.plan.short}" if context.plan.conflict else "",
                operation=context.identity,
            ),
        )
        planned = activation_of(context.plan).operations
        formal = {
            write
            for write in planned
            if write.verb is Verb.CREATE
            and ResourceOperation(Verb.UPDATE, write.type, write.name) in writes
        }
        if formal:
            self._found(session.stacks.snapshot(change.stack), formal)
            session.stacks.record_inputs(change, sorted(write.name for write in formal))


@dataclass(frozen=True)
class AdoptedSource:
    """The region that was left outside of Sparehub."""

    context: StepContext

    def leave(self) -> str:
        """Record it as left; return what it still has of an active region, empty for nothing.

        Raises:
            FenceError: where it may advertise, and nobody accepts that.
            UnexpectedChangesError: where its deployment would write anything else.
        """
        context, session = self.context, self.context.session
        region, stack = UnreachableRegion(context), self.context.plan.source
        context.files.count_up()
        if region.is_recorded:
            self._set_standby()
            return ""
        if not self._answers(region):
            self._record_open_item(region, answers=False)
            return "it does not answer"
        self._follow()
        leave = disconnect(session.pair[stack])
        writes = self._writes(leave.at_once)
        if writes & leave.fence.operations:
            self._record_open_item(region, answers=True)
            return "it is connected"
        if unexpected := sorted(writes - leave.at_once.operations):
            listed = ", ".join(f"{write.verb.value} {write.name}" for write in unexpected)
            raise UnexpectedChangesError(f"deploying {stack!r} would also {listed}")
        change, planned = leave.at_once, leave.down
        if writes:
            change, planned = leave.fence, leave.fenced
            if self._writes(change):
                context.note(f"warning: `pulumi up --stack {stack}` has to finish its standby")
                self._set_standby()
                return ", ".join(write.name for write in sorted(writes))
        self._set_standby()
        self._deploy(change)
        verify_step(planned, leave.live, session.stacks.snapshot(stack), session.azure)
        left = ", ".join(write.name for write in sorted(writes))
        if left:
            context.note(f"{stack}: `pulumi up --stack {stack}` removes what is left: {left}")
        return left

    def _answers(self, region: UnreachableRegion) -> bool:
        """Return whether it answers, by the plan's probe where it has one."""
        answers = self.context.operation.answers
        return region.responds() if answers is None else answers

    def _follow(self) -> None:
        """Read from Azure again what a switch removes or changes of it."""
        context, session = self.context, self.context.session
        stack, azure = context.plan.source, session.azure
        snapshot = reconcile_pending(session.stacks, azure, stack, context.note)
        if missing_in_azure(azure, snapshot, context.source):
            record_used(session.stacks, session.journal, session.pair[stack], context.operation.id)
        drop_missing(session.stacks, azure, stack, snapshot, context.source, context.note)
        changed = disconnect(session.pair[stack]).at_once.operations
        peerings = sorted(write.name for write in changed if write.type == PEERING)
        if urns := [snapshot.urns[name] for name in peerings if name in snapshot.urns]:
            session.stacks.refresh(stack, urns)

    def _writes(self, change: StackChange) -> frozenset[ResourceOperation]:
        """Return what a deployment would write, but for what an earlier operation left."""
        session = self.context.session
        assumed = Assumed(operation=self.context.identity)
        (writes,) = session.stacks.previews((change,), assumed)
        besides = {
            write for stack, write in session.journal_state.unreconciled if stack == change.stack
        }
        return frozenset(write for write in writes - besides if write.name not in DRILL)

    def _deploy(self, change: StackChange) -> None:
        session = self.context.session
        session.stacks.up(change, session.progress.writes, self.context.identity)

    def _set_standby(self) -> None:
        session, stack = self.context.session, self.context.plan.source
        session.journal.guard()
        set_values(session.directory, stack, {ACTIVATION: Activation.STANDBY.value})

    def _record_open_item(self, region: UnreachableRegion, *, answers: bool) -> None:
        """Record it as still to be disconnected, with the fences that are set.

        Only of a region that does not answer can be accepted that nothing fences it.

        Raises:
            FenceError: where none is proven, and nobody accepts that.
        """
        context, accepted = self.context, self.context.all_accepted
        fences = self._fences()
        set_fences = tuple(fence for fence in fences.values() if fence)
        unproven = [circuit for circuit, fence in fences.items() if fence is None]
        if not context.plan.conflict:
            unproven = []
        if unproven and not (accepted.ticket or (accepted.reason and not answers)):
            silent = "" if answers else " or `--accept-unfenced REASON`"
            raise FenceError(
                f"{context.plan.source} may advertise: no fence is proven at "
                f"{', '.join(unproven)}. Disable its private peering, or give `sparehub resume "
                f"--fenced-on-premises TICKET`{silent}"
            )
        context.write(JournalEvent.FENCES_CHOSEN, fences=[fence.document() for fence in set_fences])
        unfenced = bool(unproven and not accepted.ticket)
        region.record_open_item(unfenced=unfenced, fences=set_fences)

    def _fences(self) -> Mapping[str, Fence | None]:
        """Return the fence of each circuit that it is connected to; None where it is not set."""
        session, plan = self.context.session, self.context.plan
        state = session.states[plan.source]
        known = session.states[plan.target] if isinstance(state, Unreadable) else state
        subscription = known.subscription if isinstance(known, Snapshot) else ""
        return fences_of(session.stacks, session.azure, session.pair[plan.source], subscription)


def _creations(live: Region) -> Iterator[ResourceOperation]:
    """Yield the creation of the gateway and of each connection of an active region."""
    if live.gateway:
        yield ResourceOperation(Verb.CREATE, GATEWAY, REGION.gateway)
    for connection in live.connections:
        yield ResourceOperation(Verb.CREATE, CONNECTION, REGION.connection(connection.key))
