"""A pair whose two machines were failed over, and a session on it without an engine."""

from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, cast

import pytest

from sparehub.failover.adapters.lease_guard import GuardedAzure, GuardedStacks
from sparehub.failover.adapters.stack_snapshot import Snapshot
from sparehub.failover.journal.journal import Journal
from sparehub.failover.machines.replication.replicate import Replicator
from sparehub.failover.machines.vault_session import VaultSession, open_vault
from sparehub.failover.session import Session
from sparehub.topology.replication import requests
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.reconcile import items_by_machine
from tests.replicated_pair import ReplicatedPair

if TYPE_CHECKING:
    from sparehub.topology.config.resource_ids import ResourceId


class FailedOver:
    """The estate, and what a failover does with its machines, without the network."""

    def __init__(self, estate: ReplicatedPair, directory: Path) -> None:
        self.estate = estate
        self.managed: dict[str, dict[str, ResourceId]] = {"primary": {}, "secondary": {}}
        """What each stack manages besides its resource group."""
        self._journal = directory / "journal"

    def replicate(self) -> None:
        estate = self.estate
        Replicator(
            vault=estate.vault,
            replication=estate.away,
            record=estate.record,
            wait=estate.wait,
            expected=1800,
        ).run()

    def fail_over(self, direction: Replication, *, shutdown: bool = True) -> None:
        vault, wait = self.estate.vault, self.estate.wait
        answering = type(wait)(vault=vault, note=wait.note, answer=lambda _title: "done")
        job = vault.fail_over_plan(direction.plan, requests.plan_failover(shutdown=shutdown))
        answering.until_done(job, "failover")

    def commit(self, direction: Replication) -> None:
        vault, wait = self.estate.vault, self.estate.wait
        for item in items_by_machine(direction, vault.contents().items).values():
            wait.until_done(vault.commit(item.id), "commit")

    def session(self) -> Session:
        """Return a session as `open_session` would, on the local Azure."""
        estate = self.estate
        states = {name: self._snapshot(name) for name in estate.pair}
        return Session(
            directory=estate.directory,
            progress=cast("Any", SimpleNamespace(note=estate.notes.append)),
            stacks=GuardedStacks(cast("Any", None), lambda: None),
            journal=Journal([self._journal], "project", estate.notes.append),
            pair=estate.pair,
            states=states,
            azure=GuardedAzure(estate.azure, lambda: None),
            program=cast("Any", None),
        )

    def opened(self) -> VaultSession:
        return open_vault(self.session())

    def _snapshot(self, name: str) -> Snapshot:
        group = self.estate.direction(name).cache_account.group
        ids = {"region-group": group, **self.managed[name]}
        return Snapshot.of(
            {
                "resources": [
                    {
                        "urn": f"urn:pulumi:{name}::p::t::{logical}",
                        "type": "azure-native:resources:ResourceGroup",
                        "custom": True,
                        "id": str(identity),
                    }
                    for logical, identity in ids.items()
                ]
            }
        )


@pytest.fixture
def moved(estate: ReplicatedPair, tmp_path: Path) -> FailedOver:
    """Return the pair after a planned failover that was committed."""
    found = FailedOver(estate, tmp_path)
    found.replicate()
    found.fail_over(estate.away)
    found.commit(estate.away)
    return found
