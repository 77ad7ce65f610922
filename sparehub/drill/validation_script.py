"""A script that validates a machine, by Run Command, and what it says.

https://learn.microsoft.com/rest/api/compute/virtual-machines/run-command

Run Command says ``succeeded`` for any exit status of the script
(https://github.com/Azure/azure-cli/issues/14425). So the status is printed after the script, as the
last line, and a script whose last line is missing has not passed. Azure keeps the last 4,096
characters of the output.
"""

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from sparehub.azure.answers import Answer, Azure
from sparehub.files.bounded_loading import LoadingError, read_bounded
from sparehub.topology.config.printable import printable
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError

LAST_LINES = 10
"""Lines of a script's output that the journal keeps."""
_POWERSHELL = ".ps1"
_STATUS = "sparehub: exit status "
_ENDED = re.compile(rf"^{_STATUS}(\d+)\s*$", re.MULTILINE)
_STREAMS = ("[stdout]", "[stderr]")


@dataclass(frozen=True, kw_only=True)
class ScriptResult:
    """How a script on a machine ended."""

    passed: bool
    output: str
    """Its last lines; why there are none, where it did not run to its end."""


def read_script(project: Path, name: str) -> str:
    """Return a script of the project.

    Raises:
        PreflightError: where it is outside the project, or cannot be read.
    """
    path = (project / name).resolve()
    if not path.is_relative_to(project.resolve()):
        raise PreflightError(f"the script {name} is outside the project: move it into it")
    try:
        return read_bounded(path)
    except (OSError, LoadingError) as error:
        why = (error.strerror if isinstance(error, OSError) else "") or error
        raise PreflightError(f"the script {name} of a validation cannot be read ({why})") from None


def run_script(azure: Azure, machine: ResourceId, name: str, script: str) -> ScriptResult:
    """Run a script on a machine and wait for it, for 10 minutes at most."""
    answer = azure.act(f"{machine}/runCommand", _body(name, script))
    if not answer.accepted:
        return ScriptResult(passed=False, output=f"Run Command: {answer.problem}")
    printed, errors = _printed(answer)
    ends = _ENDED.findall(printed)
    lines = [
        line
        for line in (*_ENDED.sub("", printed).splitlines(), *errors.splitlines())
        if line.strip()
    ]
    shown = "\n".join(printable(line) for line in lines[-LAST_LINES:])
    if not ends:
        missing = "the script did not run to its end"
        return ScriptResult(passed=False, output=f"{shown}\n{missing}" if shown else missing)
    return ScriptResult(passed=ends[-1] == "0", output=shown or f"exit status {ends[-1]}")


def _body(name: str, script: str) -> Mapping[str, object]:
    if Path(name).suffix.lower() == _POWERSHELL:
        return {"commandId": "RunPowerShellScript", "script": _powershell(script)}
    lines = ["(", *script.splitlines(), ")", f'echo "{_STATUS}$?"']
    return {"commandId": "RunShellScript", "script": lines}


def _powershell(script: str) -> list[str]:
    """Return what runs a script in a process of its own: ``exit`` ends that alone."""
    content = base64.b64encode(script.encode("utf-8-sig")).decode()
    return [
        "$file = Join-Path ([IO.Path]::GetTempPath()) 'sparehub-validation.ps1'",
        f"[IO.File]::WriteAllBytes($file, [Convert]::FromBase64String('{content}'))",
        "& powershell.exe -NoProfile -NonInteractive -ExecutionPolicy Bypass -File $file",
        "$code = $LASTEXITCODE",
        "Remove-Item $file",
        f'Write-Output "{_STATUS}$code"',
    ]


def _printed(answer: Answer) -> tuple[str, str]:
    """Return both streams of a script."""
    values = answer.body.get("value") or ()
    messages = [(str(each.get("code") or ""), str(each.get("message") or "")) for each in values]
    out, errors = "", ""
    for code, message in messages:
        before, marker, rest = message.partition(_STREAMS[0])
        if marker:  # of Linux: both streams in one message
            printed, _, failed = rest.rpartition(_STREAMS[1])
            out, errors = out + printed, errors + failed
        elif "StdErr" in code:
            errors += before
        else:
            out += before
    return out, errors
