"""What must hold before machines are re-protected; everything here only reads.

Re-protection writes in both regions: cache account and agents of the one where the machines run
now, disks in the one that was left. So it needs both (SR-79).
"""

from collections.abc import Iterator

from sparehub.azure.answers import NOT_FOUND, Azure
from sparehub.failover.machines.reprotection.deletions import Deletion
from sparehub.failover.machines.vault_session import VaultSession
from sparehub.failover.queries.access import Access
from sparehub.failover.queries.next_hop import read_next_hop
from sparehub.failover.queries.probe import responds
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import InterlockError, PreflightError, UnreachableError
from sparehub.topology.model.logical_names import REGION
from sparehub.topology.planning.rights.permissions import Need
from sparehub.topology.planning.steps.network_steps import PROBE_SECONDS
from sparehub.topology.replication.direction import Replication
from sparehub.topology.replication.reprotection import MachineStage

_MACHINES = "Microsoft.Compute/virtualMachines"
_DISKS = "Microsoft.Compute/disks"
_INTERFACES = "Microsoft.Network/networkInterfaces"
_ACCOUNTS = "Microsoft.Storage/storageAccounts"


def refuse_open_items(opened: VaultSession, way: Replication) -> None:
    """Refuse while an unplanned failover has left something of the region to be finished.

    Raises:
        InterlockError: where machines of it may still run, or it is not disconnected.
    """
    items = opened.session.journal_state.open_items
    if any(item.stack == way.target for item in items):
        raise InterlockError(
            f"{way.target} ({way.target_location}) was left by an unplanned failover that is not "
            "finished: `sparehub finish-fence` first, which stops what still runs there"
        )


def refuse_silent_region(opened: VaultSession, way: Replication) -> None:
    """Refuse while the region does not answer that the machines are to be replicated to (SR-79).

    Raises:
        UnreachableError: where it does not.
    """
    azure = opened.session.azure
    snapshot = opened.session.readable.get(way.target)
    asked = sorted({str(machine.network) for machine in way.machines})
    answers = (snapshot is None or responds(azure, snapshot)) and all(
        azure.send("GET", each, timeout=PROBE_SECONDS).came for each in asked
    )
    if not answers:
        raise UnreachableError(
            f"{way.target} ({way.target_location}) does not answer, and machines cannot be "
            "replicated to it before it does (SR-79); nothing was changed"
        )


def refuse_missing_cache(azure: Azure, way: Replication) -> None:
    """Refuse without the cache account of the region where the machines run now (SR-53).

    Raises:
        PreflightError: where it is missing, elsewhere, or cannot be read.
    """
    account = way.cache_account
    answer = azure.send("GET", str(account))
    where = f"the cache account {account.name} of {way.source} ({way.source_location})"
    if answer.status == NOT_FOUND:
        raise PreflightError(
            f"{where} does not exist: `pulumi up` of {way.source} makes it, unless the file names "
            "one by its id"
        )
    if not answer.accepted:
        raise PreflightError(f"{where} cannot be read: {answer.problem}")
    location = str(answer.body.get("location") or "")
    if location.lower().replace(" ", "") != way.source_location:
        raise PreflightError(f"{where} is in {location}: it has to be where the machines run")


def refuse_locks(
    access: Access,
    way: Replication,
    found: tuple[MachineStage, ...],
    deletions: tuple[Deletion, ...],
) -> None:
    """Refuse while a lock forbids what Azure writes and deletes on the way (SR-78).

    Raises:
        PreflightError: naming every lock.
    """
    needs = dict.fromkeys(_needs(way, found, deletions))
    locks = dict.fromkeys(line for need in needs for line in access.locking(need))
    if locks:
        lines = "\n".join(f"  {line}" for line in locks)
        raise PreflightError(
            f"locks are in the way of a re-protection (SR-78); nothing was done:\n{lines}"
        )


def _needs(
    way: Replication, found: tuple[MachineStage, ...], deletions: tuple[Deletion, ...]
) -> Iterator[Need]:
    for each in deletions:
        yield Need(scope=each.id, action=f"{_MACHINES}/delete", purpose=f"delete {each.machine}")
        for nic in each.interfaces:
            yield Need(scope=nic, action=f"{_INTERFACES}/delete", purpose=f"delete {nic.name}")
    for stage in found:
        machine = stage.machine
        extension = f"install the agent of {machine.name}"
        yield Need(scope=machine.id, action=f"{_MACHINES}/extensions/write", purpose=extension)
        disks = ResourceId.of(str(machine.arrives.group))
        purpose = f"make disks in {disks.name}"
        yield Need(scope=disks, action=f"{_DISKS}/write", purpose=purpose)
    yield Need(
        scope=way.cache_account,
        action=f"{_ACCOUNTS}/write",
        purpose=f"use the cache account {way.cache_account.name}",
    )


def warnings(
    opened: VaultSession, way: Replication, deletions: tuple[Deletion, ...], access: Access
) -> Iterator[str]:
    """Yield what is not as it should be, although a re-protection may begin."""
    for each in deletions:
        if each.runs:
            yield (
                f"{each.machine} runs in {way.target_location} although it was failed over: what "
                "it has written since is lost"
            )
    yield from (f"{problem}: unknown whether a lock is in the way" for problem in access.problems)
    yield from _egress(opened, way)


def _egress(opened: VaultSession, way: Replication) -> Iterator[str]:
    """Yield that the agents have no way out where the NVA of their region does not run (SR-68)."""
    snapshot = opened.session.readable.get(way.source)
    hub = snapshot.ids.get(REGION.hub.network) if snapshot else None
    if hub is None:
        return
    nva = opened.session.pair[way.source].region.nva
    look = read_next_hop(opened.session.azure, nva, hub)
    stopped = ", ".join(each.name for each in look.stopped)
    why = [*look.dead, *([f"{stopped} does not run"] if stopped and not look.running else [])]
    if why:
        yield (
            f"the NVA {nva.ip_address} of {way.source}: {'; '.join(why)}. The agents of the "
            "machines may have no way out, without which re-protection fails (SR-68)"
        )
