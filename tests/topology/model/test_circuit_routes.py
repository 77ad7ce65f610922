"""What a circuit's route table says: which prefixes are there, and whose they are."""

from ipaddress import IPv4Network, ip_network

import pytest

from sparehub.topology.model.circuit_routes import (
    Link,
    LinkRoute,
    links_of,
    routes_in,
    somebody_elses,
    uncovered,
)

PREFIX = IPv4Network("192.168.0.0/16")


@pytest.mark.parametrize(
    ("learned", "missing"),
    [
        ([], [PREFIX]),
        (["192.168.0.0/16"], []),
        (["192.0.0.0/8"], []),
        (["::/0"], [PREFIX]),
        (["192.168.0.0/17"], [PREFIX]),
        (["192.168.0.0/18", "192.168.64.0/18", "192.168.128.0/17"], []),
    ],
)
def test_a_prefix_is_covered_as_a_whole_or_in_pieces(
    learned: list[str], missing: list[IPv4Network]
) -> None:
    """Of its own version of IP."""
    assert [*uncovered((PREFIX,), map(ip_network, learned))] == missing


def test_whose_a_route_is_follows_from_hop_and_path() -> None:
    """On-premises' own ASN or an address on the link; what is neither, nor ours, is somebody's."""
    link = Link(prefix="172.16.0.0/30", asn="65001")
    rows = [
        {"network": "192.168.0.0/16", "nextHop": "172.16.0.1", "path": "65010"},
        {"network": "192.169.0.0/16", "nextHop": "10.0.0.1", "path": "65001 65020"},
        {"network": "10.1.0.0/24", "nextHop": "10.1.0.4", "path": "65515"},
        {"network": "10.50.0.0/16", "nextHop": "10.50.0.4", "path": "65515"},
        {"network": "not a network", "nextHop": "", "path": ""},
    ]
    routes = routes_in(rows)
    assert [link.is_from_on_premises(each) for each in routes] == [True, True, False, False]
    ours = (IPv4Network("10.1.0.0/16"),)
    assert somebody_elses(routes, link, ours) == (IPv4Network("10.50.0.0/16"),)
    broken = LinkRoute(network=PREFIX, next_hop="", path="")
    assert not Link(prefix="", asn="65001").is_from_on_premises(broken)


def test_each_link_has_its_own_addresses_and_the_asn_of_both() -> None:
    """A property that Azure does not show is empty."""
    peering = {"peerASN": 65001, "primaryPeerAddressPrefix": "172.16.0.0/30"}

    assert links_of(peering) == {
        "primary": Link(prefix="172.16.0.0/30", asn="65001"),
        "secondary": Link(prefix="", asn="65001"),
    }
