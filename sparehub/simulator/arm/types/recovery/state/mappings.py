"""Mappings: which network of the other region belongs to a network, and which policy to a pair."""

from sparehub.simulator.arm.storage.resource_id import ResourceId, parse
from sparehub.simulator.arm.storage.transaction import Resource, Transaction

VAULT = "Microsoft.RecoveryServices/vaults"
FABRIC = f"{VAULT}/replicationFabrics"
CONTAINER = f"{FABRIC}/replicationProtectionContainers"
CONTAINER_MAPPING = f"{CONTAINER}/replicationProtectionContainerMappings"
NETWORK = f"{FABRIC}/replicationNetworks"
NETWORK_MAPPING = f"{NETWORK}/replicationNetworkMappings"


def fabric_of(identity: ResourceId) -> ResourceId:
    """Return the fabric that holds something."""
    return ResourceId("/" + "/".join(identity.segments[:10]))


def container_of(identity: ResourceId) -> ResourceId:
    """Return the container that holds an item or a mapping."""
    return ResourceId("/" + "/".join(identity.segments[:12]))


def stored(transaction: Transaction, text: object, type_name: str) -> Resource | None:
    """Return the resource of a type with an id in a body; None if there is none, or no longer."""
    target = parse(str(text or ""))
    if not isinstance(target, ResourceId) or target.type.lower() != type_name.lower():
        return None
    found = transaction.get(target.key)
    return found if found and found.deleted_at is None else None


def spelled(transaction: Transaction, text: object) -> str:
    """Return an id in a body as its resource has it; as it was sent where there is none."""
    target = parse(str(text or ""))
    found = transaction.get(target.key) if isinstance(target, ResourceId) else None
    return found.id.text if found else str(text or "")


def region_of(transaction: Transaction, fabric: ResourceId) -> str:
    """Return the region of a fabric; empty where there is no such fabric."""
    found = transaction.get(fabric.key)
    return str(found.properties["customDetails"]["location"]) if found else ""


def target_network(transaction: Transaction, item: Resource, source: str) -> str | None:
    """Return the network to which a network is mapped, in the direction of an item."""
    fabric = fabric_of(item.id)
    target = fabric_of(ResourceId(item.private["recoveryContainer"]))
    for mapping in transaction.of_type(NETWORK_MAPPING, under=f"{fabric.key}/"):
        if mapping.deleted_at is not None:
            continue
        details = mapping.properties
        to_target = details["recoveryFabricArmId"].lower() == target.key
        if to_target and details["primaryNetworkId"].lower() == source.lower():
            return str(details["recoveryNetworkId"])
    return None


def container_mapping(
    transaction: Transaction, source: ResourceId, target: ResourceId, policy: str
) -> Resource | None:
    """Return the mapping of two containers with a policy."""
    wanted = (target.key, spelled(transaction, policy).lower())
    for mapping in transaction.children(source.key, CONTAINER_MAPPING):
        ids = (mapping.properties[name] for name in ("targetProtectionContainerId", "policyId"))
        same = tuple(spelled(transaction, text).lower() for text in ids) == wanted
        if same and mapping.deleted_at is None:
            return mapping
    return None
