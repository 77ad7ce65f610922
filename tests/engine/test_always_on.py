"""One life of a pair with spokes that are always on, and with peered hubs, on the real engine."""

from collections.abc import Callable
from typing import Any

from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from tests.configurations import OURS
from tests.engine.conftest import Engine
from tests.engine.test_verify_deployed import proven
from tests.topology.peered_hubs import peered

STACKS = ("primary", "secondary")
HALVES = {
    "primary": ("vnet-hub-eastasia", "peer-hub-to-secondary"),
    "secondary": ("vnet-hub-southeastasia", "peer-hub-to-primary"),
}


def keys(stack: str) -> dict[str, Any]:
    """Return the keys of a stack's file, its ids in the local Azure's subscription."""
    values = peered(stack)
    for peering in values["sparehub:region"]["hub"]["peerings"].values():
        peering["id"] = peering["id"].replace(OURS, f"/subscriptions/{LOCAL_SUBSCRIPTION}")
    return values


def describe(azure: Engine, stack: str) -> None:
    """Write a stack's file."""
    values = keys(stack)
    azure.change(stack, lambda config: config.update(values))


def half(azure: Engine, stack: str) -> dict[str, Any]:
    """Return the properties of a stack's half of the peering, as Azure has it."""
    hub = azure.outputs(stack)["hubVirtualNetworkId"]
    body = azure.arm("GET", f"{hub}/virtualNetworkPeerings/{HALVES[stack][1]}").body
    assert body is not None
    found: dict[str, Any] = body["properties"]
    return found


def routes_of_nva(azure: Engine, stack: str) -> list[tuple[str, ...]]:
    """Run a machine in the NVA's subnet; return what Azure shows of its routes to the other hub."""
    hub = azure.outputs(stack)["hubVirtualNetworkId"]
    network = hub.partition("/virtualNetworks/")[0]
    location = "eastasia" if stack == "primary" else "southeastasia"
    interface = f"{network}/networkInterfaces/nic-nva"
    ip = {"name": "default", "properties": {"subnet": {"id": f"{hub}/subnets/nva"}}}
    machine = {
        "hardwareProfile": {"vmSize": "Standard_B1s"},
        "networkProfile": {"networkInterfaces": [{"id": interface}]},
    }
    machines = network.replace("Microsoft.Network", "Microsoft.Compute/virtualMachines")
    for path, properties in ((interface, {"ipConfigurations": [ip]}), (f"{machines}/nva", machine)):
        body = {"location": location, "properties": properties}
        assert azure.arm("PUT", path, body).status in {200, 201}
    shown = azure.arm("POST", f"{interface}/effectiveRouteTable").body
    assert shown is not None
    return [
        (*route["addressPrefix"], route["nextHopType"], *route["nextHopIpAddress"])
        for route in shown["value"]
        if route["addressPrefix"][0] in ("10.20.10.0/24", "10.67.0.0/24")
    ]


def test_a_pair_with_peered_hubs_is_deployed_proven_and_switched(
    engine: Callable[..., Engine],
) -> None:
    """The first stack's half is made last; a switch changes neither the peering nor the spokes."""
    azure = engine(*STACKS)
    for stack in STACKS:
        describe(azure, stack)

    assert HALVES["primary"][1] not in {name for _, name in azure.up("primary")}
    azure.up("secondary")
    assert half(azure, "secondary")["peeringState"] == "Initiated"
    assert azure.up("primary") == [("create", HALVES["primary"][1])]
    assert half(azure, "primary")["peeringState"] == "Connected"
    assert half(azure, "secondary")["peeringState"] == "Connected"

    code, states = proven(azure)
    said = [v for v in states["normal"]["violations"] if v["question"] == "always-on"]
    assert code == 0
    assert [(v["source"], v["fails"]) for v in said] == [("secondary/dc/app", False)]
    assert routes_of_nva(azure, "primary") == [
        ("10.20.10.0/24", "VNetGlobalPeering"),
        ("10.67.0.0/24", "VirtualAppliance", "10.20.10.10"),
    ]

    assert azure.switch("primary", "standby") == [("delete", "con-eastasia-hong-kong")]
    assert azure.switch("secondary", "active") == [("create", "con-southeastasia-singapore")]
    assert not any(word in azure.preview("primary") for word in ("to create", "to update"))
