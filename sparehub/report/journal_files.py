"""Reads the journal of this home for a report; a problem is reported and stops nothing.

Only the copy in the home is read. The location of the other copy is known to the state backend.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sparehub.failover.journal.journal import FILE, Journal, JournalError
from sparehub.files.bounded_loading import LoadingError, load_yaml, read_bounded
from sparehub.files.home import Home
from sparehub.report.history import History


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """The history in a journal, or why it cannot be read."""

    history: History = field(default_factory=History)
    problem: str = ""


def recorded(directory: Path, environment: Mapping[str, str]) -> Recorded:
    """Return the history of the project in a directory; empty where it has no journal."""
    home = Home.of(directory, environment)
    try:
        with (home.journal / FILE).open("rb"):
            pass
    except FileNotFoundError:
        return Recorded()
    except OSError as error:
        return Recorded(problem=f"the journal in {home.journal} cannot be read: {error.strerror}")
    try:
        journal = Journal((home.journal,), _project(directory), lambda _text: None)
        return Recorded(history=History.of(journal.records))
    except JournalError as error:
        return Recorded(problem=str(error))
    except (AttributeError, KeyError, TypeError, ValueError):
        problem = f"the journal in {home.journal} has records of another version"
        return Recorded(problem=problem)


def _project(directory: Path) -> str:
    """Return the project's name.

    Raises:
        JournalError: Pulumi.yaml cannot be read, so the project of the journal is unknown.
    """
    try:
        content = load_yaml(read_bounded(directory / "Pulumi.yaml"))
        return str(content["name"])
    except (OSError, LoadingError, KeyError, TypeError):
        message = f"the journal's project is unknown: Pulumi.yaml in {directory} has no name"
        raise JournalError(message) from None
