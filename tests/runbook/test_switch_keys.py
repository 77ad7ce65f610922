"""The Python runbook with authorization keys of lent circuits, and with an NVA that is off."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from sparehub.site_recovery.runbook import switch_network
from tests.configurations import shipped
from tests.runbook.world import SUBSCRIPTION, SwitchWorld, key_variable, served
from tests.simulator.arm.arm_client import Arm

NVA = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-nva"
    "/providers/Microsoft.Compute/virtualMachines/nva"
)
THEIRS = "/subscriptions/00000000-0000-0000-0000-00000000000b/resourceGroups/rg-circuits"
CIRCUITS = {
    "primary": ("hong-kong", "Hong Kong", "eastasia"),
    "secondary": ("singapore", "Singapore", "southeastasia"),
}


def lend(arm: Arm, name: str, place: str, vlan: int) -> tuple[str, str]:
    """Make a circuit of another subscription with an authorization; return its id and the key."""
    circuit = f"{THEIRS}/providers/Microsoft.Network/expressRouteCircuits/{name}"
    provider = {
        "serviceProviderName": "Equinix",
        "peeringLocation": place,
        "bandwidthInMbps": 1000,
    }
    sku = {"name": "Premium_MeteredData", "tier": "Premium", "family": "MeteredData"}
    arm.put(
        circuit,
        {
            "location": "japaneast",
            "sku": sku,
            "properties": {"serviceProviderProperties": provider},
        },
    )
    peering = {
        "peeringType": "AzurePrivatePeering",
        "peerASN": 65001,
        "vlanId": vlan,
        "primaryPeerAddressPrefix": "172.16.0.0/30",
        "secondaryPeerAddressPrefix": "172.16.0.4/30",
    }
    arm.put(f"{circuit}/peerings/AzurePrivatePeering", {"properties": peering})
    arm.put(f"{circuit}/authorizations/ours", {"properties": {}})
    return circuit, arm.properties(f"{circuit}/authorizations/ours")["authorizationKey"]


@pytest.fixture
def world(tmp_path: Path) -> Iterator[SwitchWorld]:
    """Return a pair on lent circuits, the primary active."""
    directory = tmp_path / "azure"
    arm = Arm(directory)
    arm.put_by("2021-04-01", THEIRS, {"location": "japaneast"})
    files = {}
    for number, (stack, (key, place, _)) in enumerate(CIRCUITS.items()):
        values = shipped(stack)
        circuit, secret = lend(arm, f"erc-{key}", place, 100 + number)
        connections = values["sparehub:region"]["expressRoute"]["connections"]
        connections[key]["circuit"] = {
            "id": circuit,
            "location": "japaneast",
            "peeringLocation": place,
            "sku": {"tier": "Premium"},
            "bandwidthInMbps": 1000,
            "authorizationKey": secret,
        }
        files[stack] = values
    made = SwitchWorld(directory, files).deploy()
    made.publish()
    secret = files["secondary"]["sparehub:region"]["expressRoute"]["connections"]["singapore"]
    made.assets = {key_variable("singapore"): secret["circuit"]["authorizationKey"]}
    with served(made):
        yield made


def writes(world: SwitchWorld, before: int) -> list[tuple[str, str, str]]:
    return [(m, path.split("/")[-1], outcome) for m, path, outcome in world.writes()[before:]]


TARGET = ("PUT", "con-southeastasia-singapore", "Succeeded")


def test_a_key_is_read_from_its_encrypted_variable(world: SwitchWorld) -> None:
    """It is in the request, and neither in the data nor in the output."""
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert writes(world, before) == [("DELETE", "con-eastasia-hong-kong", "Succeeded"), TARGET]
    (secret,) = world.assets.values()
    assert secret not in ran.stdout + ran.stderr + world.rendered.data


def test_a_variable_that_is_missing_stops_before_anything_is_done(world: SwitchWorld) -> None:
    """Nothing is fenced for a target that cannot be connected."""
    world.assets = {}
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 1
    assert f"{key_variable('singapore')} cannot be read, nothing was done" in ran.stdout
    assert writes(world, before) == []


def test_a_key_that_is_used_up_can_be_replaced(world: SwitchWorld) -> None:
    """ER-14: Azure refuses it; a new key in the variable, and the second start goes on."""
    good = dict(world.assets)
    world.assets = dict.fromkeys(good, "11111111-1111-1111-1111-111111111111")

    ran = world.run()

    assert ran.returncode == 1
    assert "put a new one there and start this again" in ran.stdout
    assert "not done: activate-secondary" in ran.stdout
    world.assets = good
    before = len(world.writes())
    assert world.run().returncode == 0
    assert writes(world, before) == [TARGET]


def test_a_lost_region_is_fenced_by_its_authorization(world: SwitchWorld) -> None:
    """Revoking it cuts the links of its subscription alone; a second run finds it revoked."""
    world.arm.inject("region-down", region="eastasia")
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert writes(world, before) == [("DELETE", "ours", "Succeeded"), TARGET]
    again = len(world.writes())
    ran = world.run()
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "so nothing is to be fenced there" in ran.stdout
    assert writes(world, again) == []


class Silent(switch_network.Azure):
    """An Azure whose lost region says nothing, and whose circuit has one authorization."""

    def __init__(self, authorization: dict[str, str], graph: switch_network.Answer) -> None:
        super().__init__("https://nowhere.example", switch_network.Clock(150, 0))
        self.authorization, self.graph = authorization, graph

    def send(
        self, path: str, ask: switch_network.Ask = switch_network.READ, seconds: float = 60.0
    ) -> switch_network.Answer:
        del ask, seconds
        if "/connections/" in path:
            return switch_network.Answer(0)
        if path.endswith("/authorizations"):
            listed = [{"id": "a", "properties": self.authorization}]
            return switch_network.Answer(200, {"value": listed})
        if path == switch_network.GRAPH:
            return self.graph
        return switch_network.Answer(200, {"properties": {"state": "Enabled"}})


FREE, UNNAMED = {"authorizationUseStatus": "Available"}, {"authorizationUseStatus": "InUse"}


def chosen(
    world: SwitchWorld, authorization: dict[str, str], *, shown: bool, status: int = 200
) -> tuple[str, str] | None:
    """Return the fence of the lost region's connection; ``shown`` by Resource Graph or not."""
    data = world.data.document()
    (circuit,) = next(each for each in data["steps"] if each["act"] == "fence")["circuits"]
    row = {"id": circuit["connection"], "properties": {"peer": {"id": circuit["circuit"]}}}
    graph = switch_network.Answer(status, {"data": [row] if shown else []})
    clock = switch_network.Clock(150, 0)
    azure = Silent(authorization, graph)
    switch = switch_network.Switch(azure, clock, data, "", switch_network.Log())
    return switch._chosen(circuit)  # noqa: SLF001 - a fence is chosen inside


def test_a_connection_without_its_authorization_is_fenced_already(world: SwitchWorld) -> None:
    """Its circuit says that the key is free, and Resource Graph shows no such connection."""
    assert chosen(world, FREE, shown=False) is None


@pytest.mark.parametrize("authorization", [FREE, UNNAMED])
def test_a_connection_that_is_there_is_not_fenced_already(
    world: SwitchWorld, authorization: dict[str, str]
) -> None:
    """Azure may name no user of a key: Resource Graph shows ours, so the peering is disabled."""
    fence = chosen(world, authorization, shown=True)

    assert fence
    assert fence[0] == "privatePeering"


@pytest.mark.parametrize(("authorization", "status"), [(UNNAMED, 200), (FREE, 403)])
def test_what_is_not_known_of_a_circuit_proves_no_fence(
    world: SwitchWorld, authorization: dict[str, str], status: int
) -> None:
    """A key that somebody uses whom Azure does not name; a graph that cannot be read."""
    with pytest.raises(switch_network.CutError, match="unknown users"):
        chosen(world, authorization, shown=False, status=status)


def started_at_failover(tmp_path: Path) -> SwitchWorld:
    """Return a pair whose target starts its NVA in a failover; the machine is not made."""
    files = {stack: shipped(stack) for stack in CIRCUITS}
    nva = files["secondary"]["sparehub:region"]["hub"]["nva"]
    nva |= {"id": NVA, "standby": "startAtFailover"}
    made = SwitchWorld(tmp_path / "azure", files).deploy()
    made.publish()
    return made


def test_an_nva_that_is_off_is_started(tmp_path: Path) -> None:
    """Before the target is connected; a machine that runs is not touched."""
    made = started_at_failover(tmp_path)
    make_nva(made, NVA)
    with served(made):
        before = len(made.writes())

        ran = made.run()

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert f"started: {NVA}" in ran.stdout
        assert [each[:2] for each in writes(made, before)] == [
            ("DELETE", "con-eastasia-hong-kong"),
            ("POST", "start"),
            TARGET[:2],
        ]
        again = len(made.writes())
        assert f"runs already: {NVA}" in made.run().stdout
        assert writes(made, again) == []


def test_an_nva_that_cannot_be_started_does_not_stop_the_switch(tmp_path: Path) -> None:
    """A region that is connected without it is better than none; the end says what is open."""
    made = started_at_failover(tmp_path)
    with served(made):
        before = len(made.writes())

        ran = made.run()

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert f"open: the NVA {NVA} may not forward: start it by hand: " in ran.stdout
        assert [each[:2] for each in writes(made, before)] == [
            ("DELETE", "con-eastasia-hong-kong"),
            TARGET[:2],
        ]


def make_nva(world: SwitchWorld, machine: str, pool: str = "") -> None:
    """Make a deallocated machine in the hub of the target, behind a load balancer's pool or not."""
    group = machine.partition("/providers/")[0]
    place = {"location": "southeastasia"}
    world.arm.put_by("2021-04-01", group, place)
    hub = world.data.document()["target"]["group"]
    subnet = f"{hub}/providers/Microsoft.Network/virtualNetworks/vnet-hub-southeastasia/subnets/nva"
    card = f"{group}/providers/Microsoft.Network/networkInterfaces/nva"
    address: dict[str, Any] = {
        "subnet": {"id": subnet},
        "privateIPAddress": "10.10.10.10",
        "privateIPAllocationMethod": "Static",
    }
    if balancer := pool.partition("/backendAddressPools/")[0]:
        front = {**address, "privateIPAddress": "10.10.10.11"}
        properties = {
            "frontendIPConfigurations": [{"name": "front", "properties": front}],
            "backendAddressPools": [{"name": pool.rpartition("/")[2]}],
        }
        world.arm.put(balancer, {**place, "sku": {"name": "Standard"}, "properties": properties})
        address["loadBalancerBackendAddressPools"] = [{"id": pool}]
    configuration: dict[str, Any] = {"name": "ipconfig", "properties": address}
    world.arm.put(
        card,
        {
            **place,
            "properties": {"enableIPForwarding": True, "ipConfigurations": [configuration]},
        },
    )
    world.arm.put_by(
        "2024-07-01",
        machine,
        {
            **place,
            "properties": {
                "hardwareProfile": {"vmSize": "Standard_D2s_v5"},
                "storageProfile": {"osDisk": {"createOption": "FromImage"}},
                "networkProfile": {"networkInterfaces": [{"id": card}]},
            },
        },
    )
    answer = world.arm.send("POST", f"{machine}/deallocate", None, {"api-version": "2024-07-01"})
    assert answer.status < 300, answer.body
