"""Confirmation before an operation begins: the plan, the region, the reason."""

import re
import sys
from pathlib import Path

import typer

from sparehub.files.bounded_loading import load_json, read_bounded
from sparehub.topology.config.printable import printable
from sparehub.topology.errors import PreflightError
from sparehub.topology.planning.plan import SHORT, Plan, fingerprint

_DIGITS = 64


def refuse_unconfirmed(yes: bool, plan: str) -> None:  # noqa: FBT001 - as it was typed
    """Refuse what nobody can confirm: neither a terminal nor the id of a plan."""
    if yes and not plan:
        raise typer.BadParameter("--yes needs --plan ID: `sparehub plan` shows it")
    if not yes and not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to confirm at: give --yes --plan ID")


def refuse_unprintable(reason: str) -> None:
    """Refuse a reason that could not be written into a stack file, where it is to stand."""
    if not reason.isprintable():
        raise typer.BadParameter("a reason takes one line without control characters")


def refuse_other_plan(plan: Plan, given: str) -> None:
    """Refuse an id that is not this plan's, and a file that says something else than its id.

    An id may be cut short, down to 16 of its 64 digits.

    Raises:
        PreflightError: naming both ids.
    """
    if not given:
        return
    identity = given.lower()
    path = Path(given)
    try:
        is_file = path.is_file()
    except OSError:  # too long for a name
        is_file = False
    if is_file:
        try:
            said = load_json(read_bounded(path))
            identity = str(said.pop("id"))
        except (ValueError, KeyError, OSError, AttributeError, TypeError):
            raise PreflightError(
                f"{given} is not a plan that `sparehub plan --out` wrote"
            ) from None
        if fingerprint(said) != identity:
            raise PreflightError(f"{given} was edited: its content is not that of {identity}")
    elif not re.fullmatch(rf"[0-9a-f]{{{SHORT},{_DIGITS}}}", identity):
        message = (
            f"--plan takes an id of {_DIGITS} hexadecimal digits, at least its first {SHORT}, or "
            "the name of a file that `sparehub plan --out` wrote"
        )
        raise typer.BadParameter(message)
    if not plan.id.startswith(identity):
        message = (
            f"plan {identity[:SHORT]} is not the plan of these stack files and this program, which "
            f"is {plan.short}: look at it with `sparehub plan` and confirm that"
        )
        raise PreflightError(message)


def ask_for(location: str) -> None:
    """Have the region typed that something is about to happen in.

    Raises:
        PreflightError: where something else is typed.
    """
    typed = typer.prompt(f"type the region that this is about ({location})", err=True)
    if typed.strip() != location:
        raise PreflightError(f"{typed!r} is not {location!r}; nothing was done")


def ask(question: str) -> None:
    """Have a question answered by yes.

    Raises:
        PreflightError: where the answer is no.
    """
    if not sys.stdin.isatty():
        raise typer.BadParameter("there is no terminal to confirm at: give --yes")
    if not typer.confirm(printable(question), err=True):
        raise PreflightError("nothing was done")
