"""What a person confirms during an operation: on a terminal, or beforehand by ``--confirm``."""

import select
import sys
from collections.abc import Mapping

from sparehub.failover.journal.lease_holder import Holder
from sparehub.failover.steps.step_inputs import StepContext
from sparehub.topology.config.printable import printable
from sparehub.topology.errors import SparehubError, UnknownNameError
from sparehub.topology.planning.plan import Plan
from sparehub.topology.planning.steps.hooks import confirmable

_YES = ("y", "yes")


class UnconfirmedError(SparehubError):
    """Nobody confirmed what a person has to do."""


def confirmed(context: StepContext, name: str, question: str, seconds: int) -> Mapping[str, str]:
    """Return who confirmed that something is done, and with which note, for the journal.

    What ``--confirm`` said, now or when the operation began, is not asked again. For what a
    person has to do in a step: hooks, the quiesce, actions of a recovery plan.

    Args:
        context: of the operation.
        name: what ``--confirm NAME=NOTE`` calls it.
        question: what has to be done; it is put as "is this done?".
        seconds: how long an answer is waited for.

    Raises:
        UnconfirmedError: where nobody can be asked, the answer is no, or none comes.
    """
    if given := context.operation.confirmed.get(name):
        context.note(f"{name}: confirmed by {given['who']}: {given['note']}")
        return given
    if not context.asks or not sys.stdin.isatty():
        message = f"{question} Nobody can be asked: once it is done, give --confirm {name}=NOTE"
        raise UnconfirmedError(message)
    context.note(f"{printable(question)} Is this done? [y/N]")
    if not select.select([sys.stdin], [], [], seconds)[0]:
        raise UnconfirmedError(f"{question} No answer came within {seconds} s")
    answer = sys.stdin.readline().strip().lower()
    if answer not in _YES:
        raise UnconfirmedError(f"{question} The answer was {answer or 'no'!r}")
    return {"who": _whoever_runs_this(), "note": "answered on a terminal"}


def confirmations_of(plan: Plan, notes: Mapping[str, str]) -> dict[str, dict[str, str]]:
    """Return what ``--confirm`` says, as the journal holds it.

    Raises:
        UnknownNameError: where the plan has nothing of a name to be confirmed.
    """
    known = confirmable(plan)
    for name in notes:
        if name not in known:
            raise UnknownNameError("hook", name, known or ["none"])
    return {name: {"who": _whoever_runs_this(), "note": note} for name, note in notes.items()}


def _whoever_runs_this() -> str:
    """Return user and host of this process."""
    holder = Holder.this_process()
    return f"{holder.user}@{holder.host}"
