"""The effective routes of what the real engine deployed, as the local Azure computes them."""

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from tests.configurations import region_of, shipped
from tests.engine.conftest import Engine
from tests.oracle.region import Region
from tests.oracle.verdicts import judge
from tests.oracle.walk import World
from tests.topology.rendered import Row, given, rendered, row
from topology import model
from topology.routes import RegionRoutes, find_subnet

Make = Callable[..., Engine]
STACKS = ("primary", "secondary")
KINDS = ("virtualNetworks", "routeTables", "virtualNetworkGateways", "connections")


def with_shared_subnet(config: dict[str, Any]) -> None:
    """Make room for one more subnet in the hub."""
    subnets = config["sparehub:region"]["hub"]["subnets"]
    subnets["nva"]["addressPrefix"] = "10.10.10.0/26"
    subnets["shared"] = {"addressPrefix": "10.10.10.64/26"}


def models() -> dict[str, model.Region]:
    """Return what the stack files, so changed, describe."""
    found = {}
    for stack in STACKS:
        values = shipped(stack)
        with_shared_subnet(values)
        found[stack] = region_of(values)
    return found


class Deployed:
    """Both regions on the real engine."""

    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def ok(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the local Azure; return what it says."""
        response = self.engine.arm(method, path, body)
        assert response.status in (200, 201), response.body
        return response.body

    def exported(self, stack: str) -> list[dict[str, Any]]:
        """Return what Pulumi recorded of a stack's Azure resources, refreshed.

        The hub's half of a peering is recorded as Initiated: the spoke's half comes after it.
        """
        self.engine.rehearsal.pulumi("refresh", "--yes", "--stack", stack)
        text = self.engine.rehearsal.pulumi("stack", "export", "--stack", stack)
        found = json.loads(text)["deployment"]["resources"]
        return [
            each["outputs"] for each in found if each["type"].startswith("azure-native:network")
        ]

    def listed(self, network: str, circuits: list[str]) -> Iterator[dict[str, Any]]:
        """Yield what the local Azure itself shows: of a group, and circuits by id."""
        for kind in KINDS:
            yield from self.ok("GET", f"{network}/{kind}")["value"]
        for circuit in circuits:
            yield self.ok("GET", circuit)

    def machine(self, network: str, location: str, subnet: str) -> str:
        """Run a machine in a subnet behind Pulumi's back; return its interface's id."""
        virtual_network, _, name = subnet.rpartition("/")
        interface = f"{network}/networkInterfaces/nic-{virtual_network}-{name}"
        where = {"id": f"{network}/virtualNetworks/{virtual_network}/subnets/{name}"}
        ip = {"name": "default", "properties": {"subnet": where}}
        properties: dict[str, Any] = {"ipConfigurations": [ip]}
        self.ok("PUT", interface, {"location": location, "properties": properties})
        machines = network.replace("Microsoft.Network", "Microsoft.Compute/virtualMachines")
        properties = {
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "networkProfile": {"networkInterfaces": [{"id": interface}]},
        }
        body = {"location": location, "properties": properties}
        self.ok("PUT", f"{machines}/vm-{virtual_network}-{name}", body)
        return interface

    def routes(self, interface: str) -> set[Row]:
        """Return the effective routes of an interface.

        Which address of its own a gateway names for a BGP route, only it knows.
        """
        found = self.ok("POST", f"{interface}/effectiveRouteTable")["value"]
        return {
            (r["source"], r["state"], r["addressPrefix"][0], r["nextHopType"], address)
            for r in found
            for address in (r["nextHopIpAddress"] if r["source"] == "User" else None) or [""]
        }


def of_topology(regions: Mapping[str, model.Region], name: str) -> set[Row]:
    """Return the effective routes of a subnet by the code that is judged."""
    stack, _, place = name.partition("/")
    key, subnet = find_subnet(regions[stack], place)
    return set(map(row, RegionRoutes(regions[stack]).of(key, subnet)))


def test_three_readings_of_one_deployment_agree(engine: Make) -> None:
    """The model, what Pulumi recorded and what the local Azure shows are one to the oracle.

    Its own routes of a spoke's subnet, of the NVA's and of another one of the hub are the same,
    in the active and in the waiting region.
    """
    deployed = Deployed(engine(*STACKS))
    regions = models()
    readings: dict[str, dict[str, Region]] = {"model": {}, "export": {}, "azure": {}}
    shown: dict[str, set[Row]] = {}
    for stack, region in regions.items():
        deployed.engine.change(stack, with_shared_subnet)
        deployed.engine.up(stack)
        exported = deployed.exported(stack)
        hub = next(str(e["id"]) for e in exported if e["name"] == region.hub.name)
        network = hub.partition("/virtualNetworks/")[0]
        circuits = [
            e["id"] for e in exported if e["type"] == "Microsoft.Network/expressRouteCircuits"
        ]
        known = given(region)
        readings["model"][stack] = Region(stack, rendered(region, stack), known)
        readings["export"][stack] = Region(stack, exported, known)
        listed = list(deployed.listed(network, circuits))
        readings["azure"][stack] = Region(stack, listed, known)
        for key, subnet in (("spoke1", "app"), ("hub", "nva"), ("hub", "shared")):
            name = next(name for name, known_key in known.keys.items() if known_key == key)
            interface = deployed.machine(network, region.location, f"{name}/{subnet}")
            shown[f"{stack}/{key}/{subnet}"] = deployed.routes(interface)

    judged = {}
    for reading, found in readings.items():
        world = World(*found.values())
        judged[reading] = {pair: each.verdict for pair, each in judge(world).items()}
        computed = {p.name: {r.row for r in world.routes(p)} for p in world.places()}
        assert {name: computed[name] for name in shown} == shown, reading
    assert {name: of_topology(regions, name) for name in shown} == shown
    assert judged["export"] == judged["model"]
    assert judged["azure"] == judged["model"]
