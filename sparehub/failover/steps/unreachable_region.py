"""A region that may be unreachable: probed, fenced from outside, or left as an open item."""

from collections.abc import Mapping
from dataclasses import dataclass

from sparehub.failover.adapters.protocols import states_of
from sparehub.failover.adapters.stack_snapshot import Snapshot, Unreadable
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.journal.open_items import Fence, OpenItem
from sparehub.failover.queries.probe import responds
from sparehub.failover.steps.fencing import (
    CutError,
    FenceError,
    fences_for,
    is_set,
    set_fence,
    take_back,
)
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.stacks.stack_file_edit import ACTIVATION, set_values
from sparehub.topology.config.enums import Activation
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import UnreachableError
from sparehub.topology.planning.bgp_filters import on_premises_filters


class WithdrawnError(UnreachableError):
    """The operation was given up before anything was changed."""


@dataclass(frozen=True)
class UnreachableRegion:
    """The region that an unplanned operation leaves."""

    context: StepContext

    def responds(self) -> bool:
        """Probe the region, within a time limit.

        One whose state cannot be read counts as unreachable: its stack cannot be deployed.
        """
        context = self.context
        state = self._state()
        if isinstance(state, Unreadable):
            context.note(f"{context.plan.source}: its stack cannot be used: {state.problem}")
            return False
        answers = responds(context.session.azure, state)
        outcome = "answers" if answers else "does not answer"
        context.note(f"{context.plan.source} ({context.source.location}) {outcome}")
        return answers

    def fence(self) -> None:
        """Fence it from outside; where that is impossible, leave an open item if that is accepted.

        Raises:
            WithdrawnError: where nobody accepted it.
            FenceError: where nobody did, and the region answered at first.
        """
        if not self.is_recorded:
            self._fence_outside()
        self._set_standby()

    @property
    def is_recorded(self) -> bool:
        """Whether an open item was recorded for it, also one that was closed meanwhile."""
        closed = self.context.session.journal_state.closed_items
        return bool(self.context.open_items) or self._item_id in closed

    def record_open_item(self, *, unfenced: bool = False, fences: tuple[Fence, ...] = ()) -> None:
        """Record that it is still to be disconnected, and set its file to standby."""
        context = self.context
        item = OpenItem(
            id=self._item_id,
            stack=context.plan.source,
            target=context.plan.target,
            generation=context.operation.generation,
            unfenced=unfenced,
            prefixes=self._prefixes(),
            accepted=context.all_accepted,
            fences=fences,
            machines=context.source_machines,
        )
        context.write(JournalEvent.ITEM_OPENED, **item.data())
        context.files.count_up()
        self._set_standby()

    def _set_standby(self) -> None:
        directory = self.context.session.directory
        set_values(directory, self.context.plan.source, {ACTIVATION: Activation.STANDBY.value})

    def _fence_outside(self) -> None:
        context, azure = self.context, self.context.session.azure
        # Fences that this operation was setting when it died: any of them may be set.
        chosen = context.session.journal_state.fences.get(context.operation.id, ())
        already_set = tuple(fence for fence in chosen if is_set(azure, fence))
        try:
            fences = (*already_set, *self._chosen(already_set))
        except FenceError as error:
            context.note(f"no fence is known: {error}")
            self._without_fence(error, self._take_back(already_set))
            return
        if not fences:
            source = context.plan.source
            context.note(f"{source}: Azure says that it has no connection to fence")
        for cut in (cut for fence in fences for cut in fence.cuts):
            context.note(f"cut with it, accepted ({context.all_accepted.cut}): {cut}")
        documents = [fence.document() for fence in fences]
        context.write(JournalEvent.FENCES_CHOSEN, fences=documents)
        context.files.count_up()
        for number, fence in enumerate(fences):
            try:
                set_fence(azure, fence, context.note)
            except FenceError as error:
                context.note(f"no fence holds: {error}")
                self._without_fence(error, self._take_back(fences[: number + error.acted]))
                return
            context.note(f"fenced from outside the region: {fence.how} {fence.id}")
        self.record_open_item(fences=fences)

    def _chosen(self, already_set: tuple[Fence, ...]) -> list[Fence]:
        """Return the fences that are still to be set; users of a circuit are read again each time.

        Raises:
            FenceError: where a connection has none.
        """
        context = self.context
        subscription, recorded = self._recorded_ids()
        cut = context.all_accepted.cut if context.plan.conflict else ""
        fences = fences_for(
            context.session.azure, context.source, context.target, subscription, recorded, cut=cut
        )
        ids = {ResourceId.of(fence.id) for fence in already_set}
        return [fence for fence in fences if ResourceId.of(fence.id) not in ids]

    def _take_back(self, fences: tuple[Fence, ...]) -> tuple[Fence, ...]:
        """Take fences back, since one alone is not enough; return those that may still be set."""
        azure, note = self.context.session.azure, self.context.note
        remaining = tuple(fence for fence in fences if not take_back(azure, fence, note))
        if not remaining:
            self.context.write(JournalEvent.FENCES_CHOSEN, fences=[])
        return remaining

    def _without_fence(self, why: FenceError, remaining: tuple[Fence, ...] = ()) -> None:
        """Go on without a complete fence where that is accepted.

        Filters of on-premises routers that are in place are a fence, too.

        Args:
            why: Why there is none.
            remaining: External fences that may be set nevertheless.
        """
        context, accepted = self.context, self.context.all_accepted
        location = context.source.location
        filters = on_premises_filters(context.source, context.target, self._prefixes())
        if not context.plan.conflict:
            self.record_open_item(fences=remaining)
        elif accepted.ticket:
            context.note(f"fenced on-premises: {accepted.ticket}\n{filters}")
            self.record_open_item(fences=remaining)
        elif accepted.reason:
            context.note(f"UNFENCED, accepted: {accepted.reason}\n{filters}")
            self.record_open_item(unfenced=True, fences=remaining)
        elif remaining:
            listed = ", ".join(fence.id for fence in remaining)
            raise FenceError(  # something was changed: nothing to withdraw
                f"UNFENCED: {location} does not answer; of its fences these may be set, and not "
                f"all are: {listed}.\n{filters}\n\n`sparehub resume` tries again. "
                f"{_ways(why, 'sparehub resume ')}"
            )
        elif context.operation.answers:
            raise FenceError(  # it answered, and something was begun: nothing to withdraw
                f"UNFENCED: {location} stopped answering while it was disconnected.\n"
                f"{why}\n{filters}\n\n{_ways(why, 'sparehub resume ')}"
            )
        else:
            ran = self._hooks_that_ran()
            context.files.restore()
            context.write(JournalEvent.WITHDRAWN, problem="UNFENCED")
            raise WithdrawnError(
                f"UNFENCED: {location} does not answer and nothing outside it keeps it from "
                f"advertising; nothing was changed{ran}.\n{why}\n{filters}\n\n"
                f"{_ways(why, '')}"
            )

    def _hooks_that_ran(self) -> str:
        """Return which hooks ran before the operation is given up; empty where none did."""
        done = self.context.operation.done
        ran = [step.hook.name for step in self.context.plan.steps if step.hook and step.id in done]
        return f", but these hooks ran: {', '.join(ran)}" if ran else ""

    def _state(self) -> Snapshot | Unreadable:
        source = self.context.plan.source
        return states_of(self.context.session.stacks, (source,))[source]

    def _recorded_ids(self) -> tuple[str, Mapping[str, ResourceId] | None]:
        """Return the subscription of its circuits, and the ids that its stack recorded.

        Where its state cannot be read: the subscription that its file names, else the target's,
        which may be another one.
        """
        context, state = self.context, self._state()
        if isinstance(state, Snapshot):
            return state.subscription, state.ids
        if named := context.session.pair[context.plan.source].config.subscription:
            return named, {}
        target = context.plan.target
        context.note(f"its circuits are looked for in the subscription of {target}")
        return context.session.stacks.snapshot(target).subscription, None

    @property
    def _item_id(self) -> str:
        return f"{self.context.operation.id}-{self.context.plan.source}"

    def _prefixes(self) -> tuple[str, ...]:
        return tuple(str(prefix) for prefix in self.context.source.advertised_prefixes)


def _ways(why: FenceError, command: str) -> str:
    """Return how to go on, the safest way first; ``command`` is what the options belong to."""
    ways = [f"Once on-premises filters that: `{command}--fenced-on-premises TICKET`."]
    if isinstance(why, CutError):
        ways.append(f"To cut the others, too: `{command}--accept-cut REASON`.")
    ways.append(f"If you know that the region is dead: `{command}--accept-unfenced REASON`.")
    return " ".join(ways)
