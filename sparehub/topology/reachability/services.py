"""Subnets that Azure keeps to a service of its own: what the promise is not made for."""

import numpy as np

from sparehub.topology.azure.reserved_subnets import reserved
from sparehub.topology.reachability.effective_routes.forwarding import Network
from sparehub.topology.reachability.verdicts.verify import Flags


def without_services(flags: Flags, network: Network) -> Flags:
    """Return flags of pairs without those that begin or end where no route table of ours is.

    Azure refuses a route table on the subnets of Bastion and Route Server (VN-26), so nothing makes
    their traffic pass the NVA, and none of it is an operator's. What an intent names is asked all
    the same.
    """
    asked = np.ones(flags.shape[0], dtype=bool)
    for number, place in enumerate(network.places):
        kept = reserved(place.subnet.name)
        if kept is not None and place.subnet.route_table is None:
            asked[number] = place.spoke is None and kept.takes_route_table
    wrong: Flags = flags & np.outer(asked, asked)
    return wrong
