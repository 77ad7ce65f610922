"""``failover``, ``failback``, ``resume``, ``commit``, ``finish-fence``, ``status``."""

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.failover import preflight
from sparehub.failover.azure import Azure
from sparehub.failover.confirmation import (
    ask,
    ask_for,
    refuse_other_plan,
    refuse_unconfirmed,
    refuse_unprintable,
)
from sparehub.failover.debts import pay
from sparehub.failover.job import Job
from sparehub.failover.ledger import Ledger
from sparehub.failover.objections import Situation
from sparehub.failover.planning import print_plan
from sparehub.failover.port import states_of
from sparehub.failover.run import Run
from sparehub.failover.settling import settle
from sparehub.failover.snapshot import Snapshot, Unreadable
from sparehub.failover.workplace import Workplace, workplace
from sparehub.output import Output
from topology import failover
from topology.bandwidth import unraised
from topology.errors import PreflightError
from topology.plan import Kind, Mode, Plan

UNFENCED = 7
"""The exit code while an unfenced connection is owed."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody typed; ``plan`` is an id, or a file that ``sparehub plan --out`` wrote."""

    kind: Kind
    mode: Mode = Mode.PLANNED
    reason: str = ""
    unproven: str = ""
    plan: str = ""
    yes: bool = False
    raise_bandwidth: bool = False


def begin(directory: Path, wish: Wish, output: Output) -> int:
    """Plan, look, ask, and carry out; return the exit code.

    :raises SparehubError: with one message, where it may not begin or cannot go on.
    """
    began = time.monotonic()
    refuse_unconfirmed(wish.yes, wish.plan)
    refuse_unprintable(wish.reason)
    refuse_unprintable(wish.unproven)
    with workplace(directory, output, alone=True, unread=True) as place:
        plan = failover.plan(
            place.pair["primary"],
            place.pair["secondary"],
            wish.kind,
            wish.mode,
            raise_bandwidth=wish.raise_bandwidth,
        )
        refuse_other_plan(plan, wish.plan)
        ledger = place.ledger
        preflight.refuse_unfinished(ledger, plan)
        run = _run(place, plan, wish.reason, wish.unproven)
        _preflight(place, plan, run, wish.unproven)
        tell_target(output, place.azure)
        if not wish.yes:
            print_plan(plan, Output(as_json=output.as_json, results=output.progress))
            ask_for(place.locations[plan.target])
        with place.stoppable():
            if ledger.last and not ledger.committed:
                place.journal.append("committed", ledger.last.id)
            run.begin(f"{plan.kind.value}-{len(place.journal.records)}")
            run.go_on()
        return _told(place, plan, output, time.monotonic() - began)


def resume(directory: Path, output: Output, *, yes: bool, reason: str) -> int:
    """Go on with what stopped half-way; return the exit code.

    :raises PreflightError: where the configuration is another one by now.
    """
    began = time.monotonic()
    refuse_unprintable(reason)
    with workplace(directory, output, alone=True, unread=True) as place:
        underway = place.ledger.open
        lost = underway.source if underway and underway.mode == Mode.UNPLANNED else ""
        pending = [name for name, each in place.readable(lost).items() if each.pending]
        if not underway and not pending:
            output.note("there is nothing to resume")
            return _done(place, output)
        tell_target(output, place.azure)
        if not yes:
            what = f"the {underway.kind} to {underway.target}" if underway else "interrupted writes"
            ask(f"go on with {what}?")
        with place.stoppable():
            if not underway:
                for name in pending:
                    settle(place.stacks, place.azure, name, output.note)
                return _done(place, output)
            place.pair = {
                **place.pair,
                underway.target: unraised(place.pair[underway.target], underway.raises),
            }
            plan = failover.plan(
                place.pair["primary"],
                place.pair["secondary"],
                Kind(underway.kind),
                Mode(underway.mode),
                raise_bandwidth=bool(underway.raises),
            )
            if plan.configuration != underway.configuration:
                message = (
                    f"the stack files are not those with which the {underway.kind} began: put them "
                    "back as they were (the switch apart), then resume"
                )
                raise PreflightError(message)
            run = _run(place, plan, reason)
            if reason and reason != underway.reason:
                place.journal.append("accepted", underway.id, reason=reason)
            run.go_on()
        return _told(place, plan, output, time.monotonic() - began)


def commit(directory: Path, output: Output) -> int:
    """Call the last operation settled; return the exit code.

    :raises PreflightError: where one is still under way.
    """
    with workplace(directory, output, alone=True) as place:
        ledger = place.ledger
        if ledger.open:
            message = f"the {ledger.open.kind} is still under way: `sparehub resume` first"
            raise PreflightError(message)
        if ledger.last is None or ledger.committed:
            output.note("there is nothing to commit")
        else:
            place.journal.append("committed", ledger.last.id)
            output.note(f"the {ledger.last.kind} of {ledger.last.begun} is committed")
        return _done(place, output)


def finish_fence(directory: Path, output: Output, *, yes: bool) -> int:
    """Disconnect regions that are back, and end what stood in for that; return the exit code.

    :raises UnreachableError: where a region does not answer yet.
    """
    with workplace(directory, output, alone=True) as place:
        debts = place.ledger.debts
        if not debts:
            output.note("nothing is owed")
            return _done(place, output)
        tell_target(output, place.azure)
        if not yes:
            ask(f"disconnect {', '.join(str(each['stack']) for each in debts)}?")
        with place.stoppable():
            for debt in debts:
                pay(place, debt)
        return _done(place, output)


def status(directory: Path, output: Output) -> int:
    """Print where things stand; return the exit code."""
    with workplace(directory, output) as place:
        standing = _standing(place, place.snapshots)
        if output.as_json:
            output.document(standing)
            return _exit_code(place.ledger)
        output.results.print(f"active: {', '.join(standing['active']) or 'no region'}")
        output.results.print(f"state: {standing['state']}")
        if operation := standing["operation"]:
            output.results.print(
                f"under way: {operation['kind']} from {operation['source']} to "
                f"{operation['target']}, begun {operation['begun']}; `sparehub resume` goes on"
            )
        drill = standing["drill"]
        output.results.print(f"last drill: {drill['last'] or 'none'}")
        if drill["standing"]:
            output.results.print(f"test networks stand in: {', '.join(drill['standing'])}")
        for debt in standing["debts"]:
            word = "UNFENCED" if debt["unfenced"] else "fenced, to be disconnected"
            prefixes = ", ".join(debt["prefixes"])
            output.results.print(f"owed: {debt['stack']} is {word} ({prefixes})")
        return _exit_code(place.ledger)


def _run(place: Workplace, plan: Plan, reason: str, unproven: str = "") -> Run:
    job = Job(
        stacks=place.stacks,
        azure=place.azure,
        directory=place.directory,
        journal=place.journal,
        plan=plan,
        pair=place.pair,
        progress=place.progress,
        reason=reason,
        unproven=unproven,
    )
    return Run(job, place.stop)


def _preflight(place: Workplace, plan: Plan, run: Run, unproven: str) -> None:
    situation = Situation(
        plan=plan,
        pair=place.pair,
        states=place.states,
        ledger=place.ledger,
        stacks=place.stacks,
        azure=place.azure,
        unproven=unproven,
    )
    preflight.preflight(situation, place.progress.note)
    run.look_ahead()


def _standing(place: Workplace, states: Mapping[str, Snapshot | Unreadable]) -> dict[str, Any]:
    ledger = place.ledger
    return {
        "active": [
            name
            for name, each in states.items()
            if isinstance(each, Snapshot) and each.activation == "active"
        ],
        "operation": ledger.open.document() if ledger.open else None,
        "debts": list(ledger.debts),
        "state": ledger.state,
        "drill": {
            "standing": [n for n, stack in place.pair.items() if stack.region.drill],
            "last": ledger.last_drill or None,
        },
    }


def _told(place: Workplace, plan: Plan, output: Output, seconds: float) -> int:
    # The state of a region that is lost may be lost with it.
    standing = _standing(place, states_of(place.stacks, tuple(place.pair)))
    spent = place.progress.spent
    if output.as_json:
        steps = [{"id": name, "seconds": took} for name, took in spent.items()]
        output.document({**standing, "plan": plan.id, "steps": steps, "seconds": round(seconds, 1)})
    else:
        active = ", ".join(standing["active"])
        output.results.print(
            f"{plan.kind.value} done in {seconds:.0f} s: active is {active}. `sparehub commit` "
            "settles it"
        )
    if unfenced := place.ledger.unfenced:
        owed = ", ".join(str(each["stack"]) for each in unfenced)
        output.note(f"{owed} may still advertise: `sparehub finish-fence` once it is back")
    return _exit_code(place.ledger)


def _done(place: Workplace, output: Output) -> int:
    """Tell scripts where things stand; return the exit code."""
    if output.as_json:
        output.document(_standing(place, place.stacks.snapshots(tuple(place.pair))))
    return _exit_code(place.ledger)


def _exit_code(ledger: Ledger) -> int:
    return UNFENCED if ledger.unfenced else 0


def tell_target(output: Output, azure: Azure) -> None:
    """Say which Azure is about to be written to."""
    output.note(azure.name)
