"""Adopts a switch that was made outside of Sparehub: both states follow what Azure shows.

The steps are those of the unplanned operation. None of them writes a network resource: what was
created is imported, what is gone is read again, and a deployment records the rest. A deployment
that would write anything is refused, so that a step can be repeated after a death.
"""

from collections.abc import Iterator, Mapping
from typing import Any, ClassVar

from sparehub.failover.execution.adopted_regions import AdoptedSource, AdoptedTarget
from sparehub.failover.execution.executor import Executor
from sparehub.failover.journal.source_addresses import record_source_addresses
from sparehub.failover.machines.arrival import arrival_problems
from sparehub.failover.machines.vault_session import VaultSession, open_vault
from sparehub.failover.steps.reconcile import reconcile_pending
from sparehub.failover.steps.unreachable_region import UnreachableRegion
from sparehub.site_recovery.vault import VaultError
from sparehub.topology.planning.plan import PlanStep, StepAction
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.protected_item import ProtectedItem
from sparehub.topology.replication.reconcile import items_by_machine

_NOT_DONE = {
    StepAction.ISSUE: "no authorization is issued: the connection is there",
    StepAction.REVOKE: "no authorization is removed: `sparehub failback` looks for it again",
    StepAction.START: "the NVA is not started by this: `sparehub check --live` reads it",
}


class AdoptingExecutor(Executor):
    """An operation of which somebody else has done the writes."""

    adopts: ClassVar[bool] = True

    _is_reconciled = False

    def _prepare(self) -> None:
        """Reconcile the target once a run; nothing is withheld, since all of it is there."""
        if not self._is_reconciled:
            self._is_reconciled = True
            session, target = self.context.session, self.context.plan.target
            reconcile_pending(session.stacks, session.azure, target, self.context.note)

    def _outcome(self, step: PlanStep) -> dict[str, Any]:
        """Adopt what a step would have done; return what the journal records of it."""
        context = self.context
        outcome: Mapping[str, Any] = {"adopted": True}
        match step.act:
            case StepAction.PROBE:
                outcome = {"answers": UnreachableRegion(context).responds()}
            case StepAction.FENCE | StepAction.STAND_DOWN:
                outcome = {"left": AdoptedSource(context).leave()}
            case StepAction.SWITCH:
                AdoptedTarget(context, self._switch).take_over()
            case StepAction.FAIL_OVER:
                outcome = self._moved_machines()
            case StepAction.VERIFY_MACHINES:
                outcome = {"verified": self._verified_machines()}
            case StepAction.HOOK if step.hook:
                context.note(f"hook {step.hook.name} was not run: do by hand what it is for")
            case act if act in _NOT_DONE:
                context.note(_NOT_DONE[act])
        return dict(outcome)

    def _leave_source(self) -> None:
        """Leave the source where no step has done so, since the addresses do not overlap."""
        if not any(step.act is StepAction.FENCE for step in self.context.plan.steps):
            AdoptedSource(self.context).leave()

    def _moved_machines(self) -> Mapping[str, Any]:
        """Return the machines that the recovery plan has failed over, by the vault."""
        context = self.context
        opened, direction, items = self._machines()
        moved = [*_failed_over(direction, items)]
        stayed = [each.name for each in direction.machines if each.name not in moved]
        if stayed:
            context.note(
                f"warning: not failed over: {', '.join(stayed)}. Fail them over by the recovery "
                f"plan {direction.plan.name} in the vault {opened.vault.id.name}"
            )
        addresses = {name: items[name] for name in moved}
        record_source_addresses(context.session.journal.append, direction, addresses)
        return {"job": "", "machines": moved}

    def _verified_machines(self) -> list[str]:
        """Name what is wrong with where the machines arrived; nothing refuses an adoption."""
        context = self.context
        _, direction, items = self._machines()
        moved = [*_failed_over(direction, items)]
        for machine in (each for each in direction.machines if each.name in moved):
            for problem in arrival_problems(context.session.azure, machine, items[machine.name]):
                context.note(f"warning: {problem}")
        if moved:
            context.note(
                f"{len(moved)} machines run in {direction.target_location}: `sparehub commit` "
                "commits them, and ends the choice of recovery point"
            )
        return moved

    def _machines(self) -> tuple[VaultSession, Replication, Mapping[str, ProtectedItem]]:
        """Return the vault, the direction that leaves the source, and its items by machine.

        Where the vault does not answer there are none: the states follow nevertheless.
        """
        opened = open_vault(self.context.session)
        direction = opened.leaving(self.context.plan.source)
        try:
            return opened, direction, items_by_machine(direction, opened.vault.contents().items)
        except VaultError as error:
            self.context.note(f"warning: {error}")
            return opened, direction, {}


def _failed_over(direction: Replication, items: Mapping[str, ProtectedItem]) -> Iterator[str]:
    """Yield the machines that have left in a direction and were not re-protected since."""
    for name, item in sorted(items.items()):
        if item.is_failed_over and item.container == direction.container:
            yield name
