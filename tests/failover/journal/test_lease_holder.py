"""Processes of this host, notes from those that only look like them."""

import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from sparehub.failover.journal import lease_holder
from sparehub.failover.journal.lease_holder import Holder, ancestors


@pytest.fixture
def sleeper() -> Iterator["subprocess.Popen[bytes]"]:
    with subprocess.Popen(["sleep", "60"]) as child:
        yield child
        child.kill()


def test_a_process_is_gone_once_it_has_ended(sleeper: "subprocess.Popen[bytes]") -> None:
    """Also before its parent has asked after it: the parent of a killed run need not."""
    process = Holder.of(sleeper.pid)
    assert not process.is_gone()
    sleeper.kill()
    os.waitid(os.P_PID, sleeper.pid, os.WEXITED | os.WNOWAIT)
    assert process.is_gone()
    sleeper.wait()
    assert process.is_gone()


def test_a_number_that_is_used_again_is_another_process() -> None:
    """Its start time differs."""
    assert replace(Holder.this_process(), started="0").is_gone()


def test_a_process_that_is_hidden_is_not_gone(monkeypatch: pytest.MonkeyPatch) -> None:
    """`hidepid` shows nothing of another user's process, which a signal still finds."""
    here = Holder.this_process()
    monkeypatch.setattr(lease_holder, "_stat", lambda _process: [])
    assert not here.is_gone()


def test_a_proc_of_another_namespace_says_nothing(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    """Its numbers are those of other processes."""
    (tmp_path / "self").symlink_to("1")
    monkeypatch.setattr(lease_holder, "_PROC", tmp_path)
    here = Holder.this_process()
    assert (here.boot, here.namespace, here.is_comparable) == ("", "", False)


def test_ancestors_lead_from_a_process_to_the_first() -> None:
    """Through a shell, as where `pulumi` is a script that starts it."""
    script = f"'{sys.executable}' -c 'import os; print(os.getpid()); input()'; true"
    with subprocess.Popen(
        ["sh", "-c", script], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as shell:
        assert shell.stdout
        process = int(shell.stdout.readline())
        found = list(ancestors(process))
        shell.communicate("\n")
    assert found[:3] == [process, shell.pid, os.getpid()]
