"""Private DNS zones and private endpoints of two regions, beside each other."""

from collections.abc import Callable
from typing import Any

from sparehub.topology.comparison.private_names import (
    SITE_RECOVERY_ZONE,
    NameProblem,
    PrivateEndpoint,
    PrivateNames,
    Side,
    ZoneLink,
)
from sparehub.topology.config.resource_ids import ResourceId
from tests.configurations import OURS, region_of, shipped

GROUP = f"{OURS}/resourceGroups/rg/providers"
BLOB = "privatelink.blob.core.windows.net"
CORP = "corp.example.com"
DATA = ResourceId.of(f"{GROUP}/Microsoft.Storage/storageAccounts/data")
KEYS = ResourceId.of(f"{GROUP}/Microsoft.KeyVault/vaults/keys")
OTHER_KEYS = ResourceId.of(f"{GROUP}/Microsoft.KeyVault/vaults/keys2")
Change = Callable[[dict[str, Any]], object]


def network(stack: str, key: str) -> ResourceId:
    return ResourceId.of(f"{GROUP}/Microsoft.Network/virtualNetworks/{stack}-{key}")


def zone(name: str, group: str = "rg") -> ResourceId:
    return ResourceId.of(
        f"{OURS}/resourceGroups/{group}/providers/Microsoft.Network/privateDnsZones/{name}"
    )


def side(stack: str, *servers: str) -> Side:
    values = shipped(stack)
    values["sparehub:region"]["dnsServers"] = list(servers)
    return Side(
        stack=stack,
        region=region_of(values),
        networks={key: network(stack, key) for key in ("hub", "spoke1", "spoke2")},
        replicated=frozenset({"spoke1"}),
    )


def link(
    stack: str, key: str, name: str = BLOB, *, registers: bool = False, group: str = "rg"
) -> ZoneLink:
    return ZoneLink(zone=zone(name, group), network=network(stack, key), registers=registers)


def endpoint(
    stack: str, service: ResourceId = DATA, *zones: ResourceId, key: str = "spoke1"
) -> PrivateEndpoint:
    return PrivateEndpoint(
        id=ResourceId.of(f"{GROUP}/Microsoft.Network/privateEndpoints/pe-{stack}"),
        network=network(stack, key),
        service=service,
        groups=frozenset({"blob"}),
        zones=zones,
    )


def problems(names: PrivateNames, *servers: str) -> list[NameProblem]:
    return [*names.problems(side("primary", *servers), side("secondary", *servers))]


def test_zones_that_both_regions_resolve_are_in_order() -> None:
    """By the same zone, or by one of the same name for each region."""
    shared = (link("primary", "hub"), link("secondary", "hub"))
    of_each = (link("primary", "hub"), link("secondary", "hub", group="rg2"))

    assert problems(PrivateNames(links=shared)) == []
    assert problems(PrivateNames(links=of_each)) == []
    assert problems(PrivateNames()) == []


def test_a_zone_that_is_linked_to_one_side_only_is_found_with_the_command() -> None:
    """Of the region that takes over it is wrong; of the other one it is said."""
    (found,) = problems(PrivateNames(links=(link("primary", "spoke1"),)))
    (back,) = problems(PrivateNames(links=(link("secondary", "spoke1"),)))

    assert found == NameProblem(
        text=(
            f"private DNS zone {BLOB} is linked to primary-spoke1 of primary and to no network "
            "that spoke1 of secondary asks (DNS-06); if nobody needs it there, write in the "
            f"file of secondary region.pairedResources: {{{zone(BLOB)}: none}}"
        ),
        hint=(
            "az network private-dns link vnet create --subscription "
            f"00000000-0000-0000-0000-00000000000a --resource-group rg --zone-name {BLOB} --name "
            f"secondary-spoke1 --virtual-network {network('secondary', 'spoke1')} "
            "--registration-enabled false"
        ),
        stack="secondary",
    )
    assert (back.stack, back.wrong) == ("primary", False)


def test_a_zone_that_nobody_needs_is_not_looked_for() -> None:
    """Neither a link, nor the record of an endpoint's twin; another zone of the name is."""
    links = (link("primary", "spoke1"),)
    twins = (endpoint("primary", DATA, zone(BLOB)), endpoint("secondary", DATA))
    unneeded, other = {zone(BLOB): None}, {zone(BLOB, "rg2"): None}

    assert problems(PrivateNames(links=links, endpoints=twins, paired=unneeded)) == []
    assert len(problems(PrivateNames(links=links, endpoints=twins, paired=other))) == 2


def test_the_hubs_link_is_enough_where_the_dns_servers_are_in_it() -> None:
    """The servers ask Azure's DNS from the hub, so a spoke's own link decides nothing."""
    links = (link("primary", "hub"), link("primary", "spoke1"), link("secondary", "hub"))

    assert problems(PrivateNames(links=links), "10.10.10.10") == []
    assert [each.stack for each in problems(PrivateNames(links=links))] == ["secondary"]
    (found,) = problems(PrivateNames(links=links[:1]), "10.10.10.10")
    assert "--virtual-network " + str(network("secondary", "hub")) in found.hint


def test_servers_that_are_elsewhere_leave_the_own_link_to_decide() -> None:
    """It is unknown who forwards where on-premises."""
    links = (link("primary", "spoke1"), link("secondary", "spoke1"))

    assert problems(PrivateNames(links=links), "192.168.0.53") == []
    assert len(problems(PrivateNames(links=links[:1]), "192.168.0.53")) == 1


def test_a_network_registers_where_its_twin_does() -> None:
    """Otherwise the records of the machines that are left stay, and then go with them."""
    registering = link("primary", "spoke1", CORP, registers=True)
    plain = link("secondary", "spoke1", CORP)
    both = PrivateNames(links=(registering, link("secondary", "spoke1", CORP, registers=True)))

    assert problems(both) == []
    (found,) = problems(PrivateNames(links=(registering, plain)))
    assert found.text.startswith("machines of primary-spoke1 register in corp.example.com")
    assert found.hint.endswith("--registration-enabled true")
    assert not found.wrong
    unneeded = PrivateNames(links=(registering, plain), paired={zone(CORP): None})
    assert problems(unneeded) == []


def test_an_endpoint_has_a_twin_of_the_same_service() -> None:
    """In any network of the other region, for the same part of the service."""
    alone = PrivateNames(endpoints=(endpoint("primary"),))
    twins = PrivateNames(endpoints=(endpoint("primary"), endpoint("secondary", key="hub")))

    assert problems(twins) == []
    (found,) = problems(alone)
    assert found.text == (
        "private endpoint pe-primary (data, blob) in spoke1 of primary has no twin in secondary "
        "(DNS-07)"
    )
    assert found.wrong
    assert problems(PrivateNames(endpoints=(endpoint("secondary"),))) == []


def test_another_service_may_stand_for_it_if_the_file_says_so() -> None:
    """In both directions; or nothing is needed after a failover."""
    endpoints = (endpoint("primary", KEYS), endpoint("secondary", OTHER_KEYS))
    paired = PrivateNames(endpoints=endpoints, paired={KEYS: OTHER_KEYS})

    assert len(problems(PrivateNames(endpoints=endpoints))) == 1
    assert problems(paired) == []
    assert [*paired.problems(side("secondary"), side("primary"))] == []
    assert problems(PrivateNames(endpoints=endpoints[:1], paired={KEYS: None})) == []


def test_a_twin_has_a_record_of_its_own() -> None:
    """A zone of the same name for each region; one zone has one record of one service."""
    ours, theirs = zone(BLOB), zone(BLOB, "rg2")

    def found(*there: ResourceId) -> list[tuple[bool, str]]:
        names = PrivateNames(
            endpoints=(endpoint("primary", DATA, ours), endpoint("secondary", DATA, *there))
        )
        return [(each.wrong, each.text) for each in problems(names)]

    assert found(theirs) == []
    assert found() == [
        (True, f"private endpoint pe-secondary of secondary has no record in {BLOB} (DNS-07)")
    ]
    ((wrong, text),) = found(ours)
    assert not wrong
    assert text.startswith(f"pe-primary and pe-secondary of secondary write one record of {BLOB}:")


def test_agents_resolve_a_vault_that_has_private_endpoints_alone() -> None:
    """SR-67: in each spoke with machines, of both regions."""
    links = (link("primary", "spoke1", SITE_RECOVERY_ZONE),)
    sides = (side("primary"), side("secondary"))
    (found,) = PrivateNames(links=links).without_site_recovery(sides)

    assert found.stack == "secondary"
    assert found.text.startswith(f"spoke1 of secondary does not resolve {SITE_RECOVERY_ZONE}")
    both = (*links, link("secondary", "spoke1", SITE_RECOVERY_ZONE))
    assert [*PrivateNames(links=both).without_site_recovery(sides)] == []
