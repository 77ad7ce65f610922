"""What is recorded and what exists: the state of both stacks, and the resources in Azure."""

from collections.abc import Iterator
from contextlib import contextmanager
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.topology.model.resources import Region
from sparehub.topology.planning.operations import CONNECTION, PEERING
from sparehub.topology.planning.plan import StackChange
from sparehub.topology.state.deployed import Deployed
from sparehub.topology.state.generation import SWITCH_NAME, SWITCH_TYPE
from tests.failover.memory_backend.hooks import NO_HOOKS, Hooks
from tests.failover.memory_backend.resources import PAIR, Resource, resources_of, stack_in

MOST_PREFIXES = 199
"""Of spokes that use the gateway, beside the one of the hub."""


class Died(BaseException):
    """The process is gone: nothing catches this."""


@dataclass
class WorldState:
    """Everything outside the process that may die, and the faults that a test injects."""

    directory: Path
    dies_at: int = -1
    """The point at which it dies; -1: never."""
    points: int = 0
    full_from: int = 0
    """The point from which on neither lease nor journal can be written; 0: none."""
    unrecorded: list[str] = field(default_factory=list)
    """What was done to a state or to Azure from there on: it could not be written down."""
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each stack recorded, as ``pulumi stack export`` shows it."""
    cloud: dict[str, dict[str, Resource]] = field(default_factory=dict)
    """What exists in Azure of each region, by logical name."""
    disabled: set[str] = field(default_factory=set)
    """Circuits whose private peering is disabled."""
    bystanders: dict[str, str] = field(default_factory=dict)
    """Connections of somebody else, and the circuit that each is on."""
    silent_links: set[str] = field(default_factory=set)
    """Links on which on-premises sends nothing: ``primary``, ``secondary`` or ``both``."""
    on_premises: tuple[str, ...] = ("192.168.0.0/16",)
    """What on-premises sends over every other link."""
    unreadable: set[str] = field(default_factory=set)
    """Stacks whose state cannot be read."""
    lost: set[str] = field(default_factory=set)
    """Stacks whose region does not answer."""
    silent_locations: set[str] = field(default_factory=set)
    """More locations that do not answer: a circuit's record may lie there."""
    locations: dict[str, str] = field(default_factory=dict)
    """Where each stack's region is."""
    port_is_full: bool = False
    """Whether no port has room for a larger circuit."""
    loses_next_answer: bool = False
    """Whether the next creation is done and its answer is lost, also to every retry."""
    failing_writes: list[tuple[bool, bool]] = field(default_factory=list)
    """How the next writes of circuits fail: whether Azure does them, whether they are recorded."""
    visible_subscriptions: tuple[str, ...] = ("", LOCAL_SUBSCRIPTION)
    """The subscriptions that the login sees."""
    account_problem: str = ""
    """Why Azure does not say who is signed in."""
    previewed: dict[StackChange, tuple[str, int]] = field(default_factory=dict)
    """Operation and generation of each preview: Pulumi holds a deployment to them."""
    waited: list[float] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    conflicts: list[str] = field(default_factory=list)
    """The writes after which both regions advertised the same."""

    hooks: Hooks = NO_HOOKS

    name = "a world in memory"

    @contextmanager
    def injecting(self, hooks: Hooks) -> Iterator[None]:
        """Inject faults for a block."""
        self.hooks = hooks
        try:
            yield
        finally:
            self.hooks = NO_HOOKS

    def point(self) -> None:
        """Pass a point at which the process may die."""
        self.points += 1
        if self.points == self.dies_at:
            raise Died

    @property
    def disk_is_full(self) -> bool:
        """Whether neither lease nor journal can be written any more."""
        return 0 < self.full_from <= self.points

    def _act(self, what: str) -> None:
        """Begin something that must be written down."""
        if self.disk_is_full:
            self.unrecorded.append(what)
        self.point()

    def build(self) -> None:
        """Deploy both stacks as their files say."""
        for stack in PAIR:
            region = stack_in(self.directory, stack).region
            self.locations[stack] = region.location
            self.cloud[stack] = resources_of(region)
            self.state[stack] = {"resources": [], "pending_operations": []}
            for name, resource in self.cloud[stack].items():
                self._record(stack, name, resource)
            self._outputs(stack, region)
            self.record_switch(stack, region.activation.value, "")

    def advertised(self, stack: str) -> set[str]:
        """Return what on-premises learns of a region, by what exists in Azure."""
        found: set[str] = set()
        standing = self.cloud[stack]
        for resource in standing.values():
            if resource["type"] != CONNECTION:
                continue
            if resource["outputs"]["peer"]["id"] in self.disabled:
                continue
            found.update(
                standing["region/hub/network"]["outputs"]["addressSpace"]["addressPrefixes"]
            )
            for name, each in standing.items():
                if each["type"] == PEERING and each["outputs"]["useRemoteGateways"]:
                    network = standing[f"{name.removesuffix('/peering/spoke-to-hub')}/network"]
                    found.update(network["outputs"]["addressSpace"]["addressPrefixes"])
        return found

    def _crowded(self, stack: str) -> bool:
        """Return whether Azure would make no connection, since spokes show too much (ER-36)."""
        standing = self.cloud[stack]
        shown = 0
        for name, each in standing.items():
            if each["type"] == PEERING and each["outputs"]["useRemoteGateways"]:
                network = standing[f"{name.removesuffix('/peering/spoke-to-hub')}/network"]
                shown += len(network["outputs"]["addressSpace"]["addressPrefixes"])
        return shown > MOST_PREFIXES

    def _all(self, stack: str) -> Iterator[Resource]:
        yield from self.cloud[stack].values()

    def _answers(self, circuit: str) -> bool:
        """Return whether the region of a circuit's record answers."""
        down = {*self.silent_locations, *(self.locations[stack] for stack in self.lost)}
        return not any(
            each["outputs"]["location"] in down
            for stack in PAIR
            for each in self._all(stack)
            if each["id"] == circuit
        )

    def _generation(self, stack: str) -> int:
        return stack_in(self.directory, stack).config.generation

    def record_switch(self, stack: str, activation: str, operation: str) -> None:
        """Record the switch as its component does: before anything else, if it has a number."""
        generation = stack_in(self.directory, stack).config.generation
        if not generation:
            return
        state = self.state[stack]
        kept = [each for each in state["resources"] if each["type"] != SWITCH_TYPE]
        outputs = {"generation": generation, "activation": activation, "operation": operation}
        urn = f"urn:pulumi:{stack}::sparehub::{SWITCH_TYPE}::{SWITCH_NAME}"
        entry = {"type": SWITCH_TYPE, "urn": urn, "custom": False, "outputs": outputs}
        state["resources"] = [entry, *kept]

    def _wrote(self, what: str) -> None:
        self.writes.append(what)
        if self.advertised("primary") & self.advertised("secondary"):
            self.conflicts.append(what)

    def _record(self, stack: str, name: str, resource: Resource) -> None:
        urn = f"urn:pulumi:{stack}::sparehub::{resource['type']}::{name}"
        entry = {**deepcopy(resource), "urn": urn, "name": name, "custom": True}
        state = self.state[stack]
        kept = [each for each in state["resources"] if each.get("name") != name]
        state["resources"] = [*kept, entry]

    def _strike_out(self, stack: str, name: str) -> None:
        state = self.state[stack]
        state["resources"] = [each for each in state["resources"] if each.get("name") != name]

    def _component(self, stack: str, name: str) -> None:
        urn = f"urn:pulumi:{stack}::sparehub::component::{name}"
        entry = {"type": "component", "urn": urn, "name": name, "custom": False, "outputs": {}}
        if not any(each["urn"] == urn for each in self.state[stack]["resources"]):
            self.state[stack]["resources"].append(entry)

    def _outputs(self, stack: str, region: Region) -> None:
        deployed = Deployed.from_region(region)
        config = stack_in(self.directory, stack).config
        state = self.state[stack]
        kept = [each for each in state["resources"] if each["type"] != "pulumi:pulumi:Stack"]
        outputs = {
            "activation": region.activation.value,
            "location": region.location,
            "advertisedPrefixes": [str(prefix) for prefix in deployed.advertised_prefixes],
            "region": config.region.model_dump(mode="json", by_alias=True, exclude_unset=True),
        }
        urn = f"urn:pulumi:{stack}::sparehub::pulumi:pulumi:Stack::sparehub-{stack}"
        entry = {"type": "pulumi:pulumi:Stack", "urn": urn, "custom": False, "outputs": outputs}
        state["resources"] = [entry, *kept]
