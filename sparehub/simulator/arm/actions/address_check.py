"""``CheckIPAddressAvailability`` of a virtual network (recorded in azure-libraries-for-net)."""

from ipaddress import ip_address
from itertools import islice

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import compute_and_lb as refusals
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.network.addresses import Network
from sparehub.simulator.arm.types.network.ip_configurations import configurations_using, is_reserved
from sparehub.simulator.arm.types.network.virtual_network import SUBNET, subnet_networks

_OFFERED = 5


def check_address(call: ActionContext) -> JsonObject:
    """Return whether a private address is free, and others of its subnet if it is not."""
    text = call.query.get("ipAddress", "")
    try:
        wanted = ip_address(text)
    except ValueError:
        raise refusals.PRIVATE_ADDRESS_FORMAT(address=text, id=call.resource.id.text) from None
    for subnet in call.transaction.children(call.resource.key, SUBNET):
        users = configurations_using(call.transaction, subnet.key, "subnet")
        taken = {user["properties"].get("privateIPAddress") for user in users}
        for network in subnet_networks(subnet):
            if wanted in network:
                reserved = is_reserved(wanted, network)
                free = not reserved and str(wanted) not in taken
                others = [] if free else _others(network, taken)
                return {
                    "available": free,
                    "availableIPAddresses": others,
                    "isPlatformReserved": reserved,
                }
    raise refusals.PRIVATE_ADDRESS_OUTSIDE_ALL(address=wanted, network=call.resource.id.text)


def _others(network: Network, taken: set[str | None]) -> list[str]:
    """Return the first free addresses of a subnet."""
    free = (
        str(address)
        for address in network
        if not is_reserved(address, network) and str(address) not in taken
    )
    return list(islice(free, _OFFERED))
