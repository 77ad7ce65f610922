"""Virtual networks and subnets: rules VN-02 to VN-22."""

import pytest

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    gateway,
    group,
    peering,
    security_group,
    subnet,
    virtual_network,
)

HUB = f"{NETWORK}/virtualNetworks/hub"


@pytest.mark.parametrize(
    ("prefix", "outcome"),
    [("10.0.0.0/30", "SUBNET_SIZE"), ("10.0.0.0/32", "SUBNET_SIZE")],
)
def test_vn_02_subnets_smaller_than_29_are_refused(arm: Arm, prefix: str, outcome: str) -> None:
    """The smallest subnet has eight addresses, five of which are Azure's."""
    arm.networks(hub="10.0.0.0/24")

    assert arm.refusal(*subnet("hub", "small", prefix)) == outcome

    arm.put(*subnet("hub", "small", "10.0.0.0/29"))


@pytest.mark.parametrize("prefix", ["InvalidPrefixes", "10.10.10.10", "10.0.0.0/33", "", "a/b"])
def test_vn_04_a_prefix_must_be_cidr_text(arm: Arm, prefix: str) -> None:
    """What is not CIDR text is refused, in a network as in a subnet."""
    arm.networks(hub="10.0.0.0/24")

    assert arm.refusal(*virtual_network("new", prefix)) == "PREFIX_FORMAT"
    assert arm.refusal(*subnet("hub", "x", prefix)) == "PREFIX_FORMAT"


def test_vn_04_a_network_needs_an_address_space(arm: Arm) -> None:
    """A network without a prefix is refused."""
    arm.put(*group())

    assert arm.refusal(*virtual_network("new")) == "ADDRESS_SPACE_MISSING"


def test_vn_05_host_bits_are_refused(arm: Arm) -> None:
    """The refusal says what the prefix should be."""
    arm.networks(hub="10.0.0.0/24")
    path, body = subnet("hub", "x", "10.0.0.5/28")

    assert arm.refused("PUT", path, body, {}) == {
        "status": 400,
        "code": "InvalidCIDRNotation",
        "message": f"The address prefix 10.0.0.5/28 in resource {path} has an invalid CIDR "
        "notation. For the given prefix length, the address prefix should be 10.0.0.0/28.",
        "details": [],
    }
    arm.put(*subnet("hub", "x", "10.0.0.0/28"))


def test_vn_06_a_subnet_lies_inside_its_network(arm: Arm) -> None:
    """A subnet that no prefix of the address space contains is refused."""
    arm.networks(hub="10.0.0.0/24")

    outside = arm.refusal(*subnet("hub", "x", "10.0.1.0/28"))

    assert outside == "SUBNET_OUTSIDE"


def test_vn_07_subnets_may_not_overlap(arm: Arm) -> None:
    """A subnet may touch another one, not overlap it; its own old prefix does not count."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "a", "10.0.0.0/25"))

    assert arm.refusal(*subnet("hub", "b", "10.0.0.64/26")) == "SUBNETS_OVERLAP"

    arm.put(*subnet("hub", "b", "10.0.0.128/25"))
    arm.put(*subnet("hub", "a", "10.0.0.0/26"))


def test_vn_07_prefixes_of_one_network_may_not_overlap(arm: Arm) -> None:
    """An address space that overlaps itself is refused."""
    arm.put(*group())
    path, body = virtual_network("new", "10.0.0.0/24", "10.0.0.0/25")

    assert arm.refusal(path, body) == "ADDRESS_SPACE_REPEATED"


def test_vn_08_a_prefix_with_a_subnet_cannot_be_removed(arm: Arm) -> None:
    """An address space can grow; what a subnet needs of it stays."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "a", "10.0.0.0/25"))

    refused = arm.refusal(*virtual_network("hub", "10.9.0.0/24"))

    assert refused == "SUBNET_OUTSIDE"
    arm.put(*virtual_network("hub", "10.0.0.0/24", "10.9.0.0/24"))


def test_vn_17_a_subnet_in_use_cannot_be_deleted(arm: Arm) -> None:
    """A gateway's subnet goes after the gateway: alone, with the network, or left out inline."""
    arm.hub()
    path = f"{HUB}/subnets/GatewaySubnet"
    user = f"{NETWORK}/virtualNetworkGateways/gateway/ipConfigurations/default"

    assert arm.refused("DELETE", path, None, {}) == {
        "status": 400,
        "code": "InUseSubnetCannotBeDeleted",
        "message": f"Subnet GatewaySubnet is in use by {user} and cannot be deleted. In order to "
        "delete the subnet, delete all the resources within the subnet. See aka.ms/deletesubnet.",
        "details": [],
    }
    assert arm.refused_delete(HUB) == "SUBNET_IN_USE"
    without = virtual_network("hub", "10.0.0.0/24", subnets=[])
    assert arm.refusal(*without) == "SUBNET_IN_USE"

    arm.delete(f"{NETWORK}/virtualNetworkGateways/gateway")
    arm.delete(path)


def test_vn_18_the_prefix_of_a_subnet_in_use_cannot_change(arm: Arm) -> None:
    """A subnet in use can be written again as it is, not moved."""
    arm.hub()

    moved = arm.refusal(*subnet("hub", "GatewaySubnet", "10.0.0.128/26"))

    assert moved == "SUBNET_IN_USE_UPDATE"
    arm.put(*subnet("hub", "GatewaySubnet", "10.0.0.0/26"))


def test_vn_22_absent_subnets_are_unchanged_and_given_ones_replace(arm: Arm) -> None:
    """Subnets left out of a network's PUT stay; a list replaces them; an empty list or null
    deletes them."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "a", "10.0.0.0/26"))
    arm.put(*subnet("hub", "b", "10.0.0.64/26"))

    def names() -> list[str]:
        return [each["name"] for each in arm.properties(HUB)["subnets"]]

    arm.put(*virtual_network("hub", "10.0.0.0/24"))
    assert names() == ["a", "b"]
    only_c = [{"name": "c", "properties": {"addressPrefix": "10.0.0.128/26"}}]
    arm.put(*virtual_network("hub", "10.0.0.0/24", subnets=only_c))
    assert names() == ["c"]
    arm.put(*virtual_network("hub", "10.0.0.0/24", subnets=None))
    assert names() == []


def test_vn_22_an_older_api_deletes_subnets_that_are_left_out(arm: Arm) -> None:
    """Till 2023-09-01 a network's PUT was all of it."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "a", "10.0.0.0/26"))

    arm.put_by("2023-11-01", *virtual_network("hub", "10.0.0.0/24"))
    assert len(arm.properties(HUB)["subnets"]) == 1
    arm.put_by("2023-09-01", *virtual_network("hub", "10.0.0.0/24"))
    assert arm.properties(HUB)["subnets"] == []


@pytest.mark.parametrize(
    ("network", "own", "private"),
    [
        ("2025-07-01", "2025-07-01", False),
        ("2026-03-01", "2025-07-01", False),
        ("2025-05-01", "2025-07-01", None),
        ("2025-07-01", "2024-05-01", None),
    ],
)
def test_vn_23_subnets_of_new_networks_are_private(
    arm: Arm, network: str, own: str, private: object
) -> None:
    """By the API versions that made network and subnet; what is said, and what stands, is kept."""
    inline = [{"name": "inline", "properties": {"addressPrefix": "10.0.0.128/26"}}]
    said = subnet("hub", "said", "10.0.0.64/26", defaultOutboundAccess=True)
    arm.put(*group())
    arm.put_by(network, *virtual_network("hub", "10.0.0.0/24", subnets=inline))
    arm.put_by(own, *subnet("hub", "own", "10.0.0.0/26"))
    arm.put_by("2025-07-01", *said)

    def shown(name: str) -> object:
        return arm.properties(f"{HUB}/subnets/{name}").get("defaultOutboundAccess")

    of_inline = False if network >= "2025-07-01" else None
    assert (shown("own"), shown("inline"), shown("said")) == (private, of_inline, True)


def test_vn_22_absent_peerings_are_deleted(arm: Arm) -> None:
    """Unlike subnets, peerings left out of a network's PUT are deleted."""
    arm.networks(hub="10.0.0.0/24", spoke="10.1.0.0/24")
    arm.put(*peering("hub", "spoke"))

    arm.put(*virtual_network("hub", "10.0.0.0/24"))

    assert arm.properties(HUB)["virtualNetworkPeerings"] == []


def test_vn_24_a_subnet_and_what_it_names_share_region_and_subscription(arm: Arm) -> None:
    """A security group of another region is, to the subnet, not there."""
    arm.networks(hub="10.0.0.0/24")
    path, body = security_group("nsg")
    arm.put(path, body | {"location": "southeastasia"})
    mine = subnet("hub", "a", "10.0.0.0/26", networkSecurityGroup={"id": path})

    assert arm.refusal(*mine) == "REFERENCE_NOT_FOUND"


def test_a_security_group_in_use_cannot_be_deleted(arm: Arm) -> None:
    """An associated security group goes after its subnet lets go of it."""
    arm.networks(hub="10.0.0.0/24")
    path, body = security_group("nsg")
    arm.put(path, body)
    arm.put(*subnet("hub", "a", "10.0.0.0/26", networkSecurityGroup={"id": path}))

    assert arm.refused("DELETE", path, None, {}) == {
        "status": 400,
        "code": "InUseNetworkSecurityGroupCannotBeDeleted",
        "message": f"Network security group {path} cannot be deleted because it is in use by the "
        f"following resources: {HUB}/subnets/a. In order to delete the Network security group, "
        "remove the association with the resource(s). To learn how to do this, see "
        "aka.ms/deletensg.",
        "details": [],
    }

    arm.put(*subnet("hub", "a", "10.0.0.0/26"))
    arm.delete(path)


def test_a_subnet_shows_who_is_in_it(arm: Arm) -> None:
    """The gateway's IP configuration is in its subnet."""
    arm.hub()

    shown = arm.properties(f"{HUB}/subnets/GatewaySubnet")["ipConfigurations"]

    path, _ = gateway("gateway", "hub")
    assert shown == [{"id": f"{path}/ipConfigurations/default"}]


@pytest.mark.parametrize("name", ["", "a/b", "a/b/c", 5, None])
def test_inline_children_have_names(arm: Arm, name: object) -> None:
    """A name becomes a part of the child's id: a text without slashes."""
    arm.put(*group())
    inline = [{"name": name, "properties": {"addressPrefix": "10.0.0.0/26"}}]

    refused = arm.refusal(*virtual_network("hub", "10.0.0.0/24", subnets=inline))

    assert refused == "NAME_INVALID"
