"""`--declared-at`: the moment from which the recovery time of an operation counts."""

from datetime import UTC, datetime
from typing import Annotated

import typer


def _moment(text: str) -> str:
    """Return a moment in UTC, as the journal says it; refuse one without a zone or in future."""
    if not text:
        return ""
    example = "such as 2026-11-30T09:15:00+08:00"
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise typer.BadParameter(f"{text!r} is not a time of ISO 8601, {example}") from None
    if found.tzinfo is None:
        raise typer.BadParameter(f"{text!r} has no time zone: write one, {example}")
    if found > datetime.now(UTC):
        raise typer.BadParameter(f"{text!r} is in the future: name when it was declared")
    return found.astimezone(UTC).isoformat(timespec="milliseconds")


DeclaredAt = Annotated[
    str,
    typer.Option(
        "--declared-at",
        metavar="TIME",
        parser=_moment,
        help="When the disaster was declared: the recovery time counts from then, not from the "
        "beginning of the command. ISO 8601 with a time zone.",
    ),
]
