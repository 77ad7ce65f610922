"""The disks of a machine that are replicated, at first and after re-protection (SR-39, SR-53)."""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import replicated_machines
from sparehub.simulator.arm.refusals import site_recovery as refusals
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.recovery.state.mappings import stored
from sparehub.simulator.arm.types.recovery.state.source_machine import disks_of
from sparehub.simulator.arm.types.storage.storage_account import STORAGE_ACCOUNT, cache_problem

_UNSUPPORTED_SKUS = ("UltraSSD_LRS",)


def check(
    transaction: Transaction, machine: Resource, sent: list[JsonObject], vault: Resource | None
) -> None:
    """Refuse disks that a machine does not have, or without a cache account in its region.

    Raises:
        Refusal: There are none, the system disk is not among them, or one cannot be replicated.

    """
    if not sent:
        raise refusals.NO_DISKS(machine=machine.id.name)
    known = {disk["id"].lower(): disk for disk in disks_of(transaction, machine)}
    for disk in sent:
        identity = str(disk.get("diskId", ""))
        found = known.get(identity.lower())
        if found is None or transaction.get(identity.lower()) is None:
            raise refusals.DISK_MISSING(machine=machine.id.name, disk=identity)
        if found["sku"] in _UNSUPPORTED_SKUS:
            raise refusals.DISK_UNPROTECTABLE(disk=identity, sku=found["sku"])
        text = disk.get("primaryStagingAzureStorageAccountId", "")
        account = stored(transaction, text, STORAGE_ACCOUNT)
        problem = cache_problem(transaction, account, str(machine.document["location"]), vault)
        if problem:
            raise refusals.CACHE_ACCOUNT(account=text, problem=problem)
    for disk in known.values():
        if disk["system"] and disk not in chosen([*known.values()], sent):
            raise replicated_machines.SYSTEM_DISK(machine=machine.id.name, disk=disk["id"])


def chosen(disks: list[JsonObject], sent: list[JsonObject]) -> list[JsonObject]:
    """Return those of a machine's disks that a body names; all where it names none."""
    wanted = {str(disk.get("diskId", "")).lower() for disk in sent}
    return [disk for disk in disks if not wanted or disk["id"].lower() in wanted]
