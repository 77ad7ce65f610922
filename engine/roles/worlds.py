"""The worlds in which commands are recorded: each part of Sparehub that writes runs in one.

``machines`` is the pair of ``examples/site-recovery``. ``network`` has what needs other rights: a
gateway that is made at a failover, an NVA that is started, a circuit of another team that both
regions use by keys, and a circuit that is raised. ``portal`` has the runbooks of a recovery plan.
"""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

from engine.demo.machines import EXAMPLE, PRIMARY, SECONDARY, MachinesDemo
from engine.paths import ROOT
from engine.roles.recording import Recording
from sparehub.azure.local import LocalAzure, local_azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.drill.simulator_machines import make_machines
from sparehub.drill.simulator_prerequisites import make
from sparehub.drill.workspace import Rehearsal
from sparehub.output import Output
from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import Permission
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.simulator.arm.storage.logs import authorization_log
from sparehub.stacks.stack_files import STACKS, read_stack, stack_file
from sparehub.topology.errors import ExitCode
from sparehub.topology.model.pair import Stack
from sparehub.topology.replication.direction import replication

Permit = Callable[[Path, Mapping[str, Stack], str], None]
"""Gives a store the rights with which a command is to run on a pair."""
LENT = (
    "/subscriptions/00000000-0000-0000-0000-000000000002/resourceGroups/rg-circuits/providers/Microsoft.Network"
    "/expressRouteCircuits/erc-lent"
)
_NVA = f"/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/rg-nva-{{0}}"
_MACHINE = f"{_NVA}/providers/Microsoft.Compute/virtualMachines/nva"
_KEY = "sparehub:region.expressRoute.connections.lent.circuit.authorizationKey"
_PEERING = {
    "peeringType": "AzurePrivatePeering",
    "peerASN": 65002,
    "vlanId": 300,
    "primaryPeerAddressPrefix": "172.16.2.0/30",
    "secondaryPeerAddressPrefix": "172.16.2.4/30",
}
_CIRCUIT = {
    "location": "japaneast",
    "sku": {"name": "Standard_MeteredData", "tier": "Standard", "family": "MeteredData"},
    "properties": {
        "serviceProviderProperties": {
            "serviceProviderName": "Equinix",
            "peeringLocation": "Hong Kong",
            "bandwidthInMbps": 500,
        }
    },
}


class World(MachinesDemo):
    """A pair on a local Azure of its own, whose commands are recorded."""

    recording: Recording
    permit: Permit

    @property
    def store(self) -> Path:
        """Where the local Azure keeps its store."""
        return self.rehearsal.home.simulator

    def _described(self) -> Mapping[str, Stack]:
        return {name: read_stack(self.rehearsal.project, name) for name in STACKS}

    @contextmanager
    def recorded(self, command: str) -> Iterator[None]:
        """Record what Azure checks meanwhile; the command runs with the rights that it is given."""
        file = self.store / "authorizations"
        file.unlink(missing_ok=True)
        self.permit(self.store, self._described(), command)
        control.log_authorizations(self.store, file)
        try:
            yield
        finally:
            control.log_authorizations(self.store, None)
            control.permit(self.store, [Permission()])
            self.recording.add(command, authorization_log.read(file))

    def change(self, stack: str, edit: Callable[[dict[str, Any]], None]) -> None:
        """Edit the region of a stack file."""
        path, yaml = stack_file(self.rehearsal.project, stack), YAML(typ="safe")
        yaml.default_flow_style = False  # Pulumi does not read a flow that is broken over lines
        content = yaml.load(path)
        edit(content["config"]["sparehub:region"])
        yaml.dump(content, path)

    def move(self, kind: str, *options: str, code: ExitCode = ExitCode.DONE) -> None:
        """Plan an operation, then carry out exactly this plan; without machines nobody is asked."""
        if self.machines:
            super().move(kind, *options, code=code)
            return
        file = f"{kind}.json"
        self.sparehub("plan", kind, *options, "--out", file)
        self.sparehub(kind, *options, "--yes", "--plan", file, code=code)

    def deploy(self) -> None:
        """Deploy both stacks; the machines and the NVAs are somebody else's."""
        for stack in STACKS:
            with self.recorded("pulumi up"):
                self.pulumi("up", "--yes", "--skip-preview", "--stack", stack)
        make_machines(self.azure, self.pair, LOCAL_SUBSCRIPTION)

    def destroy(self) -> None:
        """Take both stacks down, after the machines, which are not Sparehub's."""
        for kind in ("virtualmachines", "networkinterfaces"):
            for path, type_name, _ in control.resources(self.store):
                if type_name.lower().endswith(f"/{kind}"):
                    self.azure.send("DELETE", path)
        for stack in STACKS:
            self.pulumi("state", "unprotect", "--all", "--yes", "--stack", stack)
        for path, type_name, _ in control.resources(self.store):
            if type_name.lower() == "microsoft.network/expressroutecircuits":
                control.deprovision(self.store, path)
        for stack in reversed(STACKS):
            with self.recorded("pulumi destroy"):
                self.pulumi("destroy", "--yes", "--stack", stack)


def machines(directory: Path, recording: Recording, permit: Permit) -> None:
    """Record the life of a pair with machines."""
    world = _world(directory, EXAMPLE, recording, permit)
    world.change("primary", _without_keys("replicate"))
    world.change("secondary", _without_keys("siteRecovery"))
    world.change("secondary", _with_bastion)
    world.deploy()
    with world.recorded("replicate"):
        world.sparehub("replicate", "--yes")
    with world.recorded("check --live"):
        world.sparehub("check", "--live")
    with world.recorded("status"):
        world.sparehub("status")
    with world.recorded("verify --deployed"):
        world.sparehub("verify", "--deployed")
    with world.recorded("drill"):
        world.drill()
    with world.recorded("failover"):
        world.move("failover")
    with world.recorded("commit, failback --prepare"):
        world.prepare("failback")
    with world.recorded("failback"):
        world.move("failback")
    with world.recorded("commit, failback --prepare"):
        world.prepare("failover")
    control.add_fault(world.store, FaultRequest("region-down", region=PRIMARY))
    with world.recorded("failover --unplanned"):
        world.move("failover", "--unplanned", code=ExitCode.OPEN_ITEMS)
    control.clear_faults(world.store)
    with world.recorded("finish-fence"):
        world.finish()
    with world.recorded("replicate --off"):
        world.sparehub("replicate", "--off", "--yes")
    world.destroy()


def portal(directory: Path, recording: Recording, permit: Permit) -> None:
    """Record what runbooks in the recovery plan need more: the account, its role, their texts."""
    world = _world(directory, EXAMPLE, recording, permit)
    world.change("secondary", _by_runbook)
    world.deploy()
    with world.recorded("replicate"):
        world.sparehub("replicate", "--yes")
    with world.recorded("replicate --off"):
        world.sparehub("replicate", "--off", "--yes")
    world.destroy()


def network(directory: Path, recording: Recording, permit: Permit) -> None:
    """Record the life of a pair whose failover makes a gateway, and uses another team's circuit."""
    world = _world(directory, ROOT, recording, permit)
    for stack, key in _lend(world.azure).items():
        world.change(stack, _borrow)
        place = ("--secret", "--path", _KEY, key, "--stack", stack)
        world.rehearsal.pulumi("config", "set", *place)
    world.change("secondary", _cheap)
    world.deploy()
    with world.recorded("check --live"):
        world.sparehub("check", "--live")
    world.azure.act(f"{_MACHINE.format(SECONDARY)}/deallocate")
    with world.recorded("failover"):
        world.move("failover", "--raise-bandwidth")
    with world.recorded("failback"):
        world.move("failback")
    control.add_fault(world.store, FaultRequest("region-down", region=PRIMARY))
    with world.recorded("failover --unplanned"):
        world.move("failover", "--unplanned")
    control.clear_faults(world.store)
    with world.recorded("finish-fence"):
        world.finish()
    world.destroy()


def _world(directory: Path, source: Path, recording: Recording, permit: Permit) -> World:
    rehearsal = Rehearsal.begin(directory, source, STACKS, os.environ)
    world = World.__new__(World)
    world.rehearsal, world.output, world.steps, world.situations = rehearsal, Output(), [], {}
    world.recording, world.permit = recording, permit
    world.azure = local_azure(rehearsal.home.simulator, LOCAL_SUBSCRIPTION)
    world.pair = {name: read_stack(rehearsal.project, name) for name in STACKS}
    away = replication(world.pair, "primary", LOCAL_SUBSCRIPTION)
    world.machines = away.machines if away else ()
    world.names = ",".join(sorted(machine.name for machine in world.machines))
    return world


def _lend(azure: LocalAzure) -> dict[str, str]:
    """Make the other team's circuit; return an authorization key for each stack."""
    peering = f"{LENT}/peerings/AzurePrivatePeering"
    make(azure, [(LENT, _CIRCUIT), (peering, {"properties": _PEERING})])
    keys = {}
    for stack in STACKS:
        identity = f"{LENT}/authorizations/{stack}"
        azure.send("PUT", identity, {"properties": {}})
        keys[stack] = str(azure.send("GET", identity).properties["authorizationKey"])
    return keys


def _borrow(region: dict[str, Any]) -> None:
    region["expressRoute"]["connections"]["lent"] = {
        "circuit": {
            "id": LENT,
            "peeringLocation": "Hong Kong",
            "sku": {"tier": "Standard"},
            "bandwidthInMbps": 500,
        }
    }


def _without_keys(part: str) -> Callable[[dict[str, Any]], None]:
    """Let the vault's identity use the cache account by roles, in place of its keys (SR-66)."""

    def edit(region: dict[str, Any]) -> None:
        region[part]["cacheStorageAccount"]["keyAccess"] = False
        if part == "siteRecovery":
            region[part]["vault"]["identity"] = "systemAssigned"

    return edit


def _with_bastion(region: dict[str, Any]) -> None:
    region["drill"] = {"connect": True, "bastion": {"addressPrefix": "10.99.0.0/26"}}


def _by_runbook(region: dict[str, Any]) -> None:
    region["siteRecovery"].update(network="runbook", automation={})


def _cheap(region: dict[str, Any]) -> None:
    region["standby"] = {"depth": "network"}
    region["hub"]["nva"].update(id=_MACHINE.format(SECONDARY), standby="startAtFailover")


WORLDS = {"machines": machines, "portal": portal, "network": network}
