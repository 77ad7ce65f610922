"""Removes what test failovers have made: until then Azure begins no failover (SR-43, SR-49).

Whether the clean-up of a machine was accepted is seen in its item, so that a run which died is
repeated by running it again, and no clean-up is sent twice.
"""

from collections.abc import Mapping

from sparehub.failover.journal.drill_record import CLEAN_UP
from sparehub.failover.journal.events import JournalEvent
from sparehub.failover.machines.posting import Record
from sparehub.failover.machines.waiting import POLL, JobError, JobWait
from sparehub.site_recovery.vault import Vault, VaultError
from sparehub.topology.errors import SparehubError
from sparehub.topology.replication import requests
from sparehub.topology.replication.protected_item import Operation, ProtectedItem


class CleanUpError(SparehubError):
    """What a test failover has made is still there; names each machine."""


def left_tests(items: Mapping[str, ProtectedItem]) -> dict[str, ProtectedItem]:
    """Return the items with a test that runs, waits for its clean-up, or is being cleaned up."""
    return {name: item for name, item in items.items() if _is_left(item)}


def clean_up_tests(
    vault: Vault,
    items: Mapping[str, ProtectedItem],
    wait: JobWait,
    record: Record,
    comments: str = "sparehub",
) -> dict[str, float | None]:
    """Remove what the tests of some machines have made, all at once, and wait until it is gone.

    Args:
        vault: it holds the items.
        items: by machine; one without a test is left alone.
        wait: how jobs are waited for.
        record: writes one record of the journal.
        comments: what the jobs say of why it was done.

    Returns:
        The seconds that each machine took, by Azure's clock.

    Raises:
        CleanUpError: naming every machine whose test is still there; the others are cleaned up.
        StillWaitingError: where somebody asked to stop, or a job does not end.
        VaultError: where the vault cannot be read.
    """
    left = left_tests(items)
    for name, item in left.items():
        if item.scenario == Operation.TEST and item.scenario_job:
            wait.until_ended(item.scenario_job, f"{name}: test failover")
    jobs, problems = _begin(vault, left, wait, record, comments)
    unanswered = left.keys() - {*jobs, *problems}
    if unanswered:  # and yet done
        known = vault.last_jobs(Operation.CLEAN_UP)
        jobs |= {name: known[name].id for name in unanswered if name in known}
    seconds: dict[str, float | None] = {}
    for name, job in jobs.items():
        try:
            seconds[name] = wait.until_done(job, f"{name}: clean-up of the test").seconds
        except JobError as error:
            problems[name] = str(error)
            continue
        record(JournalEvent.DRILL_CLEANED, machine=name, seconds=seconds[name])
        wait.note(f"{name}: the test is cleaned up")
    if problems:
        raise CleanUpError("\n".join(problems.values()))
    return seconds


def _begin(
    vault: Vault,
    items: Mapping[str, ProtectedItem],
    wait: JobWait,
    record: Record,
    comments: str,
) -> tuple[dict[str, str], dict[str, str]]:
    """Send each clean-up that is not under way; return the jobs, and what was refused."""
    jobs: dict[str, str] = {}
    problems: dict[str, str] = {}
    lost: set[str] = set()
    while True:
        now = {item.id: item for item in vault.contents().items}
        left = left_tests(
            {
                name: now[item.id]
                for name, item in items.items()
                if item.id in now and name not in {*jobs, *problems}
            }
        )
        for name, item in left.items():
            if item.scenario == Operation.CLEAN_UP and item.scenario_job:
                jobs[name] = item.scenario_job
                continue
            if not item.allows(Operation.CLEAN_UP):
                what = item.scenario or item.description
                problems[name] = f"{name}: Azure does not allow to clean up its test now ({what})"
                continue
            record(JournalEvent.REPLICATION_INTENDED, machine=name, action=CLEAN_UP)
            try:
                job = vault.clean_up(item.id, requests.test_cleanup(comments))
            except VaultError as error:
                if not error.was_lost or name in lost:
                    problems[name] = f"{name}: clean-up of the test: {error}"
                else:
                    lost.add(name)
                    wait.note(f"{name}: clean-up of the test: {error}; it is looked at again")
                continue
            record(JournalEvent.REPLICATION_POSTED, machine=name, action=CLEAN_UP, job=job)
            jobs[name] = job
        if not lost - {*jobs, *problems} or not left:
            return jobs, problems
        vault.azure.wait(POLL)


def _is_left(item: ProtectedItem) -> bool:
    return item.awaits_cleanup or item.scenario in {Operation.TEST, Operation.CLEAN_UP}
