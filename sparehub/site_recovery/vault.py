"""A Recovery Services vault by Microsoft's SDK: what it holds, and the writes that start jobs.

Every write answers at once with the id of a job (SR-29). A write is sent once: whether an answer
that was lost was accepted is found by reading the item.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, Any, TypeVar

from sparehub.azure.answers import NOT_FOUND, SignInError
from sparehub.site_recovery.job import Job, azure_time
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import SparehubError
from sparehub.topology.replication.protected_item import ProtectedItem

if TYPE_CHECKING:
    from azure.mgmt.recoveryservicessiterecovery import SiteRecoveryManagementClient

    from sparehub.azure.client import ArmClient

Body = Mapping[str, Any]
_T = TypeVar("_T")
_BELOW_VAULT = 1
"""The index of the first name below a vault in an id's names."""


class VaultError(SparehubError):
    """The vault refused a request, or did not answer; says what, and Azure's own words."""

    def __init__(self, what: str, problem: str, *, status: int = 0, code: str = "") -> None:
        super().__init__(f"{what}: {problem}" + (f" ({code})" if code else ""))
        self.status = status
        self.code = code

    @property
    def was_lost(self) -> bool:
        """Whether no answer came, so that the write may have been accepted."""
        return self.status == 0 or self.status >= 500  # noqa: PLR2004 - server errors


@dataclass(frozen=True, kw_only=True)
class Contents:
    """All items of a vault, and Azure's time at which they were read."""

    items: tuple[ProtectedItem, ...]
    at: datetime

    def since(self, moment: str) -> float:
        """Return the seconds from a moment, in ISO 8601, to the time of the answer."""
        return (self.at - azure_time(moment)).total_seconds()


@dataclass(frozen=True)
class Vault:
    """One vault; a write raises LeaseError where somebody else has taken over."""

    azure: "ArmClient"
    id: ResourceId
    guard: Callable[[], object]
    """Raises LeaseError where somebody else has taken over."""
    _client: "SiteRecoveryManagementClient" = field(init=False, repr=False)

    def __post_init__(self) -> None:
        # Only commands that use a vault load Microsoft's packages, which take half a second.
        from azure.mgmt.recoveryservicessiterecovery import (  # noqa: PLC0415 - see above
            SiteRecoveryManagementClient,
        )

        client = SiteRecoveryManagementClient(
            subscription_id=self.id.subscription, **self.azure.options()
        )
        object.__setattr__(self, "_client", client)

    @property
    def name(self) -> str:
        """The name of the vault."""
        return self.id.name

    def contents(self) -> Contents:
        """Return all items of the vault, and Azure's time.

        Raises:
            VaultError: where they cannot be read.
        """
        dates: list[str] = []

        def note(exchange: Any) -> None:  # noqa: ANN401 - azure-core's
            dates.append(str(exchange.http_response.headers.get("date") or ""))

        def read() -> tuple[ProtectedItem, ...]:
            listed = self._client.replication_protected_items.list(
                *self._vault, raw_response_hook=note
            )
            return tuple(ProtectedItem.of(item.as_dict()) for item in listed)

        items = self._asked(f"the items of {self.name}", read)
        return Contents(items=items, at=_http_date(dates[0] if dates else ""))

    def newest_point(self, item: ProtectedItem) -> datetime | None:
        """Return the time of the newest recovery point of an item; None where there is none.

        Raises:
            VaultError: where they cannot be read.
        """

        def read() -> list[str]:
            points = self._client.recovery_points.list_by_replication_protected_items(
                *self._below(item.id)
            )
            documents = [point.as_dict() for point in points]
            times = [
                str((each.get("properties") or {}).get("recoveryPointTime") or "")
                for each in documents
            ]
            return [time for time in times if time]

        times = self._asked(f"the recovery points of {item.machine}", read)
        return max(map(azure_time, times), default=None)

    def plan(self, plan: ResourceId) -> Mapping[str, Any] | None:
        """Return a recovery plan as the vault shows it; None where there is none.

        Raises:
            VaultError: where it cannot be read.
        """
        get = self._client.replication_recovery_plans.get
        try:
            found = self._asked(f"the plan {plan.name}", lambda: get(*self._below(plan)))
        except VaultError as error:
            if error.status == NOT_FOUND:
                return None
            raise
        document: Mapping[str, Any] = found.as_dict()
        return document

    def job(self, job: str) -> Job:
        """Return a job.

        The error that a succeeded operation carries is not in its job: it is read as well (SR-31).

        Raises:
            VaultError: where it cannot be read.
        """
        get = self._client.replication_jobs.get
        found = Job.of(self._asked(f"the job {job}", lambda: get(*self._vault, job)).as_dict())
        if found.goes_on or found.errors:
            return found
        status = self.azure.send("GET", f"{self.id}/replicationOperationStatus/{job}")
        error = status.body.get("error") if status.accepted else None
        if isinstance(error, Mapping) and error.get("code"):
            return found.with_error(f"{error.get('message')} ({error['code']})")
        return found

    def last_jobs(self, scenario: str) -> dict[str, Job]:
        """Return the last job of a scenario, such as ``TestFailover``, by its target's name.

        The list has neither details nor tasks (SR-63): read the job itself for them.

        Raises:
            VaultError: where they cannot be read.
        """
        listing = self._client.replication_jobs.list
        documents = self._asked(
            f"the jobs of {self.name}",
            lambda: [each.as_dict() for each in listing(*self._vault)],
        )
        jobs = (job for job in map(Job.of, documents) if job.scenario == scenario)
        return {job.target: job for job in sorted(jobs, key=lambda job: job.started)}

    def enable(self, item: ResourceId, body: Body) -> str:
        """Enable the replication of a machine; return the id of the job."""
        return self._start(self._items.begin_create, item, body)

    def update(self, item: ResourceId, body: Body) -> str:
        """Say where the machine of an item arrives; return the id of the job."""
        return self._start(self._items.begin_update, item, body)

    def disable(self, item: ResourceId) -> str:
        """End the replication of an item (``remove``); return the id of the job."""
        return self._start(self._items.begin_delete, item, {"properties": {}})

    def test_failover(self, item: ResourceId, body: Body) -> str:
        """Test the failover of an item; return the id of the job."""
        return self._start(self._items.begin_test_failover, item, body)

    def clean_up(self, item: ResourceId, body: Body) -> str:
        """Remove what a test of an item made; return the id of the job."""
        return self._start(self._items.begin_test_failover_cleanup, item, body)

    def fail_over(self, item: ResourceId, body: Body) -> str:
        """Fail the machine of an item over; return the id of the job."""
        return self._start(self._items.begin_unplanned_failover, item, body)

    def commit(self, item: ResourceId) -> str:
        """Commit the failover of an item; return the id of the job."""
        return self._start(self._items.begin_failover_commit, item)

    def switch_protection(self, container: ResourceId, body: Body) -> str:
        """Replicate an item of a container the other way; return the id of the job."""
        begin = self._client.replication_protection_containers.begin_switch_protection
        return self._start(begin, container, body)

    def write_plan(self, plan: ResourceId, body: Body, *, exists: bool) -> str:
        """Write a recovery plan, or the groups of one that exists; return the id of the job."""
        plans = self._client.replication_recovery_plans
        if not exists:
            return self._start(plans.begin_create, plan, body)
        groups = {"properties": {"groups": body["properties"]["groups"]}}
        return self._start(plans.begin_update, plan, groups)

    def delete_plan(self, plan: ResourceId) -> str:
        """Delete a recovery plan; return the id of the job."""
        return self._start(self._client.replication_recovery_plans.begin_delete, plan)

    def fail_over_plan(self, plan: ResourceId, body: Body) -> str:
        """Fail the machines of a recovery plan over; return the id of the job."""
        begin = self._client.replication_recovery_plans.begin_unplanned_failover
        return self._start(begin, plan, body)

    def commit_plan(self, plan: ResourceId) -> str:
        """Commit the failover of a recovery plan; return the id of the job."""
        return self._start(self._client.replication_recovery_plans.begin_failover_commit, plan)

    def resume_job(self, job: str, comments: str) -> str:
        """Let a job go on that waits at a manual action; return the id of the request's job."""
        body = {"properties": {"comments": comments}}
        identity = self.id.child("replicationJobs", job)
        return self._start(self._client.replication_jobs.begin_resume, identity, body)

    @property
    def _items(self) -> Any:  # noqa: ANN401 - the SDK's overloads
        return self._client.replication_protected_items

    @property
    def _vault(self) -> tuple[str, str]:
        return self.id.resource_group, self.id.name

    def _below(self, identity: ResourceId) -> tuple[str, ...]:
        """Return the first arguments of a method of the SDK: group, vault, and names below it."""
        return (*self._vault, *identity.names[_BELOW_VAULT:])

    def _start(self, method: Any, identity: ResourceId, *bodies: Body) -> str:  # noqa: ANN401 - the SDK's
        """Send a write once, and return the id of its job.

        Raises:
            VaultError: where it is refused, or no answer came.
            LeaseError: where somebody else has taken over.
        """
        from sparehub.site_recovery.first_answer import FirstAnswer  # noqa: PLC0415 - loads azure

        self.guard()
        headers = self._asked(
            identity.name,
            lambda: method(
                *self._below(identity),
                *map(dict, bodies),
                polling=FirstAnswer(),
                retry_total=0,
                retry_status=0,
            ).result(),
        )
        return str(headers.get("x-ms-request-id") or "").rpartition("/")[2]

    def _asked(self, what: str, ask: Callable[[], _T]) -> _T:
        from azure.core.exceptions import (  # noqa: PLC0415 - as in `__post_init__`
            AzureError,
            ClientAuthenticationError,
            HttpResponseError,
        )

        try:
            return ask()
        except ClientAuthenticationError as error:
            raise SignInError(f"{self.azure.name}: nobody is signed in: {error.message}") from None
        except HttpResponseError as error:
            code = str(getattr(error.error, "code", "") or "")
            message = str(getattr(error.error, "message", "") or error.message)
            status = int(error.status_code or 0)
            raise VaultError(what, message.strip(), status=status, code=code) from None
        except AzureError as error:
            raise VaultError(what, f"no answer ({error.message})") from None


def _http_date(text: str) -> datetime:
    """Return the time of an answer; the host's own where the answer has none."""
    return parsedate_to_datetime(text) if text else datetime.now(UTC)
