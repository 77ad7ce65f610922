"""Who is on a circuit beside one connection: by the lists of Azure, and by the route tables."""

from collections.abc import Mapping
from ipaddress import IPv4Network
from typing import Any

from sparehub.azure.answers import Answer
from sparehub.failover.queries.circuit_users import CircuitUse, CircuitUser, use_of
from sparehub.topology.config.resource_ids import ResourceId
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.world import Retrying, World
from tests.failover.operators import Start

OTHER = "/subscriptions/00000000-0000-0000-0000-000000000009"
THEIR = ResourceId.parse(OTHER)
NETWORK = f"{OTHER}/resourceGroups/r/providers/Microsoft.Network"
THEIRS, HIDDEN = f"{NETWORK}/connections/theirs", f"{NETWORK}/connections/hidden"
HUB = f"{NETWORK}/virtualNetworks/hub"
GATEWAY = f"{NETWORK}/virtualNetworkGateways/gateway"
INDEX = "/providers/Microsoft.ResourceGraph/resources"
LINKS = {
    "peerASN": 65001,
    "primaryPeerAddressPrefix": "172.16.0.0/30",
    "secondaryPeerAddressPrefix": "172.16.0.4/30",
}
OURS = (IPv4Network("10.1.0.0/16"),)
Body = Mapping[str, Any]


def circuit_of(world: World) -> str:
    return str(world.cloud["primary"]["region/circuit/hong-kong/circuit"]["id"])


def connection_of(world: World) -> str:
    return str(world.cloud["primary"]["region/connection/hong-kong/connection"]["id"])


def use(world: World, answers: Mapping[str, Body], peering: Body | None = None) -> CircuitUse:
    """Return who uses the primary's circuit; paths that end so are answered otherwise."""

    def answer(method: str, path: str) -> Answer | None:
        del method
        body = next((body for end, body in answers.items() if path.endswith(end)), None)
        if body is None:
            return None
        return Answer(status=403 if "error" in body else 200, body=body)

    world.hooks = Hooks(request=answer)
    shown = {**LINKS, **(peering or {})}
    circuit, connection = map(ResourceId.parse, (circuit_of(world), connection_of(world)))
    return use_of(Retrying(world), circuit, connection, shown, OURS)


def routes(*networks: str) -> Body:
    """Return a route table with what virtual networks send."""
    return {"value": [{"network": each, "nextHop": "", "path": "65515"} for each in networks]}


def test_nobody_else_is_on_a_circuit_of_ones_own(start: Start) -> None:
    """The other region is on a circuit of its own; its connection is in the index, too."""
    world = start()

    assert use(world, {}) == CircuitUse()


def test_whoever_a_list_shows_is_named(start: Start) -> None:
    """Connections, authorizations that are in use, Global Reach and Virtual WAN."""
    world = start()
    by = {"id": "/key", "properties": {"connectionResourceUri": connection_of(world)}}
    hidden = {"id": "/other-key", "properties": {"connectionResourceUri": HIDDEN}}
    world.bystanders[THEIRS] = circuit_of(world)
    peering = {
        "connections": [{"name": "reach", "properties": {"peerExpressRouteCircuitPeering": {}}}],
        "expressRouteConnection": {"id": f"{OTHER}/wan"},
    }

    assert use(world, {"/authorizations": {"value": [by, hidden]}}, peering) == CircuitUse(
        authorization="/key",
        others=(
            CircuitUser(what=f"connection {THEIRS}", subscription=THEIR),
            CircuitUser(
                what=f"connection {HIDDEN.lower()}, by authorization /other-key",
                subscription=THEIR,
            ),
            CircuitUser(what="Global Reach reach (?, ?)"),
            CircuitUser(what=f"Virtual WAN {OTHER}/wan", subscription=THEIR),
        ),
    )


def test_a_prefix_of_either_link_that_is_nobodys_who_is_known_is_somebodys(start: Start) -> None:
    """Ours are left out, and so are those of a connection whose network can be read."""
    world = start()
    peer = {"id": circuit_of(world)}
    link: Body = {"peer": peer, "virtualNetworkGateway1": {"id": GATEWAY}}
    subnet = {"properties": {"subnet": {"id": f"{HUB}/subnets/GatewaySubnet"}}}
    answers: dict[str, Body] = {
        INDEX: {"data": [{"id": THEIRS, "properties": link}]},
        GATEWAY: {"properties": {"ipConfigurations": [subnet]}},
        HUB: {"properties": {"addressSpace": {"addressPrefixes": ["10.50.0.0/16"]}}},
        "/routeTables/primary": routes("10.1.0.0/24", "10.50.0.0/16", "10.60.0.0/16"),
        "/routeTables/secondary": routes("10.60.0.0/16", "10.70.0.0/16"),
    }

    assert use(world, answers) == CircuitUse(
        others=(
            CircuitUser(
                what=f"connection {THEIRS}",
                subscription=THEIR,
                prefixes=("10.50.0.0/16",),
            ),
            CircuitUser(
                what="advertised over the circuit by others",
                unknown=True,
                prefixes=("10.60.0.0/16", "10.70.0.0/16"),
            ),
        )
    )


def test_a_table_without_rows_shows_nobody(start: Start) -> None:
    """Azure writes null for an empty list."""
    empty = {f"/routeTables/{link}": {"value": None} for link in ("primary", "secondary")}

    assert use(start(), empty) == CircuitUse()


def test_without_the_index_the_connections_of_every_subscription_are_read(start: Start) -> None:
    """One that cannot be read may be on the circuit."""
    world = start()
    refused = {"error": {"message": "not yours"}}
    answers: dict[str, Body] = {
        INDEX: refused,
        "/subscriptions": {"value": [{"subscriptionId": "9"}]},
        "connections'": {"value": [{"id": THEIRS}, {"id": HIDDEN}]},
        THEIRS: {"properties": {"peer": {"id": circuit_of(world)}}},
        HIDDEN: refused,
    }

    assert use(world, answers) == CircuitUse(
        others=(CircuitUser(what=f"connection {THEIRS}", subscription=THEIR),),
        unread=(f"connections: {HIDDEN}: not yours",),
    )


def test_what_cannot_be_read_is_named(start: Start) -> None:
    """There may be more users."""
    refused = {"error": {"message": "not yours"}}
    answers = dict.fromkeys(("/authorizations", "/routeTables/secondary"), refused)

    assert use(start(), answers) == CircuitUse(
        unread=(
            "authorizations: not yours",
            "route table of the secondary link: not yours",
        )
    )


def test_an_unknown_user_may_be_in_the_circuits_own_subscription_only() -> None:
    """There alone a link needs no authorization (ER-14)."""
    link = CircuitUser(what="link", subscription=THEIR)
    unknown = CircuitUser(what="somebody", unknown=True)
    elsewhere = CircuitUser(what="else", subscription=ResourceId.parse("/subscriptions/8"))
    found = CircuitUse(
        others=(
            link,
            elsewhere,
            unknown,
        )
    )

    own = ResourceId.parse(f"{NETWORK}/expressRouteCircuits/c")
    theirs = ResourceId.parse(THEIRS)
    assert found.in_subscription(theirs, own) == (link, unknown)
    assert found.in_subscription(theirs, own.in_subscription("1")) == (link,)
