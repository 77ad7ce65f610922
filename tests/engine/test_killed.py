"""An engine that is killed takes its provider, its language host and its program with it."""

import os
import signal
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from simulator import control
from tests.engine.conftest import Engine

PATIENCE = 30.0  # seconds: a bound, not a measure


def processes_of(store: Path) -> set[int]:
    """Return every process that was told of this store, dead ones apart."""
    wanted = f"SPAREHUB_SIMULATOR={store}".encode()
    found = set()
    for process in Path("/proc").glob("[0-9]*"):
        try:
            if wanted in (process / "environ").read_bytes().split(b"\0"):
                found.add(int(process.name))
        except OSError:
            continue  # ended meanwhile, or somebody else's
    return found


def until(condition: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE
    while not condition():
        if time.monotonic() > deadline:
            return False
        time.sleep(0.05)
    return True


def test_nothing_outlives_a_killed_engine(engine: Callable[..., Engine]) -> None:
    """Killed while the gateway is being made, which takes a quarter of an hour at speed 1."""
    azure = engine("secondary")
    control.set_clock(azure.store, "1")
    rehearsal = azure.rehearsal
    environment = rehearsal.home.environment(os.environ)
    victim = subprocess.Popen(
        ["pulumi", "up", "--yes", "--skip-preview", "--stack", "secondary", "--non-interactive"],
        cwd=rehearsal.project,
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        assert until(lambda: len(rehearsal.log()) > 0)
        assert len(processes_of(azure.store)) > 2
    finally:
        victim.send_signal(signal.SIGKILL)
        victim.wait()

    assert until(lambda: processes_of(azure.store) == set())
    assert {entry.outcome for entry in rehearsal.log()} == {"Succeeded"}
