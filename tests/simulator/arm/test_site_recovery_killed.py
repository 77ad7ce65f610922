"""A process that is killed in the middle of an effect: the next one carries it out, once."""

import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from sparehub.simulator import control
from tests.simulator.arm import site_recovery as asr
from tests.simulator.arm.arm_client import Arm

ITEM = asr.item("app1")
KILLED = 9
_CHILD = """
import os, sys
from pathlib import Path
from tests.simulator.arm.arm_client import Arm

directory, left = Path(sys.argv[1]), int(sys.argv[2])

def count(frame, event, argument):
    global left
    if event == "call" and frame.f_code.co_qualname == "Transaction.put":
        left -= 1
        if left == 0:
            os._exit(9)

sys.setprofile(count)
Arm(directory).send("GET", sys.argv[3])
"""


def read_in_a_process_that_dies(directory: Path, write: int) -> int:
    """Read the item; the process dies at its n-th write of a resource. Return its exit code."""
    command = [sys.executable, "-c", _CHILD, str(directory), str(write), ITEM]
    return subprocess.run(command, check=False).returncode


@pytest.fixture
def due(tmp_path: Path) -> Path:
    """Return a store in which a failover is due that nobody has carried out."""
    arm = Arm(tmp_path / "due")
    asr.protect(arm, "app1")
    control.set_clock(arm.directory, "1")
    arm.send("POST", f"{ITEM}/unplannedFailover", asr.failover(shutdown=True))
    control.advance_clock(arm.directory, 3600)
    arm.azure.store.close()
    return arm.directory


def outcome(directory: Path) -> list[object]:
    """Return what the failover has made, and the state of its item and job."""
    arm = Arm(directory)
    shown = arm.properties(ITEM)
    (job,) = (
        each["properties"]
        for each in arm.get(f"{asr.VAULT}/replicationJobs")["value"]
        if each["properties"]["scenarioName"] == "UnplannedFailover"
    )
    made = [arm.get(asr.there("app1")), arm.get(asr.there("app1-nic", "networkInterfaces"))]
    return [shown["activeLocation"], shown["protectionState"], job["state"], *made]


@pytest.mark.parametrize("write", [1, 2, 3, 5])
def test_an_effect_that_is_cut_off_is_carried_out_once(
    due: Path, tmp_path: Path, write: int
) -> None:
    """Nothing of what it had written stays; the next reader finds all of it done."""
    whole = tmp_path / "whole"
    shutil.copytree(due, whole)

    assert read_in_a_process_that_dies(due, write) == KILLED

    assert outcome(due) == outcome(whole)
