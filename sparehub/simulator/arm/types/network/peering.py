"""Virtual network peerings: two resources, one in each network, with one shared state."""

from typing import ClassVar

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import common as refusals
from sparehub.simulator.arm.refusals import network
from sparehub.simulator.arm.refusals.template import Refusal
from sparehub.simulator.arm.storage.deterministic_ids import guid
from sparehub.simulator.arm.storage.resource_id import ResourceId
from sparehub.simulator.arm.storage.transaction import Resource, Transaction
from sparehub.simulator.arm.types.base import Deleter, Durations, ResourceType, Write
from sparehub.simulator.arm.types.body_schema import Reference, Spec
from sparehub.simulator.arm.types.network import addresses
from sparehub.simulator.arm.types.network.virtual_network import (
    PEERING,
    SUBNET,
    VIRTUAL_NETWORK,
    address_space,
)

_GATEWAY = "Microsoft.Network/virtualNetworkGateways"
_SPACE: Spec = {"addressPrefixes": [str]}


_KIND = ("peerCompleteVnets",)
"""Fixed when a peering is made, of whole networks or of subnets: an update that says otherwise is
answered with 200 and changes nothing (PE-22,
https://github.com/hashicorp/terraform-provider-azurerm/issues/31992 and 33416)."""


class Peering(ResourceType):
    """One half of a peering."""

    name = PEERING
    accepts: ClassVar[Spec] = {
        "allowForwardedTraffic": bool,
        "allowGatewayTransit": bool,
        "allowVirtualNetworkAccess": bool,
        "doNotVerifyRemoteGateways": bool,
        "enableOnlyIPv6Peering": bool,
        "localAddressSpace": _SPACE,
        "localSubnetNames": [str],
        "localVirtualNetworkAddressSpace": _SPACE,
        "peerCompleteVnets": bool,
        "remoteAddressSpace": _SPACE,  # taken, and overwritten by what the last sync found
        "remoteBgpCommunities": {"virtualNetworkCommunity": str},
        "remoteSubnetNames": [str],
        "remoteVirtualNetwork": Reference(VIRTUAL_NETWORK),
        "useRemoteGateways": bool,
    }
    # Median of 13 PUTs and DELETEs recorded in azure-libraries-for-net and azure-cli.
    seconds = Durations(create=10, update=10, delete=10)
    not_ready_refusal = refusals.NOT_PROVISIONED
    verb = "PutVirtualNetworkPeeringOperation"

    def missing(self, reference: str, identity: ResourceId) -> Refusal:
        """Return the refusal for a remote network that does not exist."""
        return refusals.GLOBAL_REFERENCE_NOT_FOUND(reference=reference, id=identity.text)

    def dependencies(self, write: Write) -> list[Resource]:
        """Return the gateways that are used."""
        used = write.properties.get("useRemoteGateways", False)
        return gateways(write.transaction, _remote_key(write.properties)) if used else []

    def starts_after(self, write: Write) -> list[Resource]:
        """Return the remote subnets (VN-20) and the other half."""
        store, remote = write.transaction, _remote_key(write.properties)
        half = other_half(store, _local(write.id), remote)
        return store.children(remote, SUBNET) + ([half] if half else [])

    def check(self, write: Write) -> None:
        """Refuse PE-01 to PE-11."""
        store, identity = write.transaction, write.id
        local, remote = store.get(_local(identity)), store.get(_remote_key(write.properties))
        if "remoteVirtualNetwork" not in write.properties or not local or not remote:
            raise refusals.FORMAT_INVALID(problem="properties.remoteVirtualNetwork is required")
        if local.key == remote.key:
            raise network.PEER_TO_ITSELF(id=identity.text)
        if write.existing and _remote_key(write.existing.properties) != remote.key:
            raise network.REMOTE_NETWORK_FIXED(id=identity.text)
        for other in store.referrers(remote.key, PEERING, under=f"{local.key}/"):
            if other.key != identity.key:
                raise network.ALREADY_PEERED(other=other.id.text, remote=remote.id.text)
        _check_spaces(write, local, remote)
        half = other_half(store, local.key, remote.key)
        if half and half.properties["peeringState"] == "Disconnected":
            raise network.REMOTE_DISCONNECTED(
                id=identity.text, other=half.id.text, local=local.id.text
            )
        if write.properties.get("useRemoteGateways"):
            _check_remote_gateways(write, local, remote, half)
        dependencies = half and half.properties["useRemoteGateways"]
        if half and dependencies and not write.properties.get("allowGatewayTransit"):
            raise network.TRANSIT_IN_USE(id=identity.text, other=half.id.text)

    def compute(self, write: Write) -> JsonObject:
        """Return flags, the shared state, and the remote address space as of the last sync."""
        store, remote = write.transaction, _remote_key(write.properties)
        network = store.get(remote)
        space = network.properties["addressSpace"] if network else {}
        synced = write.query.get("syncRemoteAddressSpace", "").lower() == "true"
        if write.existing and not synced:
            space = write.existing.properties["remoteVirtualNetworkAddressSpace"]
        defaults = {
            "allowForwardedTraffic": False,
            "allowGatewayTransit": False,
            "allowVirtualNetworkAccess": True,
            "doNotVerifyRemoteGateways": False,
            "peerCompleteVnets": True,
            "useRemoteGateways": False,
        }
        half = other_half(store, _local(write.id), remote)
        kept = write.existing.properties if write.existing else {}
        return (
            defaults
            | write.properties
            | {name: kept[name] for name in _KIND if name in kept}
            | {
                "resourceGuid": guid("peering", *sorted([_local(write.id), remote])),
                "peeringState": "Connected" if half else "Initiated",
                "remoteAddressSpace": space,
                "remoteVirtualNetworkAddressSpace": space,
            }
        )

    def after_put(self, write: Write, resource: Resource) -> None:
        """Connect the other half (PE-01)."""
        half = other_half(write.transaction, _local(write.id), _remote_key(resource.properties))
        if half and half.properties["peeringState"] != "Connected":
            half.properties["peeringState"] = "Connected"
            write.transaction.touch(half)

    def render(
        self, transaction: Transaction, resource: Resource, *, provisioned: bool
    ) -> JsonObject:
        """Add whether the halves know each other's address space (PE-18), and remote gateways."""
        del provisioned
        properties = resource.properties
        remote = _remote_key(properties)
        shown = properties | {"peeringSyncLevel": _sync_level(transaction, resource)}
        if properties["useRemoteGateways"]:
            remote_gateways = gateways(transaction, remote)
            shown["remoteGateways"] = [{"id": gateway.id.text} for gateway in remote_gateways]
        return shown

    def on_delete(self, transaction: Transaction, resource: Resource, deleter: Deleter) -> None:
        """Leave the other half Disconnected (PE-08)."""
        del deleter
        half = other_half(transaction, _local(resource.id), _remote_key(resource.properties))
        if half:
            half.properties["peeringState"] = "Disconnected"
            transaction.touch(half)


def gateways(transaction: Transaction, network: str) -> list[Resource]:
    """Return the gateways in a virtual network."""
    return [
        gateway
        for subnet in transaction.children(network, SUBNET)
        for gateway in transaction.referrers(subnet.key, _GATEWAY)
    ]


def other_half(transaction: Transaction, local: str, remote: str) -> Resource | None:
    """Return the peering in ``remote`` that points back to ``local``."""
    halves = transaction.referrers(local, PEERING, under=f"{remote}/")
    return halves[0] if halves else None


def remote_gateway_users(transaction: Transaction, network: str) -> list[Resource]:
    """Return the peerings that use the gateways of a network through a connected peering."""
    users = []
    for peering in transaction.children(network, PEERING):
        half = other_half(transaction, network, _remote_key(peering.properties))
        if half and half.properties["useRemoteGateways"]:
            users.append(half)
    return users


def _local(identity: ResourceId) -> str:
    return identity.parent.key if identity.parent else ""


def _remote_key(properties: JsonObject) -> str:
    remote: str = properties.get("remoteVirtualNetwork", {}).get("id", "")
    return remote.lower()


def _sync_level(transaction: Transaction, peering: Resource) -> str:
    """Compare the address space that each half has of its remote network with the real one."""
    local, remote = _local(peering.id), _remote_key(peering.properties)
    half = other_half(transaction, local, remote)
    local_network, remote_network = transaction.get(local), transaction.get(remote)
    of_remote = peering.properties["remoteVirtualNetworkAddressSpace"]
    behind = remote_network is not None and of_remote != remote_network.properties["addressSpace"]
    of_local = half.properties["remoteVirtualNetworkAddressSpace"] if half else None
    ahead = (
        local_network is not None
        and of_local is not None
        and of_local != local_network.properties["addressSpace"]
    )
    match ahead, behind:
        case True, True:
            return "LocalAndRemoteNotInSync"
        case True, False:
            return "LocalNotInSync"
        case False, True:
            return "RemoteNotInSync"
    return "FullyInSync"


def _check_spaces(write: Write, local: Resource, remote: Resource) -> None:
    """Refuse overlapping networks (PE-03), also with others already peered (PE-04)."""
    mine, theirs = address_space(local), address_space(remote)
    if clash := addresses.first_overlap(mine, theirs):
        raise network.SPACES_OVERLAP(
            id=write.id.text,
            local=local.id.text,
            remote=remote.id.text,
            first=clash[0],
            second=clash[1],
        )
    for first, second, space in ((local, remote, mine), (remote, local, theirs)):
        for third, its_space in write.transaction.peer_spaces(second.key, PEERING):
            if third.lower() == first.key:
                continue
            if clash := addresses.first_overlap(space, addresses.stored(its_space)):
                raise network.SPACE_OVERLAPS_PEER(
                    id=write.id.text,
                    local=first.id.text,
                    remote=second.id.text,
                    third=third,
                    first=clash[0],
                    second=clash[1],
                )


def _check_remote_gateways(
    write: Write, local: Resource, remote: Resource, half: Resource | None
) -> None:
    """Refuse remote gateways that do not exist, or without gateway transit (PE-09 to PE-12)."""
    store, identity = write.transaction, write.id
    if gateways(store, local.key):
        raise network.PARENT_HAS_GATEWAY(id=identity.text, local=local.id.text)
    for other in store.children(local.key, PEERING):
        if other.key != identity.key and other.properties["useRemoteGateways"]:
            raise network.SECOND_REMOTE_GATEWAY(id=identity.text, other=other.id.text)
    if not gateways(store, remote.key):
        raise network.REMOTE_HAS_NO_GATEWAY(id=identity.text, remote=remote.id.text)
    if not half or not half.properties["allowGatewayTransit"]:
        raise network.REMOTE_FORBIDS_TRANSIT(name=identity.name)
