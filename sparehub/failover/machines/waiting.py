"""Waits for jobs of a vault, with progress, and a deadline of its own."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from sparehub.output import Note
from sparehub.site_recovery.job import Job
from sparehub.site_recovery.vault import Vault
from sparehub.topology.errors import SparehubError

POLL = 30.0
"""Seconds of Azure's clock between two reads: what Azure itself asks for (SR-29)."""
DEADLINE = 3 * 3600.0
"""Seconds after which a job or a copy that does not end is given up; Terraform's limit (SR-42)."""


class JobError(SparehubError):
    """A job of Site Recovery did not succeed, or succeeded with an error."""


class StillWaitingError(SparehubError):
    """A job waits for a person, or did not end within the deadline."""


@dataclass(frozen=True, kw_only=True)
class JobWait:
    """How jobs are waited for."""

    vault: Vault
    note: Note
    stop: Callable[[], bool] = lambda: False
    """Whether somebody asked the run to stop."""
    answer: Callable[[str], str] | None = None
    """Has a person do a manual action, by its title; returns a note. None: nobody is asked."""

    def until_done(self, job_id: str, what: str) -> Job:
        """Return a job once it has ended clean.

        Raises:
            JobError: where it failed, or succeeded with an error (SR-31).
            StillWaitingError: where it does not end, or waits for a person who is not there.
            VaultError: where it cannot be read.
        """
        job = self.until_ended(job_id, what)
        if not job.is_clean:
            raise JobError(f"{what}: {job.problem}")
        return job

    def until_ended(self, job_id: str, what: str) -> Job:
        """Return a job once it has ended, however it did.

        Raises:
            StillWaitingError: where it does not end, or waits for a person who is not there.
            VaultError: where it cannot be read.
        """
        waited, shown = 0.0, ""
        while (job := self.vault.job(job_id)).goes_on:
            if job.waits:
                self._answer(job, what)
                continue
            if job.current_task != shown:
                shown = job.current_task
                self.note(f"  {what}: {shown}")
            if self.stop():
                raise StillWaitingError(f"{what}: stopped on request; its job {job_id} goes on")
            if waited >= DEADLINE:
                raise StillWaitingError(
                    f"{what}: the job {job_id} of vault {self.vault.name} has not ended after "
                    f"{DEADLINE / 60:.0f} minutes: look at it in the portal, then resume"
                )
            self.vault.azure.wait(POLL)
            waited += POLL
        return job

    def _answer(self, job: Job, what: str) -> None:
        """Have a person do a manual action of the recovery plan, and let the job go on (SR-63).

        Raises:
            StillWaitingError: where nobody is asked.
            SparehubError: where nobody confirms that it is done.
        """
        action = job.current_task or "a manual action"
        if self.answer is None:
            raise StillWaitingError(
                f"{what}: the recovery plan waits for a person: {action}. Complete it in the portal"
            )
        done = self.answer(action)
        self.note(f"{what}: {action}: {done}")
        self.until_done(self.vault.resume_job(job.id, done), f"{what}: {action}")


def all_done(wait: JobWait, jobs: Iterable[tuple[str, str]]) -> list[str]:
    """Wait for jobs, each with what it does; return the problem of each that did not end clean."""
    problems = []
    for job, what in jobs:
        try:
            wait.until_done(job, what)
        except JobError as error:
            problems.append(str(error))
    return problems
