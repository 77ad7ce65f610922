"""``runCommand`` of a machine: the answer that Run Command would give of a script.

Shape: https://learn.microsoft.com/rest/api/compute/virtual-machines/run-command. The values of
``code`` and ``message`` are as https://github.com/Azure/azure-cli/issues/14425 and
https://github.com/MicrosoftDocs/azure-docs-cli/issues/4542 show them: ``succeeded`` for any exit
status of the script. No script is run here. One answers with what ``control.answer_commands`` has
set, else it prints nothing and ends with 0. If its last line prints an exit status, that is the
last word of the output.
"""

import json
import re

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.body_schema import Spec

RUN_COMMAND: Spec = {"commandId": str, "script": [str], "parameters": [dict]}
_SHELL, _POWERSHELL = "RunShellScript", "RunPowerShellScript"
_SETTING = "command answers"
_PRINTS_STATUS = re.compile(r'(?:echo|Write-Output) "(.*?)\$\S+"')
_OUTPUT = 4096
"""The characters of each stream that Azure keeps, the last ones:
https://learn.microsoft.com/azure/virtual-machines/run-command-overview"""


def run_command(call: ActionContext) -> JsonObject:
    """Return the result of a script, as ``value[].message`` shows it."""
    command = str(call.body.get("commandId", ""))
    if command not in {_SHELL, _POWERSHELL}:
        raise refusals.RUN_COMMAND(id=call.resource.id.text, command=command)
    if call.resource.private.get("power") != "running":
        raise refusals.RUN_COMMAND_STOPPED(id=call.resource.id.text)
    output, status = _answer_of(call.transaction, call.resource.id.name)
    lines = [output] if output else []
    script = [line for text in call.body.get("script", []) for line in text.splitlines()]
    if script and (prints := _PRINTS_STATUS.fullmatch(script[-1].strip())):
        lines.append(f"{prints[1]}{status}")
    printed = "\n".join(lines)[-_OUTPUT:]
    if command == _SHELL:
        message = f"Enable succeeded: \n[stdout]\n{printed}\n\n[stderr]\n"
        return {"value": [_status("ProvisioningState/succeeded", message)]}
    return {
        "value": [
            _status("ComponentStatus/StdOut/succeeded", printed),
            _status("ComponentStatus/StdErr/succeeded", ""),
        ]
    }


def set_answer(transaction: Transaction, machine: str, output: str, status: int) -> None:
    """Set what every script on a machine prints, and its exit status."""
    answers = json.loads(transaction.setting(_SETTING, "{}"))
    answers[machine.lower()] = [output, status]
    transaction.set(_SETTING, json.dumps(answers))


def _answer_of(transaction: Transaction, machine: str) -> tuple[str, int]:
    answers = json.loads(transaction.setting(_SETTING, "{}"))
    output, status = answers.get(machine.lower(), ("", 0))
    return str(output), int(status)


def _status(code: str, message: str) -> JsonObject:
    return {
        "code": code,
        "level": "Info",
        "displayStatus": "Provisioning succeeded",
        "message": message,
    }
