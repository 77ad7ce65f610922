"""The instants at which replication goes on after an operation (SR-42)."""

from sparehub.simulator.arm.storage.clock import variation
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.recovery.state import durations


def set_instants(transaction: Transaction, item: Resource) -> None:
    """Store when the copy ends and when the first recovery point is there.

    They follow the end of the operation, and vary by the seed that varies durations. Where the
    operation failed there are none: the item stays as it is until it is removed.
    """
    item.private["enabled"] = item.finishes_at
    if item.failure:
        item.private["enablingFailed"] = item.failure
        transaction.put(item)
        return
    first = item.private["first"]
    copy = durations.COPY if first else durations.COPY_BACK
    point = durations.FIRST_POINT if first else durations.FIRST_POINT_BACK
    factor = variation(transaction, item.key, "replication", item.revision)
    item.private["copied"] = item.finishes_at + copy * factor
    item.private["protected"] = item.private["copied"] + point * factor
    transaction.put(item)
