"""Subnets that Azure reserves for a service: invariants do not hold for their traffic."""

import numpy as np

from sparehub.topology.azure.reserved_subnets import reserved
from sparehub.topology.reachability.effective_routes.forwarding import Network
from sparehub.topology.reachability.verdicts.verify import Flags


def without_service_subnets(flags: Flags, network: Network) -> Flags:
    """Return flags without the pairs that begin or end in a reserved subnet without a route table.

    Azure refuses a route table on the subnets of Bastion and Route Server (VN-26), so nothing sends
    their traffic through the NVA, and no machine of an operator is in them. An intent that names
    such a subnet holds for it all the same.
    """
    concerned = np.ones(flags.shape[0], dtype=bool)
    for number, context in enumerate(network.subnets):
        reservation = reserved(context.subnet.name)
        if reservation is not None and context.subnet.route_table is None:
            concerned[number] = context.spoke is None and reservation.takes_route_table
    remaining: Flags = flags & np.outer(concerned, concerned)
    return remaining
