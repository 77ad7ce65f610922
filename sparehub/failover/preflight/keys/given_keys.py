"""Authorization keys that a person gives: read without showing them, and to which connection."""

import sys
from collections.abc import Callable, Sequence

import typer
from pydantic import SecretStr

from sparehub.topology.planning.plan import KeyedConnection, Plan

OPTION = "--authorization-key"
_ASKED = "-"


def read_keys(options: Sequence[str]) -> tuple[tuple[str, SecretStr], ...]:
    """Return connection and key of each option, the connection empty where none is named.

    ``-`` for a key is read from standard input, one line each; at a terminal it is asked for and
    not shown.
    """
    found = []
    for option in options:
        name, equals, key = option.partition("=")
        if not equals:
            name, key = "", option
        if key == _ASKED:
            key = _ask(name)
        if not key.strip():
            raise typer.BadParameter(f"{OPTION} needs a key: KEY, CONNECTION=KEY, or - for either")
        found.append((name, SecretStr(key.strip())))
    return tuple(found)


def assign(
    keys: Sequence[tuple[str, SecretStr]], plan: Plan, needs: Callable[[KeyedConnection], bool]
) -> dict[str, SecretStr]:
    """Return the keys by connection; without a name it is the only one, or the one that needs it.

    No message shows what was given: a wrong name may be the beginning of a key.
    """
    known = {each.key: each for each in plan.keyed}
    listed = ", ".join(known) or "none"
    found: dict[str, SecretStr] = {}
    for name, key in keys:
        if name and name not in known:
            message = f"{OPTION} names no connection that {plan.target} makes by a key: {listed}"
            raise typer.BadParameter(message)
        to = name or _only(known, needs)
        if not to or to in found:
            message = f"{OPTION}: say for which connection, once each: CONNECTION=KEY ({listed})"
            raise typer.BadParameter(message)
        found[to] = key
    return found


def _only(known: dict[str, KeyedConnection], needs: Callable[[KeyedConnection], bool]) -> str:
    if len(known) == 1:
        return next(iter(known))
    needing = [name for name, each in known.items() if needs(each)]
    return needing[0] if len(needing) == 1 else ""


def _ask(name: str) -> str:
    if sys.stdin.isatty():
        of = f" of {name}" if name else ""
        return str(typer.prompt(f"authorization key{of}", hide_input=True, err=True))
    return sys.stdin.readline()
