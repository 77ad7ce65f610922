"""Questions about replicated machines: are they ready, where would they arrive, what would be lost.

None of them writes. A machine that an unplanned operation cannot move is named, and does not stop
the others.
"""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

from sparehub.azure.answers import properties_of
from sparehub.failover.machines.replication.published_runbooks import unpublished
from sparehub.failover.machines.replication.recovery_plan import plan_runs
from sparehub.failover.preflight.objections import Objection, PreflightContext, Refuses
from sparehub.site_recovery.vault import VaultError
from sparehub.topology.replication.direction import Machine, Replication
from sparehub.topology.replication.machine_status import machine_objectives, machine_statuses
from sparehub.topology.replication.objectives import Verdict, recovery_groups
from sparehub.topology.replication.plan_actions import running_scenario, starts_runbook
from sparehub.topology.replication.protected_item import Operation, ProtectedItem
from sparehub.topology.replication.reconcile import differences, items_by_machine


def machines_are_ready(situation: PreflightContext) -> Iterator[Objection]:
    """Every machine can be failed over in this direction; nothing of an earlier one is left."""
    if situation.machines is None:
        return
    direction = situation.machines.leaving(situation.plan.source)
    try:
        contents = situation.machines.vault.contents()
    except VaultError as error:
        yield Objection(
            text=f"{error}: no machine can be failed over",
            hint="--network-only switches the network alone",
        )
        return
    items = items_by_machine(direction, contents.items)
    underway = situation.journal_state.open
    if direction.automation and not underway and (text := _of_portal(situation, direction)):
        yield Objection(
            text=text,
            hint=(
                "complete it in the portal, then `sparehub resume --adopt` takes over what it did"
            ),
        )
        return
    # An unplanned operation takes over from a planned one whose source is lost meanwhile.
    goes_on = situation.unplanned and underway and underway.source == situation.plan.source
    uncommitted = _named(items, lambda item: item.awaits_commit)
    if uncommitted and not underway and _is_armed(situation, direction):
        yield Objection(
            text=f"{uncommitted}: failed over by the recovery plan, started in the portal",
            hint="`sparehub resume --adopt` takes over what it did",
        )
        return
    if uncommitted and not goes_on:
        yield Objection(
            text=f"the failover of {uncommitted} is not committed",
            hint="`sparehub commit` commits it; then `failback --prepare` re-protects",
        )
        return
    tested = _named(items, lambda item: item.awaits_cleanup)
    if tested and not situation.plan.cleans_tests:
        yield Objection(
            text=f"a test failover of {tested} waits for its clean-up, so no failover begins",
            hint="`sparehub drill stop`, or --clean-drill: about two minutes",
        )
    for machine in direction.machines:
        if why := _unready(direction, items.get(machine.name)):
            yield Objection(
                text=f"{machine.name} {why}", refuses=Refuses.PLANNED, stack=situation.plan.source
            )


def _of_portal(situation: PreflightContext, direction: Replication) -> str:
    """Return that the recovery plan runs by somebody else; empty where it does not."""
    if not (running := running_scenario(_plan(situation, direction))):
        return ""
    return plan_runs(direction, running)


def _is_armed(situation: PreflightContext, direction: Replication) -> bool:
    """Return whether the plan starts the runbook: a failover by Sparehub would have disarmed it."""
    runbook = direction.start_runbook
    return runbook is not None and starts_runbook(_plan(situation, direction), runbook)


def _plan(situation: PreflightContext, direction: Replication) -> Mapping[str, Any] | None:
    """Return the recovery plan of a direction; None also where it cannot be read."""
    if situation.machines is None:
        return None
    try:
        return situation.machines.vault.plan(direction.plan)
    except VaultError:
        return None  # what needs it reads it again, and says so


def _named(items: Mapping[str, ProtectedItem], holds: Callable[[ProtectedItem], bool]) -> str:
    return ", ".join(name for name, item in items.items() if holds(item))


def _unready(direction: Replication, item: ProtectedItem | None) -> str:
    if item is None:
        return "is not replicated: `sparehub replicate`"
    if item.is_failed_over or item.container != direction.container:
        return (
            f"is not replicated from {direction.source_location}: `sparehub failback --prepare` "
            "re-protects it"
        )
    if item.scenario:
        return f"is busy: {item.scenario}"
    if not item.awaits_cleanup and not item.allows(Operation.FAILOVER):
        return f"cannot be failed over: {item.description or item.state}"
    return ""


def machines_arrive_where_files_say(situation: PreflightContext) -> Iterator[Objection]:
    """The vault has the network, subnet and addresses of the files, and these are free (SR-73)."""
    if situation.machines is None:
        return
    opened, direction = situation.machines, situation.machines.leaving(situation.plan.source)
    try:
        items = items_by_machine(direction, opened.vault.contents().items)
    except VaultError:
        return  # said by `machines_are_ready`
    for machine in direction.machines:
        item = items.get(machine.name)
        if item is None or not item.is_protected or item.container != direction.container:
            continue
        if differing := differences(machine, item, test_network=False):
            yield Objection(
                text=f"{machine.name} would arrive elsewhere: {'; '.join(differing)}",
                hint="`sparehub replicate` sets it",
                refuses=Refuses.PLANNED,
                stack=situation.plan.target,
            )
        yield from _taken(situation, machine)


def _taken(situation: PreflightContext, machine: Machine) -> Iterator[Objection]:
    """Yield the addresses that something else has in the network where a machine arrives.

    https://learn.microsoft.com/rest/api/virtualnetwork/virtual-networks/check-ip-address-availability
    """
    for arrival in machine.interfaces:
        if not arrival.address:
            continue
        path = f"{machine.network}/CheckIPAddressAvailability?ipAddress={arrival.address}"
        answer = situation.azure.send("GET", path)
        if answer.accepted and answer.body.get("available") is False:
            yield Objection(
                text=(
                    f"{arrival.address} of {machine.name} is taken in {machine.network.name}: the "
                    "machine would not arrive"
                ),
                refuses=Refuses.PLANNED,
                stack=situation.plan.target,
            )


def sources_are_not_locked(situation: PreflightContext) -> Iterator[Objection]:
    """No lock keeps Site Recovery from writing where machines arrive (SR-78).

    https://learn.microsoft.com/rest/api/locks/management-locks/list-at-resource-group-level
    """
    if situation.machines is None:
        return
    direction = situation.machines.leaving(situation.plan.source)
    groups = {machine.arrives.group for machine in direction.machines}
    for group in sorted(groups, key=str):
        path = f"{group}/providers/Microsoft.Authorization/locks"
        answer = situation.azure.send("GET", path)
        for lock in answer.body.get("value") or () if answer.accepted else ():
            level = str(properties_of(lock).get("level") or "")
            yield Objection(
                text=f"{group.name}, where machines arrive, is locked: {lock.get('name')}, {level}",
                hint="Site Recovery cannot write or clean up there: remove it",
                refuses=Refuses.PLANNED if level == "ReadOnly" else Refuses.NONE,
                stack=situation.plan.target,
            )


def objectives_are_met(situation: PreflightContext) -> Iterator[Objection]:
    """Points, tests and the plan's recovery time are within the objectives; else it is said.

    Nothing is refused for it. A machine of which nothing is known is named by `machines_are_ready`.
    """
    groups = recovery_groups(situation.pair)
    if situation.machines is None or groups is None:
        return
    results = situation.plan.objectives
    try:
        contents = situation.machines.vault.contents()
    except VaultError:
        pass  # said by `machines_are_ready`
    else:
        statuses = machine_statuses(
            situation.machines.away,
            contents.items,
            contents.since,
            situation.journal_state.tested,
        )
        results = (*machine_objectives(groups, statuses), *results)
    for result in results:
        if result.verdict is Verdict.MISSED:
            yield Objection(text=result.text, refuses=Refuses.NONE, stack=situation.plan.source)


def runbooks_are_published(situation: PreflightContext) -> Iterator[Objection]:
    """What the recovery plan starts is what the files give now; with ``network: runbook`` alone."""
    opened = situation.machines
    direction = opened.leaving(situation.plan.source) if opened else None
    if opened is None or direction is None:
        return
    for difference in unpublished(opened, direction):
        yield Objection(
            text=difference,
            hint="`sparehub replicate` publishes it",
            refuses=Refuses.NONE,
            stack=situation.plan.target,
        )
