"""Runs ``pulumi`` with states and secrets on standard input and output.

The Automation API decrypts a state to export it, and writes it to the temporary directory to import
it, where it stays if the import fails. Here secrets stay encrypted and no file is written.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.files.bounded_loading import load_json


@dataclass(frozen=True)
class CommandFailed(Exception):  # noqa: N818 - the caller makes a SparehubError of it
    """A pulumi command ended with a code other than 0."""

    code: int
    stderr: str
    """Its standard error; never its standard output, which may have a state."""


def run(
    executable: str,
    *arguments: str,
    directory: Path,
    environment: Mapping[str, str],
    stdin: str = "",
) -> str:
    """Run a pulumi command with a text as its standard input; return its standard output.

    Raises:
        CommandFailed: The command failed.
    """
    done = subprocess.run(  # noqa: S603 - our own command, without a shell
        [executable, *arguments, "--non-interactive"],
        cwd=directory,
        env=dict(environment),
        input=stdin,
        capture_output=True,
        encoding="utf-8",
        check=False,
    )
    if done.returncode:
        raise CommandFailed(done.returncode, done.stderr.strip())
    return done.stdout


def export_state(
    executable: str, stack: str, *, directory: Path, environment: Mapping[str, str]
) -> dict[str, Any]:
    """Return the state of a stack as ``pulumi stack export`` prints it, secrets encrypted.

    Raises:
        CommandFailed: The state cannot be read.
        ValueError: The output is not JSON.
    """
    printed = run(
        executable,
        *("stack", "export", "--stack", stack),
        directory=directory,
        environment=environment,
    )
    exported: dict[str, Any] = load_json(printed)
    return exported
