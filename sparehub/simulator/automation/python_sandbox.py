"""A Python runbook, run as a file in a process of its own with the standard library alone."""

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from sparehub.simulator.automation import sandbox
from sparehub.simulator.automation.identity import IDENTITY, VARIABLES
from sparehub.simulator.automation.running_job import (
    COMPLETED,
    FAILED,
    Control,
    Outcome,
    RunningJob,
)

_PAUSE = 0.05
_MOST = 1024 * 1024
"""Bytes of each stream that are kept, the last ones."""
_NUMBERED = re.compile(r"\[parameter (\d+)\]", re.IGNORECASE)
_STREAM = re.compile(r"(ERROR|WARNING|DEBUG|VERBOSE): ?", re.IGNORECASE)
_START = """\
import runpy, sys
sys.path.insert(0, sys.argv[1])
sys.argv = sys.argv[2:]
runpy.run_path(sys.argv[0], run_name="__main__")
"""


def run_python(job: RunningJob, control: Control) -> Outcome:
    """Run the text of a job; return when it has ended, or was ended."""
    with tempfile.TemporaryDirectory(prefix="sparehub-runbook-") as name:
        directory = Path(name)
        script = directory / "runbook.py"
        script.write_text(job.text, encoding="utf-8", errors="surrogateescape")
        output, errors = directory / "output", directory / "errors"
        modules = str(Path(sandbox.__file__).parent)
        with output.open("wb") as out, errors.open("wb") as err:
            process = subprocess.Popen(  # noqa: S603 - running the runbook is its purpose
                [
                    *(sys.executable, "-I", "-S", "-X", "utf8", "-c", _START),
                    *(modules, str(script), *arguments(job.parameters)),
                ],
                cwd=directory,
                env=_environment(job, directory),
                stdin=subprocess.DEVNULL,
                stdout=out,
                stderr=err,
                start_new_session=True,
            )
            ended = _wait(process, control)
        said = [_record(line) for line in _tail(output).splitlines()]
        problem = _tail(errors).strip()
    if problem:
        said.append(("Error", problem))
    if ended:
        return replace(ended, records=said)
    if process.returncode == 0:
        return Outcome(status=COMPLETED, records=said)
    reason = problem.rpartition("\n")[2] or f"exit code {process.returncode}"
    return Outcome(status=FAILED, exception=reason, records=said)


def arguments(parameters: dict[str, object]) -> list[str]:
    """Return ``sys.argv[1:]`` of the parameters of a job.

    Python runbooks have no named parameters: values come in their order.
    ``Start-AzAutomationRunbook`` names them ``[Parameter 1]`` and so on if ``runbookType`` is
    Python2 or Python3, and writes each value as JSON. A JSON string is decoded here.
    https://learn.microsoft.com/azure/automation/runbook-input-parameters#configure-input-parameters-in-python-runbooks
    https://github.com/Azure/azure-powershell, AutomationPSClient.ProcessRunbookParameters
    """
    numbers = {name: _NUMBERED.fullmatch(name.strip()) for name in parameters}
    names = list(parameters)
    if all(numbers.values()):
        names.sort(key=lambda name: int(found[1]) if (found := numbers[name]) else 0)
    return [_plain(parameters[name]) for name in names]


def _plain(value: object) -> str:
    """Return a value as the runbook gets it: text."""
    if not isinstance(value, str):
        return json.dumps(value)
    with suppress(ValueError):
        if isinstance(decoded := json.loads(value), str):
            return decoded
    return value


def _environment(job: RunningJob, directory: Path) -> dict[str, str]:
    identity = f"{job.endpoint}{IDENTITY}"
    return {
        "PATH": os.defpath,
        "HOME": str(directory),
        "TMPDIR": str(directory),
        "LANG": "C.UTF-8",
        "IDENTITY_ENDPOINT": identity,
        "IDENTITY_HEADER": job.secret,
        "MSI_ENDPOINT": identity,
        "MSI_SECRET": job.secret,
        "SPAREHUB_AUTOMATION_VARIABLES": f"{job.endpoint}{VARIABLES}",
    }


def _wait(process: "subprocess.Popen[bytes]", control: Control) -> Outcome | None:
    """Wait for the end; end the process and all that it started if the job has to end."""
    try:
        while True:
            with suppress(subprocess.TimeoutExpired):
                process.wait(_PAUSE)
                return None
            if ended := control.ended():
                return ended
    finally:
        with suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _tail(file: Path) -> str:
    return file.read_bytes()[-_MOST:].decode("utf-8", "replace")


def _record(line: str) -> tuple[str, str]:
    """Return the stream of a line: one that begins with ``ERROR:`` is in the stream of errors.

    https://learn.microsoft.com/azure/automation/learn/automation-tutorial-runbook-textual-python-3#error-handling-in-python
    """
    found = _STREAM.match(line)
    return (found[1].capitalize(), line[found.end() :]) if found else ("Output", line)
