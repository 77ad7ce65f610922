"""Whether the spokes of the active region reach the DNS servers that their networks name.

A machine asks the servers of its virtual network:
https://learn.microsoft.com/azure/virtual-network/virtual-networks-name-resolution-for-vms-and-role-instances.
"""

from ipaddress import IPv4Address

import numpy as np

from sparehub.topology.config.enums import Activation
from sparehub.topology.reachability.effective_routes.forwarding import (
    INTERNET,
    Network,
    SubnetContext,
)
from sparehub.topology.reachability.services import without_service_subnets
from sparehub.topology.reachability.verdicts.outcome_bits import NO_PAIR, Verdict
from sparehub.topology.reachability.verdicts.verify import Flags, Reachability

NAMES = "names"
"""The name of the question."""
NAMES_PATH = "region.dnsServers"
"""The key that it is about; a spoke may have its own."""
_AZURE = IPv4Address("168.63.129.16")
"""Azure's own DNS, which every subnet reaches with any routes (VN-03)."""

_REACHED = (NO_PAIR, Verdict.REACHABLE)
"""Verdicts; a server in the same subnet is not a pair."""


def unreached_name_servers(reachability: Reachability) -> Flags:
    """Return the pairs of a subnet and what holds a DNS server of it that it does not reach.

    Of an ``alwaysOn`` spoke of a region on standby one server is enough: the other ones may be
    those that it asks once its region is active.
    """
    network = reachability.network
    flags: Flags = np.zeros_like(reachability.loops)
    for row, context in enumerate(network.subnets):
        active = network.regions[context.stack].activation is Activation.ACTIVE
        always_on = context.spoke is not None and context.spoke.always_on
        asked = [each for each in _asked(context) if each != _AZURE]
        if not (active or always_on):
            continue
        missed = []
        for address in asked:
            found = holder(network, context.stack, address)
            column = network.number[found or INTERNET]
            if not found or reachability.verdicts[row, column] not in _REACHED:
                missed.append(column)
        if active or len(missed) == len(asked):
            flags[row, missed] = True
    return without_service_subnets(flags, network)


def holder(network: Network, stack: str, address: IPv4Address) -> str | None:
    """Return the context that holds a DNS server of a stack; None where none does.

    Where both regions have the address, it is that of the stack's own region.
    """
    subnets = sorted(network.subnets, key=lambda each: each.stack != stack)
    found = (each.name for each in subnets if address in each.subnet.address_prefix)
    if name := next(found, None):
        return name
    cell = int(network.holders[network.atoms.containing(int(address))])
    return None if cell == network.dropped else network.contexts[cell]


def explained(network: Network, source: str, destination: str, reason: str) -> str:
    """Return why a subnet does not reach DNS servers, with their addresses."""
    context = next(each for each in network.subnets if each.name == source)
    held = {address: holder(network, context.stack, address) for address in _asked(context)}
    nowhere = [str(address) for address, where in held.items() if where is None]
    if nowhere and destination == INTERNET:
        return f"DNS server {', '.join(nowhere)} is in no subnet and not on-premises"
    there = [str(address) for address, where in held.items() if where == destination]
    return f"DNS server {', '.join(there)}: {reason}"


def _asked(context: SubnetContext) -> tuple[IPv4Address, ...]:
    return context.spoke.virtual_network.dns_servers if context.spoke else ()
