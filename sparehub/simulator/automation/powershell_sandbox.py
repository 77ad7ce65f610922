"""A PowerShell runbook, interpreted in the thread of its job."""

from dataclasses import replace

from sparehub.simulator.automation.powershell.azure_session import Session
from sparehub.simulator.automation.powershell.errors import PowerShellError
from sparehub.simulator.automation.powershell.interpreter import Interpreter
from sparehub.simulator.automation.running_job import (
    COMPLETED,
    FAILED,
    Control,
    EndedError,
    Outcome,
    RunningJob,
)


def run_powershell(job: RunningJob, control: Control) -> Outcome:
    """Run the text of a job; return how it ended, also where it is not in the subset."""
    session = Session(job, control)
    try:
        Interpreter(session).run(job.text, dict(job.parameters))
    except PowerShellError as problem:
        session.write("Error", problem.message)
        return Outcome(status=FAILED, exception=problem.message, records=session.records)
    except EndedError as ended:
        return replace(ended.outcome, records=session.records)
    return Outcome(status=COMPLETED, records=session.records)
