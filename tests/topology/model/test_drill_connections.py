"""What a drill adds on request: connections, Bastion's network, and its own DNS servers."""

from dataclasses import replace
from ipaddress import IPv4Address, IPv4Network
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sparehub.topology.errors import ConfigurationError
from sparehub.topology.model.drill.bastion import bastion_rules
from sparehub.topology.model.drill.isolation import (
    IsolatedNetwork,
    PeeringHalf,
    escapes,
    modelled_networks,
    unconnected,
)
from sparehub.topology.model.drill.networks import drill_copy
from sparehub.topology.model.drill.peerings import rounds
from sparehub.topology.model.resources import Drill, DrillPeering, Peering, Subnet
from tests.configurations import shipped, stack_of, with_spokes
from tests.topology.model.test_drill import drill_of

BASTION = {"addressPrefix": "10.99.0.0/26"}
BOTH = {"connect": True, "bastion": BASTION}
NAME = "vnet-drill-{}-southeastasia"
OF_BASTION = "vnet-bastion-drill-southeastasia"


def half(name: str) -> Peering:
    return Peering(
        name=name,
        allow_forwarded_traffic=False,
        allow_gateway_transit=False,
        use_remote_gateways=False,
    )


def networks(drill: Drill) -> dict[str, IsolatedNetwork]:
    return {network.name: network for network in modelled_networks(drill)}


def servers(drill: dict[str, Any], **values: Any) -> list[tuple[list[str], list[str]]]:
    """Return the DNS servers of each test network, and those that it does without."""
    changed = shipped("secondary")
    changed["sparehub:region"].update(values)
    return [
        (
            [str(each) for each in network.virtual_network.dns_servers],
            [str(each) for each in network.dropped_dns_servers],
        )
        for network in drill_of(drill, changed).networks
    ]


def test_each_test_network_is_alone_unless_the_file_says_otherwise() -> None:
    """No peering, and no network of Bastion."""
    drill = drill_of()

    assert (drill.connected, drill.peerings, drill.bastion) == (False, (), None)
    assert unconnected(modelled_networks(drill)) == [
        f"{NAME.format('spoke1')} is not peered with {NAME.format('spoke2')}"
    ]


def test_connect_peers_the_test_networks_and_lets_them_pass() -> None:
    """Nothing forwarded, no gateway; rules name the prefixes of both."""
    drill = drill_of({"connect": True})

    assert drill.peerings == (
        DrillPeering(
            first="spoke1",
            second="spoke2",
            first_to_second=half("peer-spoke1-to-spoke2"),
            second_to_first=half("peer-spoke2-to-spoke1"),
        ),
    )
    first, second = drill.networks
    both, own = ("10.1.0.0/24", "10.2.0.0/24"), ("10.1.0.0/24",)
    allowed = [r for r in first.network_security_group.rules if r.access == "Allow"]
    assert [
        (r.direction, r.source_address_prefixes, r.destination_address_prefixes) for r in allowed
    ] == [("Inbound", both, own), ("Outbound", own, both)]
    assert second.key == "spoke2"
    assert unconnected(modelled_networks(drill)) == []


def test_the_network_of_bastion_is_its_subnet() -> None:
    """Without a route table (VN-26), peered with each test network, which lets SSH and RDP in."""
    drill = drill_of({"bastion": BASTION})

    bastion = drill.bastion
    assert bastion is not None
    assert bastion.virtual_network.name == OF_BASTION
    assert bastion.virtual_network.subnets == (
        Subnet(name="AzureBastionSubnet", address_prefix=IPv4Network("10.99.0.0/26")),
    )
    assert [(p.first, p.second) for p in drill.peerings] == [
        ("spoke1", "bastion/testers"),
        ("spoke2", "bastion/testers"),
    ]
    entrance = drill.networks[0].network_security_group.rules[1]
    assert (entrance.source_address_prefixes, entrance.protocol, entrance.destination_ports) == (
        ("10.99.0.0/26",),
        "Tcp",
        ("22", "3389"),
    )
    assert drill.all_networks == (*drill.networks, bastion)


@given(st.integers(min_value=1, max_value=12), st.booleans(), st.booleans())
def test_nothing_escapes_with_connections(spokes: int, connect: bool, moved: bool) -> None:  # noqa: FBT001 - drawn
    """Both proofs hold, and connected networks reach each other."""
    space = {"addressSpace": ["172.16.0.0/12"]} if moved else {}
    wanted = {"connect": connect, "bastion": {"addressPrefix": "10.255.0.0/26"}} | space
    drill = drill_of(wanted, with_spokes(shipped("secondary"), spokes))
    found = modelled_networks(drill)

    assert escapes(found, connected=connect) == []
    assert (unconnected(found) == []) is (connect or spokes == 1)


def test_a_connection_that_nobody_asked_for_is_an_escape() -> None:
    """The networks may be peered with each other only where the drill connects them."""
    found = modelled_networks(drill_of(BOTH))

    assert escapes(found, connected=True) == []
    problems = escapes(found)
    assert f"{NAME.format('spoke1')} is peered by peer-spoke1-to-spoke2" in problems
    assert (
        f"{NAME.format('spoke1')}/app lets allow-own-outbound pass, outbound, "
        "beyond the network itself"
    ) in problems


def test_each_thing_that_keeps_connected_networks_in_is_needed() -> None:
    """A peering with another network, forwarded traffic, Bastion as a way out."""
    found = networks(drill_of(BOTH))
    spoke, bastion = found[NAME.format("spoke1")], found[OF_BASTION]

    def said(changed: IsolatedNetwork) -> list[str]:
        return escapes(list((found | {changed.name: changed}).values()), connected=True)

    elsewhere = (*spoke.peerings, PeeringHalf(name="hub"))
    assert said(replace(spoke, peerings=elsewhere)) == [f"{spoke.name} is peered by hub"]
    forwarding = (replace(spoke.peerings[0], alone=False), *spoke.peerings[1:])
    assert said(replace(spoke, peerings=forwarding)) == [
        f"{spoke.name} takes what others send, or a gateway, by peer-spoke1-to-spoke2"
    ]
    rules = spoke.rules["app"]
    (out,) = (r for r in rules if r.name == "allow-own-outbound")
    to_bastion = replace(out, name="out", destination_address_prefixes=("10.99.0.0/26",))
    assert said(replace(spoke, rules={"app": (*rules, to_bastion)})) == [
        f"{spoke.name}/app lets out pass, outbound, beyond the network itself"
    ]
    where = f"{bastion.name}/AzureBastionSubnet"
    assert said(replace(bastion, rules={"AzureBastionSubnet": ()})) == [
        f"{where} does not deny the rest, inbound",
        f"{where} does not deny the rest, outbound",
    ]
    wide = replace(bastion_rules()[4], name="wide", destination_ports=("*",))
    more = {"AzureBastionSubnet": (*bastion_rules(), wide)}
    assert said(replace(bastion, rules=more)) == [
        f"{where} lets wide pass, outbound, beyond the network itself"
    ]
    home = {"AzureBastionSubnet": {IPv4Network("10.0.0.0/8"): "VirtualAppliance"}}
    assert said(replace(bastion, routes=home)) == [
        f"{where} has a route for 10.0.0.0/8 to VirtualAppliance"
    ]
    endpoint = frozenset({"AzureBastionSubnet"})
    assert said(replace(bastion, endpoints=endpoint)) == [
        f"{where} has a service endpoint, which Bastion does not need"
    ]


def test_a_machine_beside_bastion_makes_the_network_an_ordinary_one() -> None:
    """Only AzureBastionSubnet alone is a door; what else is in the network has to be isolated."""
    found = networks(drill_of(BOTH))
    bastion = found[OF_BASTION]
    grown = replace(
        bastion, routes={**bastion.routes, "app": {}}, rules={**bastion.rules, "app": ()}
    )

    problems = escapes(list((found | {grown.name: grown}).values()), connected=True)

    assert f"{OF_BASTION}/app has no route that drops what is for elsewhere" in problems


def test_writes_on_a_network_follow_each_other() -> None:
    """Two halves a peering: three networks in a triangle take three turns of two (VN-19)."""
    drill = drill_of({"connect": True}, with_spokes(shipped("secondary"), 3))

    assert len(drill.peerings) == 3
    assert rounds(drill.peerings) == 6
    assert rounds(()) == 0


def test_a_dns_server_of_the_drill_is_moved_as_its_spoke_is() -> None:
    """At the same place of what stands for its prefix; each network keeps what it reaches."""
    named = {"dnsServers": ["10.1.0.10"]}

    assert servers({"addressSpace": ["10.200.0.0/22"], "connect": True}, **named) == [
        (["10.200.0.10"], []),
        (["10.200.0.10"], []),
    ]
    assert servers({}, **named) == [(["10.1.0.10"], []), ([], ["10.1.0.10"])]


def test_a_dns_server_of_production_is_dropped() -> None:
    """In the hub, on-premises, or in a spoke that is not in the drill."""
    named = {"dnsServers": ["10.20.20.4", "192.168.0.53", "10.2.0.10", "10.1.0.10"]}

    assert servers({"connect": True, "spokes": ["spoke1"]}, **named) == [
        (["10.1.0.10"], ["10.20.20.4", "192.168.0.53", "10.2.0.10"])
    ]


def test_the_drill_s_own_dns_servers_come_first() -> None:
    """As they are written; a network that does not reach one does without it."""
    named = {"dnsServers": ["10.1.0.10"]}

    assert servers({"dnsServers": ["10.2.0.53"], "connect": True}, **named) == [
        (["10.2.0.53"], []),
        (["10.2.0.53"], []),
    ]
    assert servers({"dnsServers": ["10.2.0.53"]}, **named) == [
        ([], ["10.2.0.53"]),
        (["10.2.0.53"], []),
    ]
    assert servers({"dnsServers": []}, **named) == [([], []), ([], [])]


def test_the_networks_of_a_drill_are_not_those_of_a_recovery() -> None:
    """SR-70: another group, also for a spoke that has the name of a test network."""
    values = shipped("secondary")
    values["sparehub:region"]["spokes"]["spoke1"]["name"] = NAME.format("spoke1")
    drill = drill_of(None, values)
    assert drill.networks[0].virtual_network.name == NAME.format("spoke1")
    assert drill.resource_group == "rg-sparehub-drill-southeastasia"

    values["sparehub:region"]["resourceGroup"] = drill.resource_group
    with pytest.raises(ConfigurationError, match=r"is also that of region.resourceGroup"):
        drill_of(None, values)


def test_the_copy_of_an_address_is_in_the_drill_or_nowhere() -> None:
    """By the spokes of the drill alone, at the same place."""
    values = shipped("secondary")
    values["sparehub:region"]["drill"] = {"addressSpace": ["10.200.0.0/24"], "spokes": ["spoke2"]}
    config = stack_of(values)

    assert drill_copy(config, IPv4Address("10.2.0.10")) == IPv4Address("10.200.0.10")
    assert drill_copy(config, IPv4Address("10.1.0.10")) is None
