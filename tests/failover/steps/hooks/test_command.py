"""Running the command of a hook: output, codes, time-outs, process groups."""

import os
import select
import signal
import sys
from pathlib import Path

import pytest

from sparehub.failover.steps.hooks.command import CommandResult, run_command
from sparehub.failover.steps.hooks.secrets import hidden


def script(directory: Path, text: str) -> list[str]:
    """Write a script of the shell into a directory; return the command that runs it."""
    file = directory / "hook.sh"
    file.write_text(f"#!/bin/sh\n{text}\n")
    file.chmod(0o700)
    return ["./hook.sh"]


def run(directory: Path, text: str, seconds: float = 60) -> tuple[CommandResult, list[str]]:
    lines: list[str] = []
    command = script(directory, text)
    return run_command(command, directory, os.environ, seconds, lines.append), lines


def test_both_streams_are_reported_line_by_line(tmp_path: Path) -> None:
    """In the directory of the project; a last line without an end counts."""
    result, lines = run(tmp_path, "echo one; echo two >&2; pwd; printf three; exit 3")

    assert lines == ["one", "two", str(tmp_path.resolve()), "three"]
    assert result == CommandResult(code=3, last_lines=tuple(lines))


def test_the_last_lines_are_kept(tmp_path: Path) -> None:
    """Ten of them, as many as a message bears; a long line is cut, and none is lost."""
    result, lines = run(tmp_path, "for i in 1 2 3 4 5 6 7 8 9 10 11 12; do echo $i; done")
    assert result.last_lines == tuple(map(str, range(3, 13)))
    assert len(lines) == 12

    command = [sys.executable, "-c", "print('x' * 5000)"]
    lines.clear()
    run_command(command, tmp_path, os.environ, 60, lines.append)
    assert "".join(lines) == "x" * 5000
    assert max(map(len, lines)) < 5000


def test_arguments_reach_the_program_without_a_shell(tmp_path: Path) -> None:
    """Nothing in them is expanded."""
    lines: list[str] = []
    command = [*script(tmp_path, 'echo "$1"'), "$(touch made); *"]

    run_command(command, tmp_path, os.environ, 60, lines.append)

    assert lines == ["$(touch made); *"]
    assert not (tmp_path / "made").exists()


def test_a_time_out_ends_the_whole_process_group(tmp_path: Path) -> None:
    """Children that ignore the request to end are killed."""
    stubborn = "sh -c 'trap \"\" TERM; echo $$; while :; do sleep 1; done' &"
    children: list[int] = []

    result = run_command(
        script(tmp_path, f"{stubborn}\nwait"),
        tmp_path,
        os.environ,
        1,
        lambda line: children.append(os.pidfd_open(int(line))),
    )

    assert result.code is None
    assert has_ended(children[0])


def has_ended(process: int) -> bool:
    """Return whether the process behind a descriptor has ended; a signal takes its time."""
    ended = bool(select.select([process], [], [], 10)[0])
    os.close(process)
    return ended


def test_a_program_that_is_not_there_is_an_error(tmp_path: Path) -> None:
    """And so is one that may not be executed."""
    with pytest.raises(FileNotFoundError):
        run_command(["./none"], tmp_path, os.environ, 60, print)
    (tmp_path / "text").write_text("x")
    with pytest.raises(PermissionError):
        run_command(["./text"], tmp_path, os.environ, 60, print)


def test_a_child_that_stays_does_not_hold_up_the_hook(tmp_path: Path) -> None:
    """What a hook starts on purpose keeps its output open, and is not waited for."""
    result, lines = run(tmp_path, "sleep 1000 & echo $!")
    os.kill(int(lines[0]), signal.SIGKILL)

    assert result.code == 0


def test_an_interrupted_run_ends_the_command(tmp_path: Path) -> None:
    """A second Ctrl-C reaches Sparehub alone: the command has a group of its own."""

    def interrupt(line: str) -> None:
        raise KeyboardInterrupt(line)

    command = script(tmp_path, "echo $$; sleep 1000")
    with pytest.raises(KeyboardInterrupt) as caught:
        run_command(command, tmp_path, os.environ, 60, interrupt)

    with pytest.raises(ProcessLookupError):
        os.kill(int(str(caught.value)), 0)


def test_values_of_secret_variables_are_hidden() -> None:
    """By the name of the variable; a short value may be part of any word."""
    environment = {
        "ARM_CLIENT_SECRET": "hunter2x",
        "PULUMI_CONFIG_PASSPHRASE": "hunter2x-long",
        "API_TOKEN": "abc",
        "HOME": "/home/me",
    }

    text = hidden("hunter2x-long and hunter2x of abc in /home/me", environment)

    assert text == "[secret] and [secret] of abc in /home/me"
