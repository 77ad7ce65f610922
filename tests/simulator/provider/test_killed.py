"""kill -9 at any point: the store opens, and every operation either happened or did not."""

import os
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from sparehub.simulator.arm.service import Azure
from tests.configurations import ROOT
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import NETWORK, group, subnet, virtual_network

_WRITER = """
import sys
from pathlib import Path
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import subnet, virtual_network

arm = Arm(Path(sys.argv[1]))
for number in range(1000):
    name = f"network{number}"
    inline = [{"name": "b", "properties": {"addressPrefix": f"10.{number % 250}.0.128/26"}}]
    arm.put(*virtual_network(name, f"10.{number % 250}.0.0/24", subnets=inline))
    arm.put(*subnet(name, "a", f"10.{number % 250}.0.0/26"))
    print(name, flush=True)
"""
_AT_STATEMENT = """
import os, sys
from pathlib import Path
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import subnet, virtual_network

arm = Arm(Path(sys.argv[1]))
left = int(sys.argv[2])

def count(statement):
    global left
    left -= 1
    if left == 0:
        os.kill(os.getpid(), 9)

arm.azure.store._connection.set_trace_callback(count)
inline = [{"name": "b", "properties": {"addressPrefix": "10.0.0.128/26"}}]
arm.put(*virtual_network("hub", "10.0.0.0/24", subnets=inline))
"""


def _start(script: str, *arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-c", script, *arguments],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        text=True,
    )


def _sound(arm: Arm) -> None:
    """Check that log, resources, children and operations agree."""
    written = {line.path for line in arm.log() if line.outcome == "Succeeded"}
    networks = arm.get(f"{NETWORK}/virtualNetworks")["value"]
    for network in networks:
        assert network["id"] in written
        names = [each["name"] for each in network["properties"]["subnets"]]
        assert names in (["b"], ["a", "b"])
        assert (f"{network['id']}/subnets/a" in written) is ("a" in names)
        assert network["properties"]["provisioningState"] == "Succeeded"
    assert len(written) == 1 + len(networks) + sum(
        "a" in [each["name"] for each in network["properties"]["subnets"]] for network in networks
    )


@pytest.mark.parametrize("after", [1, 2, 5, 9])
def test_a_writer_killed_between_two_lines(tmp_path: Path, after: int) -> None:
    """What it had reported as done exists, and the next writer continues from there."""
    Arm(tmp_path).put(*group())
    with _start(_WRITER, str(tmp_path)) as process:
        assert process.stdout is not None
        said = [process.stdout.readline().strip() for _ in range(after)]
        os.kill(process.pid, signal.SIGKILL)

    arm = Arm(tmp_path, Azure(tmp_path))

    _sound(arm)
    there = [each["name"] for each in arm.get(f"{NETWORK}/virtualNetworks")["value"]]
    assert set(said) <= set(there)
    arm.put(*virtual_network("after", "10.250.0.0/24"))
    arm.put(*subnet("after", "a", "10.250.0.0/26"))


def test_a_write_killed_at_any_statement(tmp_path: Path) -> None:
    """Up to the end of the transaction nothing has happened, from then on all of it."""
    Arm(tmp_path).put(*group())
    outcomes = []
    for statement in (2, 7, 14, 21, 28, 10_000):
        with _start(_AT_STATEMENT, str(tmp_path), str(statement)) as process:
            process.wait()
        arm = Arm(tmp_path)
        _sound(arm)
        outcomes.append(arm.send("GET", f"{NETWORK}/virtualNetworks/hub").status)
        arm.azure.store.close()

    assert outcomes == [404, 404, 404, 404, 404, 200]
