"""The worker: it claims jobs, runs each outside of any transaction, and writes how it ended.

A job that its worker leaves behind, because the process was killed, ends Failed; see
``job.end_lost``. Nothing is run twice: Azure does not restart a job of Python or PowerShell either.
https://learn.microsoft.com/azure/automation/automation-runbook-execution#fair-share
"""

import secrets
import threading
import time
from collections.abc import Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from contextlib import contextmanager
from dataclasses import dataclass

from sparehub.simulator.arm.pipeline.due_work import finish_due
from sparehub.simulator.arm.pipeline.timeline import Timeline
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.clock import Speed
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.storage.worker_presence import registered
from sparehub.simulator.arm.types.automation import job as automation_jobs
from sparehub.simulator.automation.powershell_sandbox import run_powershell
from sparehub.simulator.automation.python_sandbox import run_python
from sparehub.simulator.automation.running_job import FAILED, STOPPED, Outcome, RunningJob

FAIR_SHARE = 3 * 3600.0
"""Seconds after which a job is stopped (SR-65), simulated ones or those of the wall clock."""
_POLL = 0.1
_MOMENT = 0.5
_LEISURE = 5.0
"""Seconds that the jobs of a worker have to end when it ends."""
_THREADS = 32


def run_pending(azure: Azure, endpoint: str) -> int:
    """Run the jobs that wait, and those that they start, until none is left; return how many.

    Args:
        azure: The local Azure; its worker is the caller, see ``worker_presence.registered``.
        endpoint: The address at which its HTTP front answers.

    """
    count = 0
    running: set[Future[None]] = set()
    with ThreadPoolExecutor(_THREADS) as pool:
        while (claimed := _claim(azure, endpoint)) or running:
            new = {pool.submit(_run, azure, job) for job in claimed}
            count += len(new)
            done, running = wait(running | new, _POLL)
            for each in done:
                each.result()
    return count


@contextmanager
def working(azure: Azure, endpoint: str) -> Iterator[bool]:
    """Be the worker of a store while the block runs, in threads.

    Yields:
        Whether this is the worker; a store has one only.

    """
    stopped = threading.Event()
    running: list[threading.Thread] = []

    def work() -> None:
        while not stopped.wait(_POLL):
            running[:] = [thread for thread in running if thread.is_alive()]
            for job in _claim(azure, endpoint):
                thread = threading.Thread(target=_run, args=(azure, job, stopped), daemon=True)
                thread.start()
                running.append(thread)

    with registered(azure.store.path.parent) as first:
        if not first:
            yield False
            return
        _end_lost(azure)
        thread = threading.Thread(target=work, name="automation worker")
        thread.start()
        try:
            yield True
        finally:
            stopped.set()
            thread.join()
            for each in running:
                each.join(_LEISURE)


def _claim(azure: Azure, endpoint: str) -> list[RunningJob]:
    """Let the jobs that wait run, and return them."""
    with azure.store.transaction(write=False) as transaction:
        if not _waiting(transaction):
            return []
    with azure.store.transaction(write=True) as transaction:
        now = Timeline(transaction, azure.clock, None).now
        claimed = []
        for job in _waiting(transaction):
            secret = secrets.token_hex(32)
            automation_jobs.begin(transaction, job, secret, now)
            claimed.append(
                RunningJob(
                    id=job.id,
                    language=_language(transaction, job),
                    text=job.private["text"],
                    parameters=job.properties["parameters"],
                    has_az=_has_az(_environment(transaction, job)),
                    secret=secret,
                    endpoint=endpoint.rstrip("/"),
                )
            )
        return claimed


def _waiting(transaction: Transaction) -> list[Resource]:
    jobs = transaction.of_type(automation_jobs.JOB)
    return [job for job in jobs if job.private.get("status") == "New"]


def _language(transaction: Transaction, job: Resource) -> str:
    """Return the language of a job's runbook: of its runtime environment, else by its type."""
    kind = str(job.private["type"])
    if job.private["environment"]:
        environment = _environment(transaction, job)
        kind = str(environment.properties["runtime"]["language"]) if environment else ""
    if kind.lower().startswith("python"):
        return "Python"
    return "PowerShell" if kind.lower() in _POWERSHELL else ""


def _environment(transaction: Transaction, job: Resource) -> Resource | None:
    """Return the runtime environment that a job's runbook names."""
    name, account = job.private["environment"], job.id.parent
    if not name or not account:
        return None
    return transaction.get(account.child("runtimeEnvironments", name).key)


def _has_az(environment: Resource | None) -> bool:
    """Return whether there is Az: as a default package, or of the account without an environment.

    https://learn.microsoft.com/azure/automation/runtime-environment-overview
    """
    packages = environment.properties["defaultPackages"] if environment else {"Az": ""}
    return "az" in {str(name).lower() for name in packages}


_POWERSHELL = ("powershell", "powershell7", "powershell72", "powershell74")


@dataclass(frozen=True)
class _Control:
    """Whether a job has to end: it was stopped, or had its share of time, or the worker ends."""

    azure: Azure
    id: ResourceId
    begun: float
    """On the wall clock."""
    stopped: threading.Event | None

    def ended(self) -> Outcome | None:
        """Return how the job ends, if it has to."""
        if self.stopped and self.stopped.is_set():
            return Outcome(status=FAILED, exception="The worker that ran the job has ended.")
        with self.azure.store.transaction(write=False) as transaction:
            now = Timeline(transaction, self.azure.clock, None).now
            job = transaction.get(self.id.key)
        if job is None or job.private.get("stop"):
            return Outcome(status=STOPPED)
        if max(now - job.private["starts"], time.monotonic() - self.begun) > FAIR_SHARE:
            reason = "The job was stopped because it reached the limit of 3 hours."
            return Outcome(status=STOPPED, exception=reason)
        return None

    def sleep(self, seconds: float) -> None:
        """Wait for some simulated seconds; at ``instant`` for a moment, or nothing would happen."""
        end = time.monotonic() + self._wall(seconds)
        while (left := end - time.monotonic()) > 0 and self.ended() is None:
            time.sleep(min(left, _POLL))

    def _wall(self, seconds: float) -> float:
        """Return how long some simulated seconds take on the wall clock."""
        with self.azure.store.transaction(write=False) as transaction:
            speed = self.azure.clock.read(transaction).speed
        return min(seconds, _MOMENT) if speed is Speed.INSTANT else seconds / float(speed)


def _run(azure: Azure, job: RunningJob, stopped: threading.Event | None = None) -> None:
    """Run a job and write how it ended."""
    control = _Control(azure, job.id, time.monotonic(), stopped)
    if job.language == "Python":
        outcome = run_python(job, control)
    elif job.language == "PowerShell":
        outcome = run_powershell(job, control)
    else:
        problem = "the local Azure runs runbooks of Python and PowerShell alone"
        outcome = Outcome(status=FAILED, exception=problem)
    _write(azure, job.id, outcome)


def _write(azure: Azure, identity: ResourceId, outcome: Outcome) -> None:
    with azure.store.transaction(write=True) as transaction:
        timeline = Timeline(transaction, azure.clock, None)
        job, now = transaction.get(identity.key), timeline.now
        if job is None:  # deleted with its account
            return
        records = [{"type": kind, "text": text, "at": now} for kind, text in outcome.records]
        ended = {"status": outcome.status, "exception": outcome.exception, "streams": records}
        automation_jobs.end(transaction, job, now, ended)
        finish_due(timeline)


def _end_lost(azure: Azure) -> None:
    """End the jobs that an earlier worker has left."""
    with azure.store.transaction(write=True) as transaction:
        timeline = Timeline(transaction, azure.clock, None)
        automation_jobs.end_lost(transaction, timeline.now)
        finish_due(timeline)
