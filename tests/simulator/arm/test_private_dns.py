"""Private DNS zones, links and records, and private endpoints with their groups of zones."""

from typing import Any

import pytest

from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import ELSEWHERE, GROUP, NETWORK, Written, group, subnet

ZONE = f"{NETWORK}/privateDnsZones/privatelink.blob.core.windows.net"
ENDPOINT = f"{NETWORK}/privateEndpoints/pe"
ACCOUNT = f"{GROUP}/providers/Microsoft.Storage/storageAccounts/data"
GRAPH = "/providers/Microsoft.ResourceGraph/resources"


def zone(path: str = ZONE) -> Written:
    return path, {"location": "global"}


def link(network: str, *, zone: str = ZONE, name: str = "", registers: bool = False) -> Written:
    properties: dict[str, Any] = {"virtualNetwork": {"id": f"{NETWORK}/virtualNetworks/{network}"}}
    properties |= {"registrationEnabled": True} if registers else {}
    path = f"{zone}/virtualNetworkLinks/{name or network}"
    return path, {"location": "global", "properties": properties}


def endpoint(name: str = "pe", network: str = "hub", target: str = ACCOUNT) -> Written:
    return f"{NETWORK}/privateEndpoints/{name}", {
        "location": "eastasia",
        "properties": {
            "subnet": {"id": f"{NETWORK}/virtualNetworks/{network}/subnets/data"},
            "privateLinkServiceConnections": [
                {
                    "name": name,
                    "properties": {"privateLinkServiceId": target, "groupIds": ["blob"]},
                }
            ],
        },
    }


def zone_group(endpoint: str = ENDPOINT, *zones: str, name: str = "default") -> Written:
    configs = [
        {"name": str(number), "properties": {"privateDnsZoneId": each}}
        for number, each in enumerate(zones or (ZONE,))
    ]
    return f"{endpoint}/privateDnsZoneGroups/{name}", {
        "properties": {"privateDnsZoneConfigs": configs}
    }


@pytest.fixture
def hub(arm: Arm) -> Arm:
    """Two networks with a subnet each, and a zone."""
    arm.networks(hub="10.0.0.0/24", other="10.1.0.0/24")
    arm.put(*subnet("hub", "data", "10.0.0.0/26"))
    arm.put(*subnet("other", "data", "10.1.0.0/26"))
    arm.put(*zone())
    return arm


def test_a_zone_counts_its_links_and_records(hub: Arm) -> None:
    """As Azure shows a zone; a link is there at once."""
    shown = hub.put(*link("hub", registers=True))
    hub.put(*link("other"))
    hub.put(f"{ZONE}/A/data", {"properties": {"aRecords": [{"ipv4Address": "10.0.0.4"}]}})

    assert shown["properties"] == {
        "registrationEnabled": True,
        "virtualNetwork": {"id": f"{NETWORK}/virtualNetworks/hub"},
        "provisioningState": "Succeeded",
        "virtualNetworkLinkState": "Completed",
    }
    assert hub.get(ZONE)["location"] == "global"
    assert hub.properties(ZONE) == {
        "maxNumberOfRecordSets": 25000,
        "maxNumberOfVirtualNetworkLinks": 1000,
        "maxNumberOfVirtualNetworkLinksWithRegistration": 100,
        "numberOfRecordSets": 2,
        "numberOfVirtualNetworkLinks": 2,
        "numberOfVirtualNetworkLinksWithRegistration": 1,
        "provisioningState": "Succeeded",
    }
    assert hub.properties(f"{ZONE}/A/data") == {
        "ttl": 3600,
        "aRecords": [{"ipv4Address": "10.0.0.4"}],
        "fqdn": "data.privatelink.blob.core.windows.net.",
        "isAutoRegistered": False,
    }
    listed = hub.get(f"{ZONE}/virtualNetworkLinks")["value"]
    assert [each["name"] for each in listed] == ["hub", "other"]


def test_a_network_has_one_zone_of_a_name_and_one_with_registration(hub: Arm) -> None:
    """DNS-06: of the same zone, or of one of the same name in another group."""
    hub.put(*link("hub", registers=True))
    second = ZONE.replace("privatelink.blob.core.windows.net", "corp.example.com")
    hub.put(*zone(second))
    hub.put(*group(f"{ELSEWHERE}/resourceGroups/rg"))
    twin = ZONE.replace(GROUP, f"{ELSEWHERE}/resourceGroups/rg")
    hub.put(*zone(twin))

    assert hub.refusal(*link("hub", zone=second, registers=True)) == "ZONE_REGISTRATION"
    assert hub.refusal(*link("hub", zone=twin)) == "ZONE_OVERLAP"
    assert hub.refusal(*link("hub", name="again")) == "ZONE_OVERLAP"
    hub.put(*link("hub", zone=second))
    hub.put(*link("other", zone=twin, registers=True))
    hub.put(*link("hub"))  # without registration now
    hub.put(*link("hub", zone=second, registers=True))


def test_a_zone_is_deleted_without_links_only(hub: Arm) -> None:
    """Its records go with it."""
    hub.put(*link("hub"))
    hub.put(f"{ZONE}/A/data", {"properties": {}})

    assert hub.refused_delete(ZONE) == "ZONE_NESTED"
    for path in (link("hub")[0], ZONE):
        assert hub.send("DELETE", path).status == 200
    assert hub.send("GET", f"{ZONE}/A/data").status == 404


def test_a_zone_is_in_no_region(hub: Arm) -> None:
    """And nothing else is global; zones answer while a region is lost."""
    assert hub.refusal(ZONE, {"location": "eastasia"}) == "LOCATION_UNKNOWN"
    path, body = endpoint()
    assert hub.refusal(path, body | {"location": "global"}) == "LOCATION_UNKNOWN"
    hub.put(*link("hub"))
    hub.inject("region-down", region="eastasia")
    assert hub.send("GET", link("hub")[0]).status == 200


@pytest.mark.parametrize(
    "properties", [{"ttl": 0}, {"aRecords": [{"ipv4Address": "10.0.0.256"}]}, {"aRecords": [{}]}]
)
def test_a_record_without_an_address_is_refused(hub: Arm, properties: dict[str, Any]) -> None:
    assert hub.refusal(f"{ZONE}/A/data", {"properties": properties}) == "RECORD_INVALID"


def test_an_endpoint_is_an_interface_and_its_group_a_record(hub: Arm) -> None:
    """Both go with it."""
    shown = hub.put(*endpoint())
    hub.put(*zone_group())
    (interface,) = shown["properties"]["networkInterfaces"]
    address = hub.properties(interface["id"])["ipConfigurations"][0]["properties"]

    assert address["privateIPAddress"] == "10.0.0.4"
    record = hub.properties(f"{ZONE}/A/data")
    assert record["aRecords"] == [{"ipv4Address": "10.0.0.4"}]
    hub.send("DELETE", ENDPOINT)
    gone = [interface["id"], f"{ZONE}/A/data", zone_group()[0]]
    assert [hub.send("GET", path).status for path in gone] == [404, 404, 404]


def test_two_endpoints_of_one_service_share_one_record(hub: Arm) -> None:
    """DNS-07: the last one written replaces the first; the first takes nothing away with it."""
    for name, network in (("pe", "hub"), ("pe2", "other")):
        path, body = endpoint(name, network)
        hub.put(path, body)
        hub.put(*zone_group(path))

    assert hub.properties(f"{ZONE}/A/data")["aRecords"] == [{"ipv4Address": "10.1.0.4"}]
    hub.send("DELETE", ENDPOINT)
    assert hub.properties(f"{ZONE}/A/data")["aRecords"] == [{"ipv4Address": "10.1.0.4"}]


def test_an_endpoint_needs_a_service_and_has_one_group(hub: Arm) -> None:
    """And a group needs zones that exist."""
    path, body = endpoint()
    nowhere = body | {"properties": {"subnet": body["properties"]["subnet"]}}
    assert hub.refusal(path, nowhere) == "ENDPOINT_TARGET"
    hub.put(path, body)
    hub.put(*zone_group())

    assert hub.refusal(*zone_group(name="second")) == "ENDPOINT_GROUPS"
    assert hub.refusal(*zone_group(ENDPOINT, f"{ZONE}x")) == "REFERENCE_NOT_FOUND"


def test_the_index_has_links_and_endpoints(hub: Arm) -> None:
    """Resource Graph lists both types."""
    hub.put(*link("hub"))
    hub.put(*endpoint())
    for kind, path in (
        ("privateDnsZones/virtualNetworkLinks", link("hub")[0]),
        ("privateEndpoints", ENDPOINT),
    ):
        query = f"resources | where type =~ 'microsoft.network/{kind}' | project id, properties"
        rows = (hub.send("POST", GRAPH, {"query": query}).body or {})["data"]
        assert [each["id"] for each in rows] == [path]
