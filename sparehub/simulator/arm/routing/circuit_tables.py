"""Tables of a circuit's peering: ARP table, route table and its summary, of one link.

Shapes: https://learn.microsoft.com/rest/api/expressroute/express-route-circuits.
"""

from ipaddress import ip_network

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.refusals import express_route as refusals
from sparehub.simulator.arm.routing import bgp
from sparehub.simulator.arm.routing.on_premises import advertised
from sparehub.simulator.arm.storage.deterministic_ids import fraction
from sparehub.simulator.arm.storage.transaction import Resource
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.express_route.circuit import CONNECTION
from sparehub.simulator.arm.types.express_route.circuit_peering import PRIVATE_PEERING

_BYTES = 19
"""Of a BGP keepalive (RFC 4271): about one a second, no more is known of what is carried."""
_CUSTOMER, _MICROSOFT = 1, 2  # hosts of the /30: the first is the customer's (ER-10)


def arp_table(call: ActionContext) -> JsonObject:
    """Return the two routers of a link; the customer's only if the session is up."""
    link = _link(call)
    prefix = ip_network(call.resource.properties[f"{link.lower()}PeerAddressPrefix"])
    entries = [("Microsoft", _MICROSOFT)]
    if link in _up(call):
        entries.insert(0, ("On-Prem", _CUSTOMER))
    return {
        "value": [
            {
                "age": 0,
                "interface": interface,
                "ipAddress": str(prefix[host]),
                "macAddress": _mac(call.resource.key, link, interface),
            }
            for interface, host in entries
        ]
    }


def route_table(call: ActionContext) -> JsonObject:
    """Return the routes that each side of a link advertises: on-premises, and Azure networks."""
    link = _link(call)
    if link not in _up(call):
        return {"value": []}
    circuit = _circuit(call)
    prefix = ip_network(call.resource.properties[f"{link.lower()}PeerAddressPrefix"])
    asn = str(call.resource.properties["peerASN"])
    rows = [
        (str(network), str(prefix[_CUSTOMER]), asn)
        for network in advertised(call.transaction, circuit)
    ]
    for connection in call.transaction.referrers(circuit.key, CONNECTION):
        gateway, _ = bgp.ends_of(call.transaction, connection)
        if gateway and bgp.is_up(call.transaction, connection, call.now):
            hop = bgp.local_address(call.transaction, gateway)
            networks = bgp.advertisements(call.transaction, gateway)
            rows += [(str(network), hop, str(bgp.AZURE_ASN)) for network in networks]
    return {
        "value": [
            {"network": network, "nextHop": hop, "locPrf": "", "weight": 0, "path": path}
            for network, hop, path in rows
        ]
    }


def route_table_summary(call: ActionContext) -> JsonObject:
    """Return the neighbours of a link and how many prefixes each has sent."""
    sent: dict[tuple[str, str], int] = {}
    for row in route_table(call)["value"]:
        neighbor = (row["nextHop"], row["path"])
        sent[neighbor] = sent.get(neighbor, 0) + 1
    return {
        "value": [
            {"neighbor": hop, "v": 4, "as": int(path), "upDown": "1d00h", "statePfxRcd": str(count)}
            for (hop, path), count in sent.items()
        ]
    }


def stats(call: ActionContext) -> JsonObject:
    """Return the bytes of each link since the peering was made; none of a link without a session.

    https://learn.microsoft.com/rest/api/expressroute/express-route-circuits/get-peering-stats
    """
    up = _up(call)
    seconds = max(0, int(call.now - call.resource.finishes_at))
    counters = {}
    for link in bgp.LINKS:
        for way in ("In", "Out"):
            counters[f"{link.lower()}bytes{way}"] = (1 + seconds) * _BYTES if link in up else 0
    return counters


def _circuit(call: ActionContext) -> Resource:
    parent = call.resource.id.parent
    circuit = call.transaction.get(parent.key) if parent else None
    if circuit is None:  # a peering without its circuit cannot be in the store
        raise refusals.DEVICE_PATH(id=call.resource.id.text, path=call.argument)
    return circuit


def _up(call: ActionContext) -> list[str]:
    """Return the links with a session; nothing is routed over Microsoft peering."""
    if call.resource.id.name != PRIVATE_PEERING:
        return []
    return bgp.links_up(call.transaction, _circuit(call), call.now)


def _link(call: ActionContext) -> str:
    """Return which link the path names; refuse another."""
    for link in bgp.LINKS:
        if call.argument.lower() == link.lower():
            return link
    raise refusals.DEVICE_PATH(id=call.resource.id.text, path=call.argument)


def _mac(*parts: str) -> str:
    digits = f"{int(fraction('mac', *parts) * 2**32):012x}"
    return ".".join(digits[index : index + 4] for index in (0, 4, 8))
