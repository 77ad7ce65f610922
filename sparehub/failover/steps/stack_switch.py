"""Switches a stack between active and standby: reconcile, preview, deploy, verify."""

from dataclasses import dataclass, field

from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.lease import LeaseError
from sparehub.failover.steps.keys.key_checks import record_used
from sparehub.failover.steps.learned_routes import await_routes
from sparehub.failover.steps.preview_guard import check_preview
from sparehub.failover.steps.reconcile import (
    drop_missing,
    fence_for,
    import_orphans,
    reconcile_pending,
)
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.failover.steps.verify_step import verify_step
from sparehub.stacks.stack_file_edit import ACTIVATION, OVERRIDE, set_values
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import SparehubError
from sparehub.topology.model.logical_names import REGION, keys_in
from sparehub.topology.planning.disconnect import disconnect
from sparehub.topology.planning.failover import region_after, region_at
from sparehub.topology.planning.operations import ResourceOperation, Verb
from sparehub.topology.planning.plan import Mode, StackChange, StepAction


@dataclass
class StackSwitch:
    """Deployments of both stacks during one operation, each held to its preview."""

    context: StepContext
    _previews: dict[tuple[StackChange, int], frozenset[ResourceOperation]] = field(
        default_factory=dict, init=False
    )
    """What each change writes, by the change and the revision of its stack."""
    _target_is_ready: bool = field(default=False, init=False)
    _refreshed: set[str] = field(default_factory=set, init=False)
    """The stacks whose peerings were read from Azure again."""

    def preview_plan(self) -> None:
        """Preview every switch of the plan before any of it is done.

        Where the operation is planned, the target's resources are read from Azure again, so that
        drift shows.

        Raises:
            UnexpectedChangesError: where a deployment would write something else.
        """
        plan = self.context.plan
        # A later deployment of the same stack is previewed once the earlier one is done.
        changes = [
            self._effective(step.change)
            for step in plan.steps
            if step.change and step.act is StepAction.SWITCH
        ]
        drift = frozenset({plan.target}) if plan.mode is Mode.PLANNED else frozenset[str]()
        self._preview(tuple(changes), drift, self.context.files.generation)

    def prepare_target(self) -> None:
        """Make the target ready to be connected, before anything is disconnected; once a run."""
        session, stack = self.context.session, self.context.plan.target
        if self._target_is_ready:
            return
        self._target_is_ready = True
        snapshot, live = self._reconcile(stack), self.context.target
        if drop_missing(session.stacks, session.azure, stack, snapshot, live, self.context.note):
            snapshot = session.stacks.snapshot(stack)
        if not snapshot.deployed.connections:  # else it was connected before the run died
            self._withhold_spokes(snapshot)

    def switch(self, planned: StackChange) -> None:
        """Deploy a change of a stack's activation, and verify what it made.

        Raises:
            SparehubError: where it cannot be deployed, or the result is not what was planned.
        """
        context, session, stack = self.context, self.context.session, planned.stack
        snapshot = self._reconcile(stack)
        self._import_orphans(planned)
        change = self._effective(planned)
        context.files.count_up()
        operations = self._previewed(change)
        self._record_used_keys(change)
        session.journal.guard()
        set_values(session.directory, stack, self._values(change))
        if operations or snapshot.activation != change.activation:
            self._deploy(change)
        region = region_after(session.pair, change)
        live = region_at(session.pair[stack], Activation.ACTIVE)
        deployed = session.stacks.snapshot(stack)
        verify_step(region, live, deployed, session.azure)
        if region.connections and stack == context.plan.target:
            accepted = context.all_accepted.unreached
            await_routes(
                session.azure, region, deployed, context.note, session.stop, accepted=accepted
            )

    def deploy_file(self, change: StackChange) -> None:
        """Deploy a stack as its file says, if that changes anything."""
        self._preview((change,))
        if self._previewed(change):
            self._deploy(change)

    def _effective(self, change: StackChange) -> StackChange:
        """Return what disconnects a region as it is deployed; any other change as it is."""
        if not change.disconnected:
            return change
        session = self.context.session
        disconnection = disconnect(session.pair[change.stack])
        return fence_for(disconnection, session.stacks.snapshot(change.stack))

    def _values(self, change: StackChange) -> dict[str, str]:
        """Return what the stack file says for a change.

        With an open item the file overrides the interlock: the region that was left is still
        recorded as live.
        """
        values = {ACTIVATION: change.activation.value}
        if items := self.context.open_items:
            accepted = items[0].accepted
            filtered = f"filtered on-premises, {accepted.ticket}" if accepted.ticket else ""
            why = accepted.reason or filtered or "fenced at its circuit"
            source = self.context.plan.source
            values[OVERRIDE] = f"{source} is lost: {why} (sparehub finish-fence ends this)"
        return values

    def _deploy(self, change: StackChange) -> None:
        """Deploy, with one retry: a further write repairs what Azure left in state Failed."""
        session, note = self.context.session, self.context.note
        writes, identity = session.progress.writes, self.context.identity
        try:
            session.stacks.up(change, writes, identity)
        except LeaseError:
            raise
        except SparehubError as error:
            if session.stop():  # Pulumi received the same signal
                raise
            note(f"retry, since this failed: {error}")
            reconcile_pending(session.stacks, session.azure, change.stack, note)
            self._import_orphans(change)
            self._preview((change,))
            session.stacks.up(change, writes, identity)

    def _import_orphans(self, change: StackChange) -> None:
        session, stack = self.context.session, change.stack
        live = region_at(session.pair[stack], Activation.ACTIVE)
        import_orphans(
            session.stacks, session.azure, stack, live, change.operations, self.context.note
        )

    def _previewed(self, change: StackChange) -> frozenset[ResourceOperation]:
        """Return what a change writes; previewed again where its stack was written meanwhile."""
        key = change, self.context.session.stacks.revision(change.stack)
        if key not in self._previews:
            self._preview((change,))
        return self._previews[key]

    def _preview(
        self,
        changes: tuple[StackChange, ...],
        drift: frozenset[str] = frozenset(),
        generation: int = 0,
    ) -> None:
        # A source that is disconnected first is still live at the preview. One that stays live is
        # what the target's program will meet, which may refuse it by what was recorded.
        session, plan = self.context.session, self.context.plan
        override = f"preview of plan {plan.short}" if plan.conflict else ""
        previews = check_preview(
            session.stacks,
            changes,
            Assumed(
                drift=drift,
                override=override,
                generation=generation,
                operation=self.context.identity,
            ),
            besides=session.journal_state.unreconciled,
        )
        for change, operations in previews.items():
            self._previews[change, session.stacks.revision(change.stack)] = operations

    def _record_used_keys(self, change: StackChange) -> None:
        """Record which authorization keys a deletion of connections uses up."""
        session = self.context.session
        if any(operation.verb is Verb.DELETE for operation in change.operations):
            stack = session.pair[change.stack]
            record_used(session.stacks, session.journal, stack, self.context.operation.id)

    def _reconcile(self, stack: str) -> Snapshot:
        """Reconcile the pending operations of a stack; return what it then holds.

        Where this operation goes back on one that died in the middle of the stack, nothing writes
        again what that one wrote unrecorded: so the peerings are read from Azure.
        """
        session, note = self.context.session, self.context.note
        snapshot = session.stacks.snapshot(stack)
        if snapshot.pending:
            snapshot = reconcile_pending(session.stacks, session.azure, stack, note)
        superseded = session.journal_state.superseded
        if superseded and superseded.step.endswith(f"-{stack}") and stack not in self._refreshed:
            self._refreshed.add(stack)
            note(f"{stack}: its peerings are read again, since the {superseded.kind} stopped there")
            peerings = map(REGION.spoke_to_hub, keys_in(REGION.spoke_to_hub, snapshot.urns))
            session.stacks.refresh(stack, [snapshot.urns[name] for name in sorted(peerings)])
            snapshot = session.stacks.snapshot(stack)
        return snapshot

    def _withhold_spokes(self, snapshot: Snapshot) -> None:
        """Detach the target's spokes first where Azure would refuse its connection (ER-36).

        An earlier operation may have attached them and died, or its region stopped responding.
        """
        context, session, stack = self.context, self.context.session, self.context.plan.target
        change = disconnect(session.pair[stack]).teardown
        wait = context.target.spokes_wait_for_connections
        if change is None or not wait or not snapshot.deployed.attached_spokes:
            return
        context.write(JournalEvent.SPOKES_WITHHELD, stack=stack)
        context.note(f"{stack}: its spokes are detached first: Azure refuses its connection else")
        set_values(session.directory, stack, {ACTIVATION: Activation.STANDBY.value})
        self.deploy_file(change)
