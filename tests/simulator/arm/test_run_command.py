"""Run Command: its answer has the shape of Azure's; no script is run."""

from typing import Any

import pytest

from sparehub.simulator import control
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import interface, machine, subnet

SHELL = ["true", 'echo "exit status $?"']
POWERSHELL = ["Get-Date", 'Write-Output "exit status $code"']


@pytest.fixture
def vm(arm: Arm) -> str:
    """Return the id of a machine that runs."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "app", "10.0.0.64/29"))
    nic, body = interface("nic", "hub/app")
    arm.put(nic, body)
    identity, body = machine("vm", "nic")
    arm.put(identity, body)
    return identity


def run(arm: Arm, vm: str, command: str, script: list[str]) -> list[tuple[str, str]]:
    body: dict[str, Any] = {"commandId": command, "script": script}
    answer = arm.send("POST", f"{vm}/runCommand", body)
    assert answer.status == 200
    assert answer.body
    return [(each["code"], each["message"]) for each in answer.body["value"]]


def test_a_script_succeeds_and_prints_its_exit_status_alone(arm: Arm, vm: str) -> None:
    """The output is empty where the script does not end with a line that prints its status."""
    succeeded = "ProvisioningState/succeeded"
    assert run(arm, vm, "RunShellScript", ["true"]) == [
        (succeeded, "Enable succeeded: \n[stdout]\n\n\n[stderr]\n")
    ]
    assert run(arm, vm, "RunShellScript", SHELL) == [
        (succeeded, "Enable succeeded: \n[stdout]\nexit status 0\n\n[stderr]\n")
    ]
    assert run(arm, vm, "RunPowerShellScript", POWERSHELL) == [
        ("ComponentStatus/StdOut/succeeded", "exit status 0"),
        ("ComponentStatus/StdErr/succeeded", ""),
    ]


def test_a_script_that_fails_is_called_succeeded(arm: Arm, vm: str) -> None:
    """As Azure does: only the output says it (azure-cli 14425). It has 4,096 characters."""
    control.answer_commands(arm.directory, "VM", "no route", 1)
    ((code, message),) = run(arm, vm, "RunShellScript", SHELL)
    assert code == "ProvisioningState/succeeded"
    assert "\nno route\nexit status 1\n" in message

    control.answer_commands(arm.directory, "vm", "x" * 5000)
    (output, _) = run(arm, vm, "RunPowerShellScript", POWERSHELL)
    assert (len(output[1]), output[1][-15:]) == (4096, "x\nexit status 0")


def test_a_machine_that_is_stopped_runs_no_script(arm: Arm, vm: str) -> None:
    body = {"commandId": "RunShellScript", "script": ["true"]}
    arm.send("POST", f"{vm}/powerOff")
    stopped = arm.refusal(f"{vm}/runCommand", body, "POST")
    arm.send("POST", f"{vm}/start")
    unknown = arm.refusal(f"{vm}/runCommand", {"commandId": "RunRuby", "script": []}, "POST")

    assert (stopped, unknown) == ("RUN_COMMAND_STOPPED", "RUN_COMMAND")
