"""Routes and reachability of what the real engine deployed, by everybody who computes them."""

import json
from collections.abc import Callable
from typing import Any

from sparehub.topology.reachability.effective_routes import routes
from sparehub.topology.reachability.verdicts import verify
from tests.configurations import region_of, shipped
from tests.engine.conftest import Engine
from tests.oracle.comparison import by_verifier, said_of
from tests.oracle.region import Region
from tests.oracle.trace import World
from tests.topology.azure_bodies import Row, given, rendered
from tests.topology.fault_strategies import Scene
from tests.topology.reachability.pairs import with_half

Make = Callable[..., Engine]
KINDS = ("virtualNetworks", "routeTables", "virtualNetworkGateways", "connections")
CIRCUIT = "Microsoft.Network/expressRouteCircuits"


def with_shared_subnet(config: dict[str, Any]) -> None:
    """Make room for one more subnet in the hub."""
    subnets = config["sparehub:region"]["hub"]["subnets"]
    subnets["nva"]["addressPrefix"] = "10.10.10.0/26"
    subnets["shared"] = {"addressPrefix": "10.10.10.64/26"}


class Deployed:
    """A stack on the real engine, and the model that its file describes."""

    def __init__(self, engine: Engine, stack: str) -> None:
        self.engine = engine
        self.stack = stack
        values = shipped(stack)
        with_shared_subnet(values)
        self.model = region_of(values)
        engine.change(stack, with_shared_subnet)
        engine.up(stack)
        # The hub's half of a peering is recorded as Initiated: the spoke's half comes after it.
        engine.rehearsal.pulumi("refresh", "--yes", "--stack", stack)
        text = engine.rehearsal.pulumi("stack", "export", "--stack", stack)
        recorded = json.loads(text)["deployment"]["resources"]
        self.recorded = [
            each["outputs"] for each in recorded if each["type"].startswith("azure-native:network:")
        ]
        hub = next(each["id"] for each in self.recorded if each["name"] == self.model.hub.name)
        self.network = str(hub).partition("/virtualNetworks/")[0]

    def ok(self, method: str, path: str, body: dict[str, Any] | None = None) -> Any:
        """Ask the local Azure; return what it says."""
        response = self.engine.arm(method, path, body)
        assert response.status in (200, 201), response.body
        return response.body

    def from_model(self) -> Region:
        """Return what the oracle reads in the model's own rendering."""
        return Region(self.stack, rendered(self.model, self.stack), given(self.model))

    def from_pulumi(self) -> Region:
        """Return what it reads in the stack that Pulumi recorded."""
        return Region(self.stack, self.recorded, given(self.model))

    def from_azure(self) -> Region:
        """Return what it reads in the local Azure's answers."""
        listed = [e for kind in KINDS for e in self.ok("GET", f"{self.network}/{kind}")["value"]]
        circuits = [self.ok("GET", e["id"]) for e in self.recorded if e["type"] == CIRCUIT]
        return Region(self.stack, [*listed, *circuits], given(self.model))

    def shown(self, key: str, subnet: str) -> list[Row]:
        """Run a machine in a subnet; return the effective routes of its interface.

        Which address of its own a gateway names for a BGP route, only it knows.
        """
        keys = given(self.model).keys
        network = next(name for name, known in keys.items() if known == key)
        interface = f"{self.network}/networkInterfaces/nic-{key}-{subnet}"
        where = {"id": f"{self.network}/virtualNetworks/{network}/subnets/{subnet}"}
        location = self.model.location
        ip: dict[str, Any] = {"name": "default", "properties": {"subnet": where}}
        body = {"location": location, "properties": {"ipConfigurations": [ip]}}
        self.ok("PUT", interface, body)
        machines = self.network.replace("Microsoft.Network", "Microsoft.Compute/virtualMachines")
        properties = {
            "hardwareProfile": {"vmSize": "Standard_B1s"},
            "networkProfile": {"networkInterfaces": [{"id": interface}]},
        }
        body = {"location": location, "properties": properties}
        self.ok("PUT", f"{machines}/vm-{key}-{subnet}", body)
        found = self.ok("POST", f"{interface}/effectiveRouteTable")["value"]
        return sorted(
            (r["source"], r["state"], *r["addressPrefix"], r["nextHopType"], address)
            for r in found
            for address in (r["nextHopIpAddress"] if r["source"] == "User" else None) or [""]
        )

    def forbid_forwarded_traffic(self) -> None:
        """Change the first spoke's half of its peering behind Pulumi's back."""
        spoke = self.model.spokes[0]
        network = f"{self.network}/virtualNetworks/{spoke.virtual_network.name}"
        path = f"{network}/virtualNetworkPeerings/{spoke.spoke_to_hub.name}"
        properties = self.ok("GET", path)["properties"]
        self.ok("PUT", path, {"properties": properties | {"allowForwardedTraffic": False}})


def test_everybody_computes_the_same_of_what_is_deployed(engine: Make) -> None:
    """A pair, one active, one waiting: four readings, one truth.

    The verifier reads the model; the oracle reads it, too, and what Pulumi recorded, and the local
    Azure, whose own effective routes are the same again. So it is once somebody has changed a flag
    (PE-17b) behind Pulumi's back.
    """
    azure = engine("primary", "secondary")
    stacks = [Deployed(azure, stack) for stack in ("primary", "secondary")]
    models = {each.stack: each.model for each in stacks}

    said = by_verifier(Scene(models), routes, verify)
    assert said_of(World(*(each.from_model() for each in stacks))) == said
    assert said_of(World(*(each.from_pulumi() for each in stacks))) == said
    assert said_of(World(*(each.from_azure() for each in stacks))) == said
    for each in stacks:
        for key, subnet in (("spoke1", "app"), ("hub", "nva"), ("hub", "shared")):
            lines = said.routes[f"{each.stack}/{key}/{subnet}"]
            assert each.shown(key, subnet) == [row for row, _ in lines]

    stacks[0].forbid_forwarded_traffic()
    changed = with_half(models["primary"], "spoke1", "spoke_to_hub", allow_forwarded_traffic=False)
    doubted = by_verifier(Scene(models | {"primary": changed}), routes, verify)
    assert doubted.pairs["on-premises", "primary/spoke1/app"][0] == "AMBIGUOUS"
    assert said_of(World(*(each.from_azure() for each in stacks))) == doubted
