"""Routes as Azure shows them: of interfaces, gateways and circuits. Rules RT-01 to RT-21."""

from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.simulator.errors import SimulatorError
from tests.simulator.arm.arm_client import Arm
from tests.simulator.arm.bodies import (
    NETWORK,
    circuit,
    connection,
    gateway,
    interface,
    local_gateway,
    machine,
    peering,
    private_peering,
    public_address,
    route,
    route_table,
    security_group,
    subnet,
    virtual_network,
    vpn_gateway,
)

Row = tuple[str, str, str, str, list[str]]
CIRCUIT, _ = circuit("circuit")
GATEWAY, _ = gateway("gateway", "hub")
TABLE, _ = route_table("table")
NOWHERE: list[Row] = [
    ("Default", "Active", prefix, "None", [])
    for prefix in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "192.168.0.0/16")
]
INTERNET: Row = ("Default", "Active", "0.0.0.0/0", "Internet", [])
LOCAL: Row = ("Default", "Active", "10.1.0.0/24", "VnetLocal", [])
HUB: Row = ("Default", "Active", "10.0.0.0/24", "VNetPeering", [])
ON_PREMISES: Row = (
    "VirtualNetworkGateway",
    "Active",
    "192.168.0.0/16",
    "VirtualNetworkGateway",
    ["10.0.0.12"],
)
BEATEN = [*NOWHERE[:3], ("Default", "Invalid", "192.168.0.0/16", "None", [])]


def _run(arm: Arm, where: str, name: str = "nic") -> str:
    """Run a machine in a subnet; return the path of its interface."""
    path, body = interface(name, where)
    arm.put(path, body)
    arm.put(*machine(f"vm-{name}", name))
    return path


def _rows(arm: Arm, path: str) -> list[Row]:
    response = arm.send("POST", f"{path}/effectiveRouteTable")
    assert response.status == 200, response.body
    found = response.body["value"]
    return [
        (r["source"], r["state"], r["addressPrefix"][0], r["nextHopType"], r["nextHopIpAddress"])
        for r in found
    ]


def _asked(arm: Arm, path: str, **query: str) -> Any:
    response = arm.send("POST", path, {}, query)
    assert response.status == 200, response.body
    return response.body["value"]


@pytest.fixture
def spoke(arm: Arm) -> Arm:
    """A hub connected to a circuit, and a spoke that uses its gateway."""
    arm.connected(spoke="10.1.0.0/24")
    arm.put(*subnet("spoke", "app", "10.1.0.0/26"))
    return arm


def test_rt_21_only_a_running_machine_has_effective_routes(arm: Arm) -> None:
    """Without a machine, and with a stopped one, Azure refuses in its recorded words."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "app", "10.0.0.0/26"))
    path, body = interface("nic", "hub/app")
    arm.put(path, body)

    def refused(what: str) -> dict[str, Any]:
        before = arm.dump()
        response = arm.send("POST", f"{path}/{what}")
        assert (response.status, arm.dump()) == (400, before)
        error: dict[str, Any] = response.body["error"]
        return error

    assert refused("effectiveRouteTable") == {
        "code": "NicMustBeAttachedToRunningVmToGetEffectiveRoutes",
        "message": "A network interface must be attached to a running virtual machine to get "
        f"effective routes. The network interface {path} is not attached to a running virtual "
        "machine.",
        "details": [],
    }
    groups = "NicMustBeAttachedToRunningVmToGetEffectiveSecurityGroups"
    assert refused("effectiveNetworkSecurityGroups")["code"] == groups
    vm, vm_body = machine("vm", "nic")
    arm.put(vm, vm_body)
    assert arm.send("POST", f"{path}/effectiveRouteTable").status == 200
    arm.send("POST", f"{vm}/deallocate")
    assert refused("effectiveRouteTable")["code"].startswith("NicMustBeAttached")


def test_rt_02_the_recorded_routes_of_a_network_with_10_8(arm: Arm) -> None:
    """The network of the recording: its own prefix replaces the system route to nowhere."""
    arm.networks(hub="10.0.0.0/8")
    arm.put(*subnet("hub", "app", "10.0.0.0/24"))
    path = _run(arm, "hub/app")

    response = arm.send("POST", f"{path}/effectiveRouteTable")

    def default(prefix: str, hop: str) -> dict[str, object]:
        return {
            "source": "Default",
            "state": "Active",
            "addressPrefix": [prefix],
            "nextHopType": hop,
            "nextHopIpAddress": [],
        }

    assert response.body == {
        "value": [
            default("10.0.0.0/8", "VnetLocal"),
            default("0.0.0.0/0", "Internet"),
            default("100.64.0.0/10", "None"),
            default("172.16.0.0/12", "None"),
            default("192.168.0.0/16", "None"),
        ]
    }
    assert "/operationResults/" in response.headers["location"]


def test_rt_01_a_spoke_has_the_routes_of_its_remote_gateway(spoke: Arm) -> None:
    """Its own prefix, its peer's, what the gateway learned, the Internet, and nowhere."""
    assert _rows(spoke, _run(spoke, "spoke/app")) == [LOCAL, HUB, ON_PREMISES, INTERNET, *BEATEN]


def test_pe_01_a_peering_that_is_not_connected_has_no_route(spoke: Arm) -> None:
    """One half deleted: neither the peer nor what its gateway learned is there."""
    path = _run(spoke, "spoke/app")

    spoke.delete(peering("hub", "spoke")[0])

    assert _rows(spoke, path) == [LOCAL, INTERNET, *NOWHERE]


def test_pe_18_a_peer_is_routed_as_it_was_last_synced(spoke: Arm) -> None:
    """A prefix added to the hub is missing until the spoke's half is synced."""
    path = _run(spoke, "spoke/app")
    kept = spoke.properties(f"{NETWORK}/virtualNetworks/hub")["virtualNetworkPeerings"]
    grown = virtual_network("hub", "10.0.0.0/24", "10.9.0.0/24", virtualNetworkPeerings=kept)
    spoke.put(*grown)
    added: Row = ("Default", "Active", "10.9.0.0/24", "VNetPeering", [])
    assert added not in _rows(spoke, path)

    half = peering("spoke", "hub", useRemoteGateways=True)
    spoke.put(*half, syncRemoteAddressSpace="true")

    assert added in _rows(spoke, path)


def test_pe_15_a_peer_in_another_region_is_global(arm: Arm) -> None:
    """The next hop type says so."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*virtual_network("far", "10.2.0.0/24", location="southeastasia"))
    arm.put(*subnet("hub", "app", "10.0.0.0/26"))
    arm.put(*peering("hub", "far"))
    arm.put(*peering("far", "hub"))

    rows = _rows(arm, _run(arm, "hub/app"))

    assert ("Default", "Active", "10.2.0.0/24", "VNetGlobalPeering", []) in rows


def test_rt_03_and_rt_04_user_routes_override_system_and_bgp_routes(spoke: Arm) -> None:
    """At the same prefix over BGP and system; a default route takes away those to nowhere."""
    routes = [
        route("all", "0.0.0.0/0", "VirtualAppliance", "10.0.0.68"),
        route("premises", "192.168.0.0/16", "VirtualAppliance", "10.0.0.68"),
        route("tag", "AzureCloud", "Internet"),
    ]
    spoke.put(*route_table("table", *routes))
    spoke.put(*subnet("spoke", "app", "10.1.0.0/26", routeTable={"id": TABLE}))
    path = _run(spoke, "spoke/app")

    appliance = ["10.0.0.68"]
    assert _rows(spoke, path) == [
        LOCAL,
        HUB,
        (
            "VirtualNetworkGateway",
            "Invalid",
            "192.168.0.0/16",
            "VirtualNetworkGateway",
            ["10.0.0.12"],
        ),
        ("Default", "Invalid", "0.0.0.0/0", "Internet", []),
        ("User", "Active", "0.0.0.0/0", "VirtualAppliance", appliance),
        ("User", "Active", "192.168.0.0/16", "VirtualAppliance", appliance),
        ("User", "Active", "AzureCloud", "Internet", []),
    ]
    (named,) = [each for each in _asked(spoke, f"{path}/effectiveRouteTable") if "name" in each][:1]
    assert named["name"] == "all"


def test_rt_05_bgp_does_not_override_peered_networks(spoke: Arm) -> None:
    """A more specific BGP route inside the network or its peer does not count."""
    control.advertise(spoke.directory, ["10.0.0.128/25", "10.1.0.64/26"])

    rows = _rows(spoke, _run(spoke, "spoke/app"))

    states = {prefix: state for source, state, prefix, *_ in rows if source != "Default"}
    assert states == {"10.0.0.128/25": "Invalid", "10.1.0.64/26": "Invalid"}


def test_rt_09_disabled_propagation_removes_the_gateways_routes(spoke: Arm) -> None:
    """The table has no routes of its own, and yet takes those away."""
    spoke.put(*route_table("table", disableBgpRoutePropagation=True))
    spoke.put(*subnet("spoke", "app", "10.1.0.0/26", routeTable={"id": TABLE}))

    assert _rows(spoke, _run(spoke, "spoke/app")) == [LOCAL, HUB, INTERNET, *NOWHERE]


def test_rt_06_a_service_endpoint_has_a_route(spoke: Arm) -> None:
    """Under the service's tag: its prefixes are Azure's."""
    storage = [{"service": "Microsoft.Storage"}]
    spoke.put(*subnet("spoke", "app", "10.1.0.0/26", serviceEndpoints=storage))

    rows = _rows(spoke, _run(spoke, "spoke/app"))

    assert ("Default", "Active", "Storage", "VirtualNetworkServiceEndpoint", []) in rows


def test_er_25_a_default_route_from_on_premises_overrides_the_systems(spoke: Arm) -> None:
    """RT-03: the Internet and None routes are absent, and back once it is withdrawn."""
    path = _run(spoke, "spoke/app")
    control.advertise(spoke.directory, ["0.0.0.0/0"])
    learned = ("VirtualNetworkGateway", "Active", "0.0.0.0/0", *ON_PREMISES[3:])

    assert _rows(spoke, path) == [LOCAL, HUB, learned]
    control.advertise(spoke.directory, [])
    assert _rows(spoke, path) == [LOCAL, HUB, INTERNET, *NOWHERE]


def test_rt_03_a_default_route_that_is_not_propagated_replaces_nothing(spoke: Arm) -> None:
    """RT-09: without the gateway's routes the system's stay."""
    control.advertise(spoke.directory, ["0.0.0.0/0"])
    spoke.put(*route_table("table", disableBgpRoutePropagation=True))
    spoke.put(*subnet("spoke", "app", "10.1.0.0/26", routeTable={"id": TABLE}))

    assert _rows(spoke, _run(spoke, "spoke/app")) == [LOCAL, HUB, INTERNET, *NOWHERE]


def test_rt_03_two_default_routes_by_bgp_cancel_out(spoke: Arm) -> None:
    """What is shorter than a private range and no default route leaves the None routes."""
    control.advertise(spoke.directory, ["0.0.0.0/1", "128.0.0.0/1"])
    found = _rows(spoke, _run(spoke, "spoke/app"))

    assert [row for row in found if row[0] == "Default"] == [LOCAL, HUB, INTERNET, *NOWHERE]


def test_er_38_a_disabled_private_peering_ends_both_sessions(spoke: Arm) -> None:
    """A fence at the circuit: routes go, and come back when it is enabled."""
    path = _run(spoke, "spoke/app")
    spoke.put(*private_peering("circuit", state="Disabled"))

    assert ON_PREMISES not in _rows(spoke, path)
    assert [each["state"] for each in _asked(spoke, f"{GATEWAY}/getBgpPeerStatus")] == [
        "Connecting",
        "Connecting",
    ]
    spoke.put(*private_peering("circuit", state="Enabled"))
    assert ON_PREMISES in _rows(spoke, path)


def test_er_20_what_a_gateway_learns_and_advertises(spoke: Arm) -> None:
    """Its network and the spokes that use it go out; what comes in has Microsoft's path."""
    learned = _asked(spoke, f"{GATEWAY}/getLearnedRoutes")
    peers = _asked(spoke, f"{GATEWAY}/getBgpPeerStatus")
    advertised = _asked(spoke, f"{GATEWAY}/getAdvertisedRoutes", peer="10.0.0.4")

    assert learned == [
        {
            "localAddress": "10.0.0.12",
            "network": "10.0.0.0/24",
            "sourcePeer": "10.0.0.12",
            "origin": "Network",
            "asPath": "",
            "weight": 32768,
        },
        {
            "localAddress": "10.0.0.12",
            "network": "192.168.0.0/16",
            "nextHop": "10.0.0.4",
            "sourcePeer": "10.0.0.4",
            "origin": "EBgp",
            "asPath": "12076-65001",
            "weight": 32769,
        },
    ]
    assert [(each["neighbor"], each["state"], each["routesReceived"]) for each in peers] == [
        ("10.0.0.4", "Connected", 1),
        ("10.0.0.5", "Connected", 1),
    ]
    assert [(each["network"], each["asPath"]) for each in advertised] == [
        ("10.0.0.0/24", "65515"),
        ("10.1.0.0/24", "65515"),
    ]
    assert _asked(spoke, f"{GATEWAY}/getAdvertisedRoutes", peer="10.0.0.99") == []


def test_er_21_too_many_prefixes_take_the_connection_down(spoke: Arm) -> None:
    """More than 4,000 from on-premises on a Standard circuit; at 4,000 it is up."""
    many = [f"100.{64 + number // 256}.{number % 256}.0/24" for number in range(4001)]

    def learned(count: int) -> int:
        control.advertise(spoke.directory, many[:count])
        return len(_asked(spoke, f"{GATEWAY}/getLearnedRoutes"))

    assert (learned(4000), learned(4001)) == (4001, 1)


def _second_circuit(arm: Arm, **more: Any) -> None:
    arm.put(*circuit("second", place="Singapore"))
    arm.put(*private_peering("second", peerASN=65002))
    arm.put(*connection("second", "gateway", "second", **more))


def test_er_22_the_higher_weight_wins_and_equal_routes_share(spoke: Arm) -> None:
    """Both are learned; what is used shows in the effective routes, and after the loss of one."""
    _second_circuit(spoke, routingWeight=10)
    learned = _asked(spoke, f"{GATEWAY}/getLearnedRoutes")

    paths = [(each["asPath"], each["weight"]) for each in learned[1:]]
    assert paths == [("12076-65001", 32769), ("12076-65002", 32779)]
    path = _run(spoke, "spoke/app")
    assert ON_PREMISES in _rows(spoke, path)
    spoke.put(*private_peering("second", peerASN=65002, state="Disabled"))
    assert ON_PREMISES in _rows(spoke, path)
    spoke.put(*private_peering("circuit", state="Disabled"))
    assert ON_PREMISES not in _rows(spoke, path)


def test_er_26_networks_on_one_circuit_are_isolated_by_default(arm: Arm) -> None:
    """Only if both gateways allow traffic of remote networks."""
    arm.connected()
    arm.put(*virtual_network("other", "10.5.0.0/24"))
    arm.put(*subnet("other", "GatewaySubnet", "10.5.0.0/26"))

    def learned(*, first: bool, second: bool) -> list[str]:
        arm.put(*gateway("gateway", "hub", allowRemoteVnetTraffic=first))
        arm.put(*gateway("there", "other", allowRemoteVnetTraffic=second))
        arm.put(*connection("there", "there", "circuit"))
        return [each["network"] for each in _asked(arm, f"{GATEWAY}/getLearnedRoutes")]

    own = ["10.0.0.0/24", "192.168.0.0/16"]
    assert learned(first=False, second=True) == own
    assert learned(first=True, second=False) == own
    assert learned(first=True, second=True) == [*own, "10.5.0.0/24"]


def test_a_circuit_shows_arp_and_route_tables(spoke: Arm) -> None:
    """ARP, routes and their summary, of each link; a third link there is not."""
    private = f"{CIRCUIT}/peerings/AzurePrivatePeering"

    arp = _asked(spoke, f"{private}/arpTables/primary")
    routes = _asked(spoke, f"{private}/routeTables/secondary")
    summary = _asked(spoke, f"{private}/routeTablesSummary/primary")

    assert [(each["interface"], each["ipAddress"]) for each in arp] == [
        ("On-Prem", "172.16.0.1"),
        ("Microsoft", "172.16.0.2"),
    ]
    assert routes[0] == {
        "network": "192.168.0.0/16",
        "nextHop": "172.16.0.5",
        "locPrf": "",
        "weight": 0,
        "path": "65001",
    }
    assert [each["network"] for each in routes[1:]] == ["10.0.0.0/24", "10.1.0.0/24"]
    assert [(each["as"], each["statePfxRcd"]) for each in summary] == [(65001, "1"), (65515, "2")]
    wrong = spoke.send("POST", f"{private}/arpTables/tertiary")
    assert (wrong.status, wrong.body["error"]["code"]) == (400, "SimulatorDevicePath")
    spoke.put(*private_peering("circuit", state="Disabled"))
    assert [each["interface"] for each in _asked(spoke, f"{private}/arpTables/primary")] == [
        "Microsoft"
    ]
    assert _asked(spoke, f"{private}/routeTables/primary") == []


def test_a_vpn_gateway_learns_the_prefixes_of_its_device(arm: Arm) -> None:
    """The prefixes of the local network gateway; ExpressRoute is preferred for the same ones."""
    arm.connected(spoke="10.1.0.0/24")
    arm.put(*subnet("spoke", "app", "10.1.0.0/26"))
    arm.put(*public_address("pip"))
    arm.put(*vpn_gateway("vpn", "hub", "pip"))
    arm.put(*local_gateway("site", "192.168.0.0/16", "172.20.0.0/16"))
    ends = {
        "virtualNetworkGateway1": {"id": f"{NETWORK}/virtualNetworkGateways/vpn"},
        "localNetworkGateway2": {"id": f"{NETWORK}/localNetworkGateways/site"},
    }
    properties = {"connectionType": "IPsec", "sharedKey": "secret"} | ends
    body = {"location": "eastasia", "properties": properties}
    arm.put(f"{NETWORK}/connections/vpn", body)

    rows = _rows(arm, _run(arm, "spoke/app"))

    learned = [row for row in rows if row[0] == "VirtualNetworkGateway"]
    assert [(row[2], row[1]) for row in learned] == [
        ("192.168.0.0/16", "Active"),
        ("172.20.0.0/16", "Active"),
    ]


def test_effective_security_groups_are_those_of_interface_and_subnet(spoke: Arm) -> None:
    """None (recorded), then the group of the subnet."""
    path = _run(spoke, "spoke/app")
    assert _asked(spoke, f"{path}/effectiveNetworkSecurityGroups") == []
    group, body = security_group("nsg")
    spoke.put(group, body)
    where, _ = subnet("spoke", "app", "")
    spoke.put(*subnet("spoke", "app", "10.1.0.0/26", networkSecurityGroup={"id": group}))

    assert _asked(spoke, f"{path}/effectiveNetworkSecurityGroups") == [
        {
            "networkSecurityGroup": {"id": group},
            "association": {"subnet": {"id": where}},
            "effectiveSecurityRules": [],
        }
    ]


def test_a_region_that_is_down_still_routes(spoke: Arm) -> None:
    """The control plane of East Asia answers 503; what runs there is as it was before."""
    path = _run(spoke, "spoke/app")
    before = _rows(spoke, path)
    control.add_fault(spoke.directory, FaultRequest("region-down", region="eastasia"))

    assert spoke.send("POST", f"{path}/effectiveRouteTable").status == 503

    control.clear_faults(spoke.directory)
    assert _rows(spoke, path) == before


def test_on_premises_advertises_valid_prefixes_only(arm: Arm) -> None:
    """Over one circuit or over all; an invalid prefix is refused."""
    with pytest.raises(SimulatorError, match="'nonsense' is not a prefix"):
        control.advertise(arm.directory, ["nonsense"])


def test_check_ip_address_availability(arm: Arm) -> None:
    """As recorded: reserved, taken, free, and outside of every subnet."""
    arm.networks(hub="10.0.0.0/24")
    arm.put(*subnet("hub", "app", "10.0.0.0/26"))
    arm.put(*interface("nic", "hub/app"))
    path = f"{NETWORK}/virtualNetworks/hub/CheckIPAddressAvailability"

    def asked(address: str) -> Any:
        return arm.send("GET", path, None, {"ipAddress": address}).body

    others = [f"10.0.0.{number}" for number in range(5, 10)]
    assert asked("10.0.0.0") == {
        "available": False,
        "availableIPAddresses": others,
        "isPlatformReserved": True,
    }
    assert asked("10.0.0.4")["availableIPAddresses"] == others
    assert asked("10.0.0.9")["available"]
    assert asked("10.0.1.4")["error"]["code"] == "PrivateIPAddressNotInAnySubnet"
    assert asked("x")["error"]["code"] == "SimulatorPrivateAddressFormat"


def test_service_providers_are_listed(arm: Arm) -> None:
    """Of any subscription, with peering locations and bandwidths."""
    path = NETWORK.partition("/resourceGroups")[0] + "/providers/Microsoft.Network"

    found = arm.get(f"{path}/expressRouteServiceProviders")["value"]

    equinix = next(each for each in found if each["name"] == "Equinix")
    assert "Hong Kong" in equinix["properties"]["peeringLocations"]
    assert equinix["properties"]["bandwidthsOffered"][4] == {
        "offerName": "1Gbps",
        "valueInMbps": 1000,
    }
