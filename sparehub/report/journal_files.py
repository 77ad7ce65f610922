"""The journal of this home as a report needs it: what is wrong with it is told, and stops nothing.

Only the copy in the home is read: where the other one lies, a state backend would have to say.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from sparehub.failover.journal.journal import FILE, Journal, JournalError
from sparehub.files.bounded_loading import LoadingError, load_yaml, read_bounded
from sparehub.home import Home
from sparehub.report.history import History


@dataclass(frozen=True, kw_only=True)
class Recorded:
    """What was done, or why that cannot be told."""

    history: History = field(default_factory=History)
    problem: str = ""


def recorded(directory: Path, environment: Mapping[str, str]) -> Recorded:
    """Return what the journal of the project in a directory tells; nothing where there is none."""
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
        problem = f"the journal in {home.journal} holds what this version does not write"
        return Recorded(problem=problem)


def _project(directory: Path) -> str:
    """Return the project's name.

    Raises:
        JournalError: where it cannot be read: then nobody knows whose journal it is.
    """
    try:
        content = load_yaml(read_bounded(directory / "Pulumi.yaml"))
        return str(content["name"])
    except (OSError, LoadingError, KeyError, TypeError):
        message = f"whose journal it is cannot be told: Pulumi.yaml in {directory} names no project"
        raise JournalError(message) from None
