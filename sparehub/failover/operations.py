"""``failover``, ``failback``, ``resume``, ``commit``, ``finish-fence``, ``status``."""

import os
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import SecretStr

from sparehub.failover import account, preflight
from sparehub.failover.authorization_keys import Given, Keys, announce, store
from sparehub.failover.azure import Azure
from sparehub.failover.confirmation import (
    ask,
    ask_for,
    refuse_other_plan,
    refuse_unconfirmed,
    refuse_unprintable,
)
from sparehub.failover.debts import pay
from sparehub.failover.given_keys import assign
from sparehub.failover.job import Job
from sparehub.failover.ledger import Ledger
from sparehub.failover.planning import print_plan
from sparehub.failover.run import Run
from sparehub.failover.settling import settle
from sparehub.failover.workplace import Workplace, workplace
from sparehub.output import Output
from topology import failover
from topology.bandwidth import unraised
from topology.errors import PreflightError
from topology.failover import region_at
from topology.plan import Kind, Mode, Plan
from topology.words import Activation

UNFENCED = 7
"""The exit code while an unfenced connection is owed."""


@dataclass(frozen=True, kw_only=True)
class Wish:
    """What somebody typed; ``plan`` is an id, or a file that ``sparehub plan --out`` wrote."""

    kind: Kind
    mode: Mode = Mode.PLANNED
    reason: str = ""
    plan: str = ""
    yes: bool = False
    raise_bandwidth: bool = False
    authorization_keys: tuple[tuple[str, SecretStr], ...] = ()
    """Keys that were given by hand: connection, empty where none was named, and key."""


def begin(directory: Path, wish: Wish, output: Output) -> int:
    """Plan, look, ask, and carry out; return the exit code.

    :raises SparehubError: with one message, where it may not begin or cannot go on.
    """
    began = time.monotonic()
    refuse_unconfirmed(wish.yes, wish.plan)
    refuse_unprintable(wish.reason)
    with workplace(directory, output, alone=True) as place:
        plan = failover.plan(
            place.pair["primary"],
            place.pair["secondary"],
            wish.kind,
            wish.mode,
            raise_bandwidth=wish.raise_bandwidth,
            program=place.program,
        )
        refuse_other_plan(plan, wish.plan)
        ledger = place.ledger
        preflight.refuse_unfinished(ledger, plan)
        run = _run(place, plan, wish.reason)
        keys = _keys(place, plan)
        given = assign(wish.authorization_keys, plan, keys.used_up)
        _preflight(place, plan, run, ledger, keys, given)
        tell_target(output, place.azure)
        if not wish.yes:
            print_plan(plan, Output(as_json=output.as_json, results=output.progress))
            ask_for(place.locations[plan.target])
        with place.stoppable():
            if ledger.last and not ledger.committed:
                place.journal.append("committed", ledger.last.id)
            if given:
                store(place.journal, keys, plan, given)
                run.forget_looks(plan.target)
            run.begin(f"{plan.kind.value}-{len(place.journal.records)}")
            run.go_on()
        return _told(place, plan, output, time.monotonic() - began)


def resume(directory: Path, output: Output, *, yes: bool, reason: str) -> int:
    """Go on with what stopped half-way; return the exit code.

    :raises PreflightError: where the configuration is another one by now.
    """
    began = time.monotonic()
    refuse_unprintable(reason)
    with workplace(directory, output, alone=True) as place:
        underway = place.ledger.open
        pending = [name for name, each in place.snapshots.items() if each.pending]
        if not underway and not pending:
            output.note("there is nothing to resume")
            return _done(place, output)
        tell_target(output, place.azure)
        refuse_other_account(place, unplanned=bool(underway and underway.mode == Mode.UNPLANNED))
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
                program=place.program,
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
        refuse_other_account(place, unplanned=True)
        if not yes:
            ask(f"disconnect {', '.join(str(each['stack']) for each in debts)}?")
        with place.stoppable():
            for debt in debts:
                pay(place, debt)
        return _done(place, output)


def status(directory: Path, output: Output) -> int:
    """Print where things stand; return the exit code."""
    with workplace(directory, output) as place:
        standing = _standing(place)
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


def _run(place: Workplace, plan: Plan, reason: str) -> Run:
    job = Job(
        stacks=place.stacks,
        azure=place.azure,
        directory=place.directory,
        journal=place.journal,
        plan=plan,
        pair=place.pair,
        progress=place.progress,
        reason=reason,
    )
    return Run(job, place.stop)


def _keys(place: Workplace, plan: Plan) -> Keys:
    target = plan.target
    return Keys(
        place.stacks, place.azure, place.pair[target], place.snapshots[target], place.ledger
    )


def _preflight(  # noqa: PLR0913, PLR0917 - all that is looked at
    place: Workplace, plan: Plan, run: Run, ledger: Ledger, keys: Keys, given: Given
) -> None:
    note = place.progress.note
    preflight.refuse_wrong_stacks(plan, place.pair, place.snapshots, ledger)
    refuse_other_account(place, unplanned=plan.mode is Mode.UNPLANNED)
    preflight.refuse_wrong_parity(plan, place.pair, ledger, note)
    preflight.refuse_unproven(plan, place.pair)
    preflight.refuse_unreachable(plan, place.snapshots, place.locations, place.azure)
    live = region_at(place.pair[plan.target], Activation.ACTIVE)
    snapshot = place.snapshots[plan.target]
    preflight.refuse_unusable_circuits(live, snapshot, place.azure, note)
    announce(plan, keys, given, note)
    preflight.warn_of_old_drill(ledger, note)
    run.look_ahead()


def _standing(place: Workplace) -> dict[str, Any]:
    ledger = place.ledger
    snapshots = place.stacks.snapshots(tuple(place.pair))
    return {
        "active": [name for name, each in snapshots.items() if each.activation == "active"],
        "operation": ledger.open.document() if ledger.open else None,
        "debts": list(ledger.debts),
        "state": ledger.state,
        "drill": {
            "standing": [n for n, stack in place.pair.items() if stack.region.drill],
            "last": ledger.last_drill or None,
        },
    }


def _told(place: Workplace, plan: Plan, output: Output, seconds: float) -> int:
    standing = _standing(place)
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
        output.document(_standing(place))
    return _exit_code(place.ledger)


def _exit_code(ledger: Ledger) -> int:
    return UNFENCED if ledger.unfenced else 0


def refuse_other_account(place: Workplace, *, unplanned: bool = False) -> None:
    """Refuse to write as somebody who is signed in elsewhere (:mod:`sparehub.failover.account`).

    :raises PreflightError: naming what is signed in to, and what the stacks belong to.
    """
    account.refuse_other_account(
        place.pair,
        place.snapshots,
        place.azure,
        os.environ,
        place.progress.note,
        unplanned=unplanned,
    )


def tell_target(output: Output, azure: Azure) -> None:
    """Say which Azure is about to be written to."""
    output.note(azure.name)
