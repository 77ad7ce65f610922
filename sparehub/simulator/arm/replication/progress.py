"""How far a read advances the clock at ``instant``, where nothing is waited for.

A client that polls what is still under way would poll for ever if time stood still. So the read
of an item, or of a list of items, advances the clock to the next instant at which one changes.
"""

from sparehub.simulator.arm.replication.views import ELSEWHERE
from sparehub.simulator.arm.storage.resource_id import Collection, ResourceId, Target
from sparehub.simulator.arm.storage.transaction import Transaction
from sparehub.simulator.arm.types.recovery.state.item_state import ITEM, next_instant_of

_ITEM = ITEM.lower()


def next_instant(transaction: Transaction, target: Target, now: float) -> float | None:
    """Return the instant to which a read advances the clock; None where nothing is under way."""
    if not isinstance(target, ResourceId | Collection):
        return None
    name = target.type.lower()
    if ELSEWHERE.get(name, name).lower() != _ITEM:
        return None
    if isinstance(target, ResourceId):
        item = transaction.get(target.key)
        items = [item] if item else []
    else:
        items = transaction.of_type(ITEM, under=f"{target.scope}/")
    instants = [at for item in items if (at := next_instant_of(transaction, item, now))]
    return min(instants, default=None)
