"""The runbooks that switch the network: what the files give, and what the account holds of it.

A text is compared by its digest, and written only where it differs. The data names the digest that
its runbook expects: between two writes nothing can be started that does not fit.
"""

import hashlib
import json
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from sparehub.azure.answers import NOT_FOUND, Answer
from sparehub.azure.settings import Settings
from sparehub.failover.machines.posting import Record, post
from sparehub.failover.machines.vault_session import VaultSession
from sparehub.site_recovery.runbook.pair_runbook import PairRunbook, require_one
from sparehub.site_recovery.runbook.render import RunbookFiles
from sparehub.site_recovery.vault import VaultError
from sparehub.stacks.stack_files import STACKS
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import PreflightError, SparehubError
from sparehub.topology.model.recovery.automation import SwitchNames
from sparehub.topology.planning import failover
from sparehub.topology.planning.plan import Mode, PlanKind
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.plan_actions import starts_runbook
from sparehub.topology.replication.reconcile import items_by_machine

if TYPE_CHECKING:
    from sparehub.azure.client import ArmClient

_SHOWN = 12
"""Digits of a digest that are shown."""


@dataclass(frozen=True, kw_only=True)
class PublishedRunbooks:
    """What an Automation account is to hold of one direction."""

    azure: "ArmClient"
    guard: Callable[[], object]
    """Raises LeaseError where somebody else has taken over."""
    account: ResourceId
    names: SwitchNames
    files: RunbookFiles
    keys: tuple[str, ...]
    """The encrypted variables that have to be there: who has the keys makes them."""

    @property
    def postconditions(self) -> tuple[str, ...]:
        """What holds once the network is switched."""
        return tuple(map(str, json.loads(self.files.data)["postconditions"]))

    def differences(self) -> tuple[str, ...]:
        """Return what is to be published, with the digests of what is there and of what is wanted.

        Raises:
            PreflightError: where the account, or the key of a connection, is not there.
            VaultError: where something cannot be read.
        """
        self._require_account()
        self._require_keys()
        return tuple(
            f"{name}: {_digest(there) if there is not None else 'none'}, wanted {_digest(wanted)}"
            for name, wanted, there in self._all()
            if wanted != there
        )

    def publish(self, record: Record) -> None:
        """Write what differs: the data first, and the runbook that the plan starts last.

        Raises:
            VaultError: where Azure refuses it, or does not answer.
            LeaseError: where somebody else has taken over.
        """
        for name, wanted, there in self._all():
            if wanted == there:
                continue
            post(record, partial(self._write, name, wanted), machine="", action=f"publish {name}")

    def _all(self) -> Iterator[tuple[str, str, str | None]]:
        """Yield what is held by name: the value that is wanted, and the one that is there."""
        yield self.names.data, self.files.variable, self._data()
        for name, text in (
            (self.names.switch, self.files.switch),
            (self.names.start, self.files.start),
        ):
            yield name, text, self._text(name)

    def _data(self) -> str | None:
        answer = self.azure.send("GET", str(self._variable(self.names.data)))
        if answer.status == NOT_FOUND:
            return None
        return str(_accepted(self.names.data, answer).properties.get("value") or "")

    def _text(self, name: str) -> str | None:
        """Return the published text of a runbook; None where there is none."""
        answer = self.azure.read_text(f"{self._runbook(name)}/content")
        if answer.status == NOT_FOUND:
            return None
        return str(_accepted(name, answer).body["text"])

    def _write(self, name: str, value: str) -> str:
        """Write the data, or draft and publish a runbook; return no id of a job in the vault."""
        self.guard()
        if name == self.names.data:
            body = {"name": name, "properties": {"value": value, "isEncrypted": False}}
            _accepted(name, self.azure.send("PUT", str(self._variable(name)), body))
            return ""
        runbook = self._runbook(name)
        _accepted(name, self.azure.write_text(f"{runbook}/draft/content", value))
        _accepted(name, self.azure.act(f"{runbook}/publish"))
        return ""

    def _require_account(self) -> None:
        for identity in (
            self.account,
            self._runbook(self.names.start),
            self._runbook(self.names.switch),
        ):
            answer = self.azure.send("GET", str(identity))
            if answer.status == NOT_FOUND:
                raise PreflightError(
                    f"{identity.name} is not in {identity.resource_group}: `pulumi up` of the "
                    "stack with siteRecovery.automation makes it"
                )
            _accepted(identity.name, answer)

    def _require_keys(self) -> None:
        for name in self.keys:
            answer = self.azure.send("GET", str(self._variable(name)))
            if answer.status == NOT_FOUND:
                raise PreflightError(
                    f"the Automation account {self.account.name} has no variable {name}: make it "
                    "in the portal, as an encrypted string: the authorization key of that "
                    "connection, which only its own stack file has"
                )
            if not _accepted(name, answer).properties.get("isEncrypted"):
                raise PreflightError(
                    f"the variable {name} of {self.account.name} is not encrypted: delete it, "
                    "have a new authorization key issued, and make the variable again, encrypted"
                )

    def _runbook(self, name: str) -> ResourceId:
        return self.account.child("runbooks", name)

    def _variable(self, name: str) -> ResourceId:
        return self.account.child("variables", name)


def published_runbooks(opened: VaultSession, direction: Replication) -> PublishedRunbooks | None:
    """Return what is to be published of a direction; None without ``network: runbook``.

    Raises:
        PreflightError: where the plan has a step that no runbook can do, or the regions are of two
            subscriptions.
    """
    account = direction.automation
    if account is None:
        return None
    session = opened.session
    recorded = {name: each.subscription for name, each in session.readable.items()}
    require_one(
        {
            name: recorded.get(name) or stack.config.subscription or account.subscription
            for name, stack in session.pair.items()
        }
    )
    primary, secondary = (session.pair[name] for name in STACKS)
    kind = PlanKind.FAILOVER if direction.source == primary.name else PlanKind.FAILBACK
    settings = Settings(configured=primary.config.provider, environment=os.environ)
    runbook = PairRunbook(
        pair=session.pair,
        plan=failover.plan(primary, secondary, kind, Mode.UNPLANNED, program=session.program),
        subscriptions=dict.fromkeys(session.pair, account.subscription),
        cloud=settings.get("environment"),
    )
    return PublishedRunbooks(
        azure=opened.vault.azure,
        guard=opened.vault.guard,
        account=account,
        names=direction.switch,
        files=runbook.files(),
        keys=tuple(runbook.key_variables.values()),
    )


def unpublished(opened: VaultSession, direction: Replication) -> tuple[str, ...]:
    """Return what the portal's failover would do otherwise than the files say, in words.

    Nothing without ``network: runbook``, for which nothing is read, and where no machine can be
    failed over in this direction: it has not been replicated yet, or has been failed over. Never
    raises: what cannot be read is said.
    """
    runbook = direction.start_runbook
    if runbook is None:
        return ()
    try:
        items = items_by_machine(direction, opened.vault.contents().items).values()
        here = [item for item in items if item.container == direction.container]
        if not here or any(item.is_failed_over for item in here):
            return ()
        published = published_runbooks(opened, direction)
        listed = "; ".join(published.differences()) if published else ""
        recorded = opened.vault.plan(direction.plan)
    except SparehubError as error:
        return (f"whether the recovery plan can be started in the portal: {error}",)
    if recorded is None or not starts_runbook(recorded, runbook):
        return (f"the recovery plan {direction.plan.name} does not switch the network",)
    if listed:
        return (f"the runbook that switches the network is not that of the files: {listed}",)
    return ()


def armed(direction: Replication, published: PublishedRunbooks | None) -> Replication:
    """Return the direction whose recovery plan starts the runbook; as it is without one."""
    return direction.armed(published.postconditions) if published else direction


def as_recorded(opened: VaultSession, direction: Replication) -> Replication:
    """Return the direction armed if its recovery plan is: a plan that is written stays as it is.

    Raises:
        VaultError: where the plan cannot be read.
    """
    runbook = direction.start_runbook
    if runbook is None or not starts_runbook(opened.vault.plan(direction.plan), runbook):
        return direction
    return armed(direction, published_runbooks(opened, direction))


def _accepted(what: str, answer: Answer) -> Answer:
    """Return an answer that is not a refusal.

    Raises:
        VaultError: Azure refused it, or did not answer.
    """
    if not answer.accepted:
        raise VaultError(what, answer.problem, status=answer.status)
    return answer


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_SHOWN]
