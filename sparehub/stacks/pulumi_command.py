"""Runs ``pulumi`` where a state or a secret passes through: by standard input and output alone.

The Automation API decrypts a state to export it, and writes it to the temporary directory to import
it, where it stays if the import fails. Here secrets stay encrypted and nothing is written.
"""

import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sparehub.files.bounded_loading import load_json


@dataclass(frozen=True)
class CommandFailed(Exception):  # noqa: N818 - what happened, turned into an error by the caller
    """A pulumi command ended with another code than 0."""

    code: int
    said: str
    """What it printed to standard error; never its standard output, which may hold a state."""


def run(
    executable: str,
    *arguments: str,
    directory: Path,
    environment: Mapping[str, str],
    given: str = "",
) -> str:
    """Run a pulumi command, with a text as its standard input; return its standard output.

    Raises:
        CommandFailed: where it fails.
    """
    done = subprocess.run(  # noqa: S603 - our own command, without a shell
        [executable, *arguments, "--non-interactive"],
        cwd=directory,
        env=dict(environment),
        input=given,
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
        CommandFailed: where it cannot be read.
        ValueError: where what is printed is no JSON.
    """
    printed = run(
        executable,
        *("stack", "export", "--stack", stack),
        directory=directory,
        environment=environment,
    )
    exported: dict[str, Any] = load_json(printed)
    return exported
