"""Routes of a gateway: learned and advertised routes, BGP peers.

Shapes: https://learn.microsoft.com/rest/api/network-gateway/virtual-network-gateways.
"""

from sparehub.simulator.arm.http_messages import JsonObject
from sparehub.simulator.arm.routing import bgp
from sparehub.simulator.arm.types.base import ActionContext
from sparehub.simulator.arm.types.express_route.gateway import EXPRESS_ROUTE, network_of
from sparehub.simulator.arm.types.network.virtual_network import address_space

_OWN_WEIGHT = 32768
_LEARNED_WEIGHT = 32769
_MICROSOFT_ASN = 12076


def learned_routes(call: ActionContext) -> JsonObject:
    """Return the gateway's own network and all that it has learned."""
    local = bgp.local_address(call.transaction, call.resource)
    network = call.transaction.get(network_of(call.resource))
    rows = [
        {
            "localAddress": local,
            "network": str(prefix),
            "sourcePeer": local,
            "origin": "Network",
            "asPath": "",
            "weight": _OWN_WEIGHT,
        }
        for prefix in (address_space(network) if network else [])
    ]
    rows += [
        {
            "localAddress": local,
            "network": str(route.prefix),
            "nextHop": route.next_hop,
            "sourcePeer": route.next_hop,
            "origin": "EBgp" if route.as_path else "Network",
            "asPath": route.as_path,
            "weight": _LEARNED_WEIGHT + route.weight,
        }
        for route in bgp.learned(call.transaction, call.resource, call.now)
    ]
    return {"value": rows}


def advertised_routes(call: ActionContext) -> JsonObject:
    """Return the routes that the gateway advertises to one peer (ER-20)."""
    peer = call.query.get("peer", "")
    known = {peer["neighbor"] for peer in bgp_peers(call)["value"] if peer["state"] == "Connected"}
    local = bgp.local_address(call.transaction, call.resource)
    prefixes = bgp.advertisements(call.transaction, call.resource) if peer in known else []
    return {
        "value": [
            {
                "localAddress": local,
                "network": str(prefix),
                "nextHop": local,
                "sourcePeer": peer,
                "origin": "Igp",
                "asPath": str(bgp.AZURE_ASN),
                "weight": 0,
            }
            for prefix in prefixes
        ]
    }


def bgp_peers(call: ActionContext) -> JsonObject:
    """Return the gateway's BGP sessions: two with each circuit's edge routers."""
    store, gateway = call.transaction, call.resource
    local = bgp.local_address(store, gateway)
    peers = []
    for number, connection in enumerate(bgp.connections(store, gateway, call.now)):
        _, circuit = bgp.ends_of(store, connection)
        if connection.properties["connectionType"] != EXPRESS_ROUTE or circuit is None:
            continue
        up = bgp.links_up(store, circuit, call.now)
        works = bgp.is_up(store, connection, call.now)
        routes = bgp.learned(store, gateway, call.now)
        count = sum(route.connection.key == connection.key for route in routes)
        for link, neighbor in zip(bgp.LINKS, bgp.routers(store, gateway, number), strict=True):
            connected = works and link in up
            seconds = int(call.now - connection.finishes_at) if connected else 0
            peers.append(
                {
                    "localAddress": local,
                    "neighbor": neighbor,
                    "asn": _MICROSOFT_ASN,
                    "state": "Connected" if connected else "Connecting",
                    "connectedDuration": _span(seconds),
                    "routesReceived": count if connected else 0,
                    "messagesSent": seconds // 60,
                    "messagesReceived": seconds // 60,
                }
            )
    return {"value": peers}


def _span(seconds: int) -> str:
    days, rest = divmod(seconds, 86_400)
    text = f"{rest // 3600:02}:{rest % 3600 // 60:02}:{rest % 60:02}"
    return f"{days}.{text}" if days else text
