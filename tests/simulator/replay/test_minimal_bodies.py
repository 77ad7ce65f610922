"""Bodies that are made up for resources of which a recording only has the name."""

from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.replay.minimal_bodies import minimal
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import group, public_address


def test_a_made_up_public_address_is_a_static_one_of_the_standard_sku(arm: Arm) -> None:
    """Azure accepts no other method with that SKU."""
    path, _ = public_address("ip")
    identity = parse(path)
    assert isinstance(identity, ResourceId)

    with arm.azure.store.transaction(write=False) as transaction:
        body = minimal(transaction, identity, "eastasia", {})

    assert body == {
        "location": "eastasia",
        "sku": {"name": "Standard", "tier": "Regional"},
        "properties": {"publicIPAllocationMethod": "Static"},
    }
    arm.put(*group())
    arm.put(path, body)
