"""Who uses a circuit beside one connection: asked of Azure before anything on it is cut.

A link from another subscription needs an authorization (ER-14), one from the circuit's own is a
connection that whoever owns the circuit sees, other circuits come by Global Reach, and the
peering's route table shows the prefixes of them all.
"""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from sparehub.azure.answers import Answer, Azure, properties_of, silence
from sparehub.azure.reading import Listing, glance, listed, read
from sparehub.failover.queries.resource_index import indexed
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import UnreadableError
from sparehub.topology.model.circuit_routes import (
    LINKS,
    Network,
    links_of,
    routes_in,
    somebody_elses,
)
from sparehub.topology.model.names import PRIVATE_PEERING
from sparehub.topology.planning.rights.permissions import subscription_of

PRIVATE_PEERING_PATH = f"/peerings/{PRIVATE_PEERING}"
_CONNECTIONS = "microsoft.network/connections"


@dataclass(frozen=True, kw_only=True)
class CircuitUser:
    """Somebody on a circuit who is not the connection that is asked about."""

    what: str
    subscription: ResourceId | None = None
    """Whose links go when an authorization is revoked; None where it is not a link."""
    unknown: bool = False
    """Whether it may be a link of any subscription: only its prefixes are seen."""
    prefixes: tuple[str, ...] = ()

    def __str__(self) -> str:
        return f"{self.what}: {', '.join(self.prefixes)}" if self.prefixes else self.what


@dataclass(frozen=True, kw_only=True)
class CircuitUse:
    """What is known of the users of a circuit."""

    authorization: str = ""
    """The id of the one that the connection was made by; empty where it uses none."""
    others: tuple[CircuitUser, ...] = ()
    unread: tuple[str, ...] = ()
    """What could not be read, so that there may be more."""

    def in_subscription(self, identity: ResourceId, circuit: ResourceId) -> tuple[CircuitUser, ...]:
        """Return the other links of the subscription that a connection's id lies in.

        In the circuit's own subscription a link needs no authorization, so one that no list shows
        may be there.
        """
        mine = subscription_of(identity)
        unlisted = mine == subscription_of(circuit)
        return tuple(
            each for each in self.others if each.subscription == mine or (each.unknown and unlisted)
        )


def use_of(
    azure: Azure,
    circuit: ResourceId,
    connection: ResourceId,
    peering: Mapping[str, Any],
    ours: Iterable[Network],
) -> CircuitUse:
    """Return who uses a circuit beside a connection; nothing is written.

    ``peering`` are the properties of its private peering, ``ours`` the prefixes of the region that
    the connection is of.
    """
    connections = _connections(azure, circuit)
    keys = listed(azure, f"{circuit}/authorizations")
    unread = [
        f"{what}: {each.problem}"
        for what, each in (("connections", connections), ("authorizations", keys))
        if each.problem
    ]
    links = {ResourceId.of(str(each["id"])): each for each in connections.items}
    used = {user: each for each in keys.items if (user := user_of(properties_of(each)))}
    others = [
        CircuitUser(
            what=f"connection {each['id']}",
            subscription=subscription_of(key),
            prefixes=_prefixes(azure, each),
        )
        for key, each in links.items()
        if key != connection
    ]
    others += [
        CircuitUser(
            what=f"connection {user.key}, by authorization {each.get('id')}",
            subscription=subscription_of(user),
        )
        for user, each in used.items()
        if user != connection and user not in links
    ]
    others += _global_reach(peering)
    # https://learn.microsoft.com/azure/virtual-wan/virtual-wan-expressroute-portal
    if wan := str((peering.get("expressRouteConnection") or {}).get("id") or ""):
        others.append(
            CircuitUser(what=f"Virtual WAN {wan}", subscription=subscription_of(ResourceId.of(wan)))
        )
    named = {prefix for each in others for prefix in each.prefixes}
    unknown, silent = _advertised_by_others(azure, circuit, peering, ours)
    left = tuple(each for each in unknown if each not in named)
    if left:
        what = "advertised over the circuit by others"
        others.append(CircuitUser(what=what, prefixes=left, unknown=True))
    return CircuitUse(
        authorization=str(used[connection].get("id") or "") if connection in used else "",
        others=tuple(others),
        unread=(*unread, *silent),
    )


def _connections(azure: Azure, circuit: ResourceId) -> Listing:
    """Return the connections to a circuit in every subscription that this login sees.

    By the index of all resources, which answers while a region does not; else by lists.
    https://learn.microsoft.com/rest/api/azureresourcegraph/resourcegraph/resources
    """
    found = indexed(azure, _CONNECTIONS)
    if found.problem:
        found = _listed_one_by_one(azure)
    mine = tuple(each for each in found.items if _peer(each) == circuit)
    return Listing(items=mine, problem=found.problem)


def _listed_one_by_one(azure: Azure) -> Listing:
    """Return every connection of each subscription that this login sees.

    https://learn.microsoft.com/rest/api/resources/resources/list
    """
    subscriptions = listed(azure, "/subscriptions")
    problems, rows = [subscriptions.problem], list[Mapping[str, Any]]()
    for each in subscriptions.items:
        where = f"/subscriptions/{each.get('subscriptionId')}/resources"
        found = listed(azure, f"{where}?$filter=resourceType eq '{_CONNECTIONS}'")
        problems.append(found.problem)
        for entry in found.items:
            answer = read(azure, str(entry["id"]))
            if answer.accepted:
                rows.append({"id": entry["id"], "properties": answer.properties})
            else:
                problems.append(f"{entry['id']}: {answer.problem}")
    return Listing(items=tuple(rows), problem="; ".join(filter(None, problems)))


def _prefixes(azure: Azure, connection: Mapping[str, Any]) -> tuple[str, ...]:
    """Return the prefixes of the network that a connection is of, as far as that can be read."""
    gateway = properties_of(connection).get("virtualNetworkGateway1") or {}
    try:
        found = _read_if_named(azure, gateway.get("id"))
        for each in found.properties.get("ipConfigurations") or ():
            subnet = str((properties_of(each).get("subnet") or {}).get("id") or "")
            network = _read_if_named(azure, ResourceId.parse(subnet).parent if subnet else None)
            space = network.properties.get("addressSpace") or {}
            return tuple(map(str, space.get("addressPrefixes") or ()))
    except UnreadableError:  # of somebody else, and no id: the connection is named all the same
        pass
    return ()


def _read_if_named(azure: Azure, identity: object) -> Answer:
    return glance(azure, str(identity)) if identity else silence("it has no id")


def _global_reach(peering: Mapping[str, Any]) -> Iterator[CircuitUser]:
    """Yield the circuits that are connected to this one, from either end.

    https://learn.microsoft.com/azure/expressroute/expressroute-global-reach
    """
    for member in ("connections", "peeredConnections"):
        for each in peering.get(member) or ():
            said = properties_of(each)
            ends = ("expressRouteCircuitPeering", "peerExpressRouteCircuitPeering")
            at = ", ".join(str((said.get(end) or {}).get("id") or "?") for end in ends)
            yield CircuitUser(what=f"Global Reach {each.get('name')} ({at})")


def _advertised_by_others(
    azure: Azure, circuit: ResourceId, peering: Mapping[str, Any], ours: Iterable[Network]
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """Return the prefixes on both links that are nobody's who is known, and what was not read."""
    own, links = tuple(ours), links_of(peering)
    found: dict[str, None] = {}
    unread = []
    for link in LINKS:
        answer = route_table(azure, circuit, link)
        if not answer.accepted:
            unread.append(f"route table of the {link} link: {answer.problem}")
            continue
        rows = routes_in(answer.body.get("value") or ())
        found |= dict.fromkeys(map(str, somebody_elses(rows, links[link], own)))
    return tuple(found), tuple(unread)


def route_table(azure: Azure, circuit: ResourceId, link: str) -> Answer:
    """Return the route table of one link of a circuit's private peering.

    https://learn.microsoft.com/rest/api/expressroute/express-route-circuits/list-routes-table
    """
    return azure.act(f"{circuit}{PRIVATE_PEERING_PATH}/routeTables/{link}")


def user_of(authorization: Mapping[str, Any]) -> ResourceId | None:
    """Return the id of the connection that uses an authorization, by its properties."""
    text = str(authorization.get("connectionResourceUri") or "")
    return ResourceId.of(text) if text else None


def _peer(connection: Mapping[str, Any]) -> ResourceId:
    peer = properties_of(connection).get("peer") or {}
    return ResourceId.of(str(peer.get("id") or ""))
