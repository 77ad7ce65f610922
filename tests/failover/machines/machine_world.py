"""Both regions in memory, and the machines beside them on a local Azure: a process that may die.

Pulumi, circuits and connections are the world's (:mod:`tests.failover.memory_backend`). Machines,
vault and recovery plans are the local Azure's: each write that is sent to it has a point before it
arrives, and one after it was accepted and before its answer came.
"""

import json
import shutil
from collections.abc import Mapping
from copy import deepcopy
from dataclasses import dataclass, field, fields, replace
from pathlib import Path
from types import MappingProxyType
from typing import Any

import pytest
from ruamel.yaml import YAML

from sparehub.azure import local
from sparehub.azure.answers import Account, Answer
from sparehub.azure.local import LocalAzure, local_azure
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.failover import session
from sparehub.simulator import control
from sparehub.simulator.arm.http_messages import Request, Response, TransportFault
from sparehub.simulator.arm.service import Azure
from sparehub.simulator.arm.storage.faults import FaultRequest
from sparehub.stacks.stack_files import stack_file
from tests.configurations import OURS
from tests.failover.memory_backend.resources import stack_in
from tests.failover.memory_backend.state import WorldState
from tests.failover.memory_backend.world import Retrying, World
from tests.failover.operators import worlds_in
from tests.replicated_pair import ReplicatedPair
from tests.site_recovery_files import REPLICATE, SITE_RECOVERY

_OF_MACHINES = (
    "/Microsoft.Compute/virtualMachines/",
    "/Microsoft.Automation/",
    "/Microsoft.RecoveryServices/",
    "/Microsoft.Storage/",
    "/networkInterfaces/",
    "/CheckIPAddressAvailability",
)
_OF_ANYTHING = ("/Microsoft.Authorization/", "/usages")
RUNNING = "PowerState/running"
_BESIDE = {"directory", "hooks"}
"""Fields of a world that are no part of what is put back."""


@dataclass
class MachineWorld(World):
    """A world whose machines are on a local Azure."""

    saved: dict[str, Any] = field(default_factory=dict)
    sent: int = 0
    """How many writes were sent to the local Azure."""
    disturbed: dict[int, TransportFault] = field(default_factory=dict)
    """By number of a write: reset before it arrives, or its answer lost."""
    heard: list[Request | float] = field(default_factory=list)
    """Every request to the local Azure, and the seconds of every wait, in order."""

    @property
    def store(self) -> Path:
        return self.directory / "azure"

    @property
    def pair(self) -> ReplicatedPair:
        """The machines and their vault, past all points."""
        stacks = {name: stack_in(self.directory, name) for name in ("primary", "secondary")}
        return ReplicatedPair(self.store, stacks, LOCAL_SUBSCRIPTION)

    def running(self) -> dict[str, list[str]]:
        """Return the machines that run in the region of each stack."""
        pair = self.pair
        found: dict[str, list[str]] = {}
        for stack, direction in (("primary", pair.back), ("secondary", pair.away)):
            views = {
                machine.name: pair.arm.send("GET", f"{machine.arrives}/instanceView").body or {}
                for machine in direction.machines
            }
            found[stack] = [
                name
                for name, view in sorted(views.items())
                if any(each["code"] == RUNNING for each in view.get("statuses", ()))
            ]
        return found

    def lose(self, stack: str) -> None:
        """Let the region of a stack be down."""
        self.lost.add(stack)
        location = self.locations[stack]
        control.add_fault(self.store, FaultRequest("region-down", region=location))

    def answer_again(self) -> None:
        """Let every region answer."""
        self.lost.clear()
        control.clear_faults(self.store)

    def save(self) -> None:
        """Keep everything as it is now, for :meth:`put_back`."""
        kept = self.directory.with_name(f"{self.directory.name}-kept")
        shutil.rmtree(kept, ignore_errors=True)
        shutil.copytree(self.directory, kept)
        names = {each.name for each in fields(WorldState)} - _BESIDE
        self.saved = deepcopy({name: getattr(self, name) for name in names})

    def put_back(self) -> None:
        """Let everything be as it was when it was kept."""
        shutil.rmtree(self.directory)
        kept = self.directory.with_name(f"{self.directory.name}-kept")
        shutil.copytree(kept, self.directory)
        for name, value in deepcopy(self.saved).items():
            setattr(self, name, value)
        self.points, self.dies_at, self.sent = 0, -1, 0
        self.heard.clear()


@dataclass(frozen=True)
class Both(LocalAzure):
    """Azure for the command: machines on the local Azure, everything else in memory."""

    world: Any = None

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        if _is_of_machines(path):
            return super().send(method, path, body, timeout, etag)
        return Retrying(self.world).send(method, path, body, timeout)

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return super().act(path, body) if _is_of_machines(path) else self.send("POST", path, body)

    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)
        self.world.heard.append(seconds)
        super().wait(seconds)

    def account(self, subscription: str) -> Account:
        found: Account = self.world.account(subscription)
        return found


def _is_of_machines(path: str) -> bool:
    return any(each in path for each in _OF_MACHINES) and not any(
        each in path for each in _OF_ANYTHING
    )


def machine_world(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    replicate: dict[str, Any] = REPLICATE,
    *,
    vault: str = "",
    recovery: Mapping[str, Any] = MappingProxyType({}),
) -> MachineWorld:
    """Return a world with machines that are not replicated yet, and let commands work on it."""
    made = worlds_in(tmp_path, monkeypatch, MachineWorld)()
    assert isinstance(made, MachineWorld)
    world: MachineWorld = made
    _describe(world, "primary", "replicate", replicate)
    where = {"location": vault} if vault else {}
    said = SITE_RECOVERY | {"vault": SITE_RECOVERY["vault"] | where} | dict(recovery)
    _describe(world, "secondary", "siteRecovery", said)
    world.build()
    control.set_clock(world.store, "instant")
    world.pair.deploy()

    class Mortal(Azure):
        """The local Azure, as the command reaches it."""

        def handle(self, request: Request) -> Response:
            world.heard.append(request)
            if request.method == "GET":
                return super().handle(request)
            world.sent += 1
            disturbance = world.disturbed.get(world.sent)
            if disturbance is TransportFault.RESET:
                return Response(status=0, transport_fault=disturbance)
            world.point()
            response = super().handle(request)
            world.point()
            return replace(response, transport_fault=disturbance) if disturbance else response

    def both(_settings: object, _subscription: str) -> Both:
        client = local_azure(world.store)
        names = [each.name for each in fields(LocalAzure) if each.init]
        return Both(**{name: getattr(client, name) for name in names}, world=world)

    monkeypatch.setattr(local, "Azure", Mortal)
    monkeypatch.setattr(session, "azure_of", both)
    return world


def _describe(world: World, stack: str, key: str, value: dict[str, Any]) -> None:
    """Write a key of a region into a stack file."""
    path, yaml = stack_file(world.directory, stack), YAML()
    content = yaml.load(path)
    mine = f"/subscriptions/{LOCAL_SUBSCRIPTION}"
    content["config"]["sparehub:region"][key] = json.loads(json.dumps(value).replace(OURS, mine))
    yaml.dump(content, path)
