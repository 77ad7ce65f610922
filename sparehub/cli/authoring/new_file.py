"""Writes new files of a user's project, and never over existing ones."""

from pathlib import Path

from sparehub.files.replace_file import create_file
from sparehub.topology.errors import SparehubError


def write_new_file(path: Path, text: str) -> None:
    """Write a file that does not exist yet.

    Raises:
        SparehubError: The file exists, or cannot be written.
    """
    try:
        create_file(path, text)
    except FileExistsError:
        raise _existing(path) from None
    except OSError as error:
        message = f"{path} cannot be written ({error.strerror}): name another with -o"
        raise SparehubError(message) from None


def refuse_existing(*paths: Path) -> None:
    """Refuse files that exist, before any of them is written.

    Raises:
        SparehubError: One exists.
    """
    for path in paths:
        if path.exists():
            raise _existing(path)


def _existing(path: Path) -> SparehubError:
    return SparehubError(f"{path} exists already: name another with -o, or move it away first")
