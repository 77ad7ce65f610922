"""Pulumi in memory: states, previews and deployments that may die between any two writes.

A creation is pending while it runs, a deployment drops pending operations, and refuses to create
what exists already: so the real engine was seen to behave.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass
from typing import Any

from sparehub.failover.adapters import pulumi_stacks
from sparehub.failover.adapters.protocols import Assumed, states_of
from sparehub.failover.adapters.pulumi_errors import DeploymentError
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import InterlockError, PreflightError, SparehubError
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.failover import region_after
from sparehub.topology.planning.operations import (
    CIRCUIT,
    CONNECTION,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import StackChange
from sparehub.topology.rules.pair.interlock import refuse_two_live_regions
from sparehub.topology.state.generation import (
    Deployment,
    is_live,
    refuse_disconnecting,
    refuse_older,
)
from tests.failover.memory_backend.resources import PAIR, Resource, resources_of, stack_in
from tests.failover.memory_backend.state import Died, WorldState


@dataclass
class MemoryPulumi(WorldState):
    """Both stacks, as far as an operation uses them."""

    def snapshot(self, stack: str) -> Snapshot:
        if stack in self.unreadable:
            raise PreflightError(f"the state of stack {stack!r} cannot be read: a wrong passphrase")
        return Snapshot.of(deepcopy(self.state[stack]))

    def snapshots(self, stacks: Sequence[str]) -> dict[str, Snapshot]:
        return {stack: self.snapshot(stack) for stack in stacks}

    def previews(
        self, changes: tuple[StackChange, ...], assumed: Assumed
    ) -> list[frozenset[ResourceOperation]]:
        found = []
        for change in changes:
            generation = assumed.generation or self._generation(change.stack)
            self.previewed[change] = assumed.operation, generation
            region = self._region(change)
            self._guard(change, assumed.generation)
            if not assumed.override:
                self._interlock(change.stack, region)
            drift = change.stack in assumed.drift
            found.append(frozenset(self._difference(change.stack, region, drift=drift)))
        return self.hooks.previews(changes, assumed, found)

    def up(
        self, change: StackChange, report: Callable[[ResourceOperation], None], operation: str = ""
    ) -> None:
        self.hooks.before_deployment()
        try:
            self._up(change, report, operation)
        except SparehubError:
            self.hooks.failed_deployment()
            raise
        self.hooks.after_deployment()

    def _up(
        self, change: StackChange, report: Callable[[ResourceOperation], None], operation: str
    ) -> None:
        stack = change.stack
        self._act(f"deployment of {stack}")
        if stack_in(self.directory, stack).config.activation is not change.activation:
            raise AssertionError(f"the file of {stack} does not say what is deployed")
        deployed = operation, self._generation(stack)
        if self.previewed.pop(change, deployed) != deployed:
            raise AssertionError("resource violates plan: another switch was previewed")
        region = self._region(change)
        self._guard(change, operation=operation)
        self._interlock(stack, region)
        self.record_switch(stack, change.activation.value, operation)
        before, ahead = deepcopy(self.state[stack]), self._difference(stack, region)
        try:
            self._deploy(stack, region, report)
        except Died:
            large = len(before["resources"]) > pulumi_stacks.LARGE
            if large and pulumi_stacks.recorded_at_end(frozenset(ahead)):
                self.state[stack] = before
            raise

    def _deploy(
        self, stack: str, region: Region, report: Callable[[ResourceOperation], None]
    ) -> None:
        self.state[stack]["pending_operations"] = []
        if stack in self.lost:
            raise DeploymentError("the region does not answer")
        wanted = resources_of(region)
        ahead = self._difference(stack, region)
        for operation in (each for each in ahead if each.verb is not Verb.DELETE):
            self._write(stack, operation, wanted[operation.name])
            report(operation)
        self._outputs(stack, region)
        for operation in (each for each in ahead if each.verb is Verb.DELETE):
            self._write(stack, operation, None)
            report(operation)
        self.point()

    def adopt(self, stack: str, pending: Pending, identity: ResourceId) -> None:
        self._act(f"adopt of {stack}")
        resource = self.cloud[stack][pending.name]
        assert resource["id"] == str(identity)
        self._record(stack, pending.name, resource)
        self.point()

    def import_resources(
        self, stack: str, entries: Sequence[Mapping[str, Any]], urns: Mapping[str, str]
    ) -> None:
        self._act(f"import into {stack}")
        for entry in entries:
            name, parent = entry["name"], entry.get("parent")
            components = {each["name"] for each in self.state[stack]["resources"] if "name" in each}
            assert parent in urns or parent in components or entry.get("component")
            if entry.get("component"):
                self._component(stack, name)
                continue
            resource = self.cloud[stack][name]
            assert (resource["id"], resource["type"]) == (entry["id"], entry["type"])
            self._record(stack, name, resource)
            self.point()

    def record_inputs(self, change: StackChange, names: Sequence[str]) -> None:
        raise AssertionError(change, names)  # here an imported resource has the program's inputs

    def refresh(self, stack: str, urns: Sequence[str]) -> None:
        self._act(f"refresh of {stack}")
        for name in [e["name"] for e in self.state[stack]["resources"] if e["urn"] in urns]:
            if name in self.cloud[stack]:
                self._record(stack, name, self.cloud[stack][name])
            else:
                self._strike_out(stack, name)
        self.point()

    def forget_pending(self, stack: str) -> None:
        self._act(f"forget_pending of {stack}")
        self.state[stack]["pending_operations"] = []
        self.point()

    def secret(self, stack: str, path: str) -> str:
        raise AssertionError(stack, path)

    def set_secret(self, stack: str, path: str, value: str) -> None:
        self.hooks.before_secret()
        self._store_secret(stack, path, value)

    def _store_secret(self, stack: str, path: str, value: str) -> None:
        raise AssertionError(stack, path, value)

    @property
    def backend(self) -> str:
        return os.environ["PULUMI_BACKEND_URL"]

    def project(self) -> str:
        return "sparehub"

    def close(self) -> None:
        pass

    def _region(self, change: StackChange) -> Region:
        return region_after({change.stack: stack_in(self.directory, change.stack)}, change)

    def _interlock(self, stack: str, region: Region) -> None:
        config = stack_in(self.directory, stack).config
        if config.override_interlock:
            return
        try:
            paired = self.snapshot(PAIR[stack]).deployed
        except PreflightError as error:
            raise InterlockError(str(error)) from None
        refuse_two_live_regions(config, region, paired)

    def _guard(self, change: StackChange, generation: int = 0, operation: str = "") -> None:
        """Refuse as the program does: an older file, or the only live region's end."""
        stack, pair = change.stack, PAIR[change.stack]
        states = states_of(self, (stack, pair))
        known = {n: each for n, each in states.items() if isinstance(each, Snapshot)}
        records = {name: each.switch for name, each in known.items()}
        said = generation or stack_in(self.directory, stack).config.generation
        refuse_older(stack, said, records)
        deployment = Deployment(
            stack=stack, generation=said, activation=change.activation, operation=operation
        )
        live = pair in known and is_live(known[pair].resources)
        refuse_disconnecting(deployment, records[stack], pair_is_live=live)

    def _difference(
        self, stack: str, region: Region, *, drift: bool = False
    ) -> list[ResourceOperation]:
        wanted = resources_of(region)
        known = {each["name"]: each for each in self.state[stack]["resources"] if each["custom"]}
        if drift:
            standing = self.cloud[stack]
            known = {name: {**standing[name]} for name in known if name in standing}
        made = [
            ResourceOperation(Verb.CREATE if name not in known else Verb.UPDATE, each["type"], name)
            for name, each in wanted.items()
            if name not in known
            or known[name]["outputs"] != each["outputs"]
            or known[name].get("initErrors")
        ]
        gone = [
            ResourceOperation(Verb.DELETE, each["type"], name)
            for name, each in reversed(known.items())
            if name not in wanted
        ]
        last = PEERING if region.spokes_wait_for_connections else CONNECTION
        return [*sorted(made, key=lambda each: each.type == last), *gone]

    def _write(self, stack: str, operation: ResourceOperation, resource: Resource | None) -> None:
        state, standing = self.state[stack], self.cloud[stack]
        name = operation.name
        doing = {Verb.CREATE: "creating", Verb.UPDATE: "updating", Verb.DELETE: "deleting"}
        urn = f"urn:pulumi:{stack}::sparehub::{operation.type}::{name}"
        inputs = {}
        if resource:
            group = resource["id"].split("/")[4]
            key = {CONNECTION: "virtualNetworkGatewayConnectionName"}.get(
                operation.type, "virtualNetworkGatewayName"
            )
            inputs = {"resourceGroupName": group, key: resource["outputs"]["name"]}
        self._component(stack, name.rpartition("/")[0])
        pending = {"urn": urn, "type": operation.type, "inputs": inputs}
        state["pending_operations"] = [{"resource": pending, "type": doing[operation.verb]}]
        self.point()
        if self.failing_writes and resource and operation.type == CIRCUIT:
            done, recorded = self.failing_writes.pop(0)
            if done:
                standing[name] = deepcopy(resource)
            if recorded:  # as after InitFailed: the new inputs, also where Azure did not apply them
                self._record(stack, name, {**resource, "initErrors": ["the answer was lost"]})
                state["pending_operations"] = []
            raise DeploymentError("the answer was lost")
        if problem := self._problem(stack, operation):
            state["pending_operations"] = []
            raise DeploymentError(problem)
        if resource is None:
            standing.pop(name, None)
        else:
            standing[name] = deepcopy(resource)
        self._wrote(f"{operation.verb.value} {name}")
        self.point()
        if self.loses_next_answer and operation.verb is Verb.CREATE:
            self.loses_next_answer = False
            state["pending_operations"] = []
            raise DeploymentError("read: connection reset by peer")
        if resource is None:
            self._strike_out(stack, name)
        else:
            self._record(stack, name, resource)
        state["pending_operations"] = []
        self.point()

    def _problem(self, stack: str, operation: ResourceOperation) -> str:
        """Return why Azure takes a write for none; empty where it takes it."""
        if self.port_is_full and operation.type == CIRCUIT:
            return "the port has no room"
        if operation.type == CONNECTION and operation.verb is not Verb.UPDATE:
            circuit = operation.name.replace("connection", "circuit")
            owned = self.cloud[stack].get(circuit)
            if owned and not self._answers(owned["id"]):
                return "the region of the circuit's record does not answer"
        if operation.verb is not Verb.CREATE:
            return ""
        if operation.name in self.cloud[stack]:
            return f"cannot create already existing resource {operation.name}"
        if operation.type == CONNECTION and self._crowded(stack):
            return "more than 200 prefixes would be advertised (ER-36)"
        return ""
