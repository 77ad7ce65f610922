"""Two regions, their stacks and their state in memory, which may die at any point.

It behaves as the real engine was seen to behave: a creation is pending while it runs, a deployment
drops pending entries, and refuses to make what stands already. It stands in for Pulumi and for
Azure alone; files, journal, lease and the order of things are the real ones.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from sparehub.azure.answers import Account, Answer
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.failover.adapters import pulumi_stacks
from sparehub.failover.adapters.protocols import Assumed, states_of
from sparehub.failover.adapters.pulumi_errors import DeploymentError
from sparehub.failover.adapters.stack_snapshot import Pending, Snapshot
from sparehub.stacks.program_digest import read_program
from sparehub.stacks.stack_files import read_stack, stack_file
from sparehub.topology.config.enums import Activation
from sparehub.topology.errors import InterlockError, PreflightError
from sparehub.topology.model.circuit_ids import circuit_id
from sparehub.topology.model.pair import Stack
from sparehub.topology.model.resources import CircuitReference, Region
from sparehub.topology.planning.failover import region_after
from sparehub.topology.planning.operations import (
    CIRCUIT,
    CONNECTION,
    GATEWAY,
    PEERING,
    ResourceOperation,
    Verb,
)
from sparehub.topology.planning.plan import Program, StackChange
from sparehub.topology.rules.pair.interlock import refuse_two_live_regions
from sparehub.topology.state.deployed import Deployed
from sparehub.topology.state.generation import (
    SWITCH_NAME,
    SWITCH_TYPE,
    Deployment,
    is_live,
    refuse_disconnecting,
    refuse_older,
)

MOST_PREFIXES = 199
"""Of spokes that use the gateway, beside the one of the hub."""
TENANT = "00000000-0000-0000-0000-00000000000a"
NETWORK = "azure-native:network:VirtualNetwork"
PAIR = {"primary": "secondary", "secondary": "primary"}
Resource = dict[str, Any]


_READ: dict[tuple[str, str], Stack] = {}


def stack_in(directory: Path, stack: str) -> Stack:
    """Return what a stack file describes; a text that was read before is not read again."""
    key = stack, stack_file(directory, stack).read_text(encoding="utf-8")
    if key not in _READ:
        _READ[key] = read_stack(directory, stack)
    return _READ[key]


_PROGRAMS: dict[str, Program] = {}


def program_in(directory: Path) -> Program:
    """Return what carries out a plan of a project, read once for each text of its Pulumi.yaml."""
    text = (directory / "Pulumi.yaml").read_text(encoding="utf-8")
    if text not in _PROGRAMS:
        _PROGRAMS[text] = read_program(directory)
    return _PROGRAMS[text]


class Died(BaseException):
    """The process is gone: nothing catches this."""


def resources_of(region: Region) -> dict[str, Resource]:
    """Return what a deployment of a region makes, by logical name."""
    group = f"/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/{region.resource_group}"
    network = f"{group}/providers/Microsoft.Network"

    def entry(kind: str, identity: str, **more: Any) -> Resource:
        name = identity.rsplit("/", maxsplit=1)[-1]
        return {"type": kind, "id": identity, "outputs": {"id": identity, "name": name, **more}}

    def space(prefixes: Any) -> dict[str, Any]:
        return {"addressPrefixes": [str(prefix) for prefix in prefixes]}

    hub = f"{network}/virtualNetworks/{region.hub.name}"
    found = {
        "region/hub/network": entry(NETWORK, hub, addressSpace=space(region.hub.address_space))
    }
    for circuit in region.circuits:
        if isinstance(circuit, CircuitReference):
            continue
        identity = f"/subscriptions/{LOCAL_SUBSCRIPTION}{circuit_id(circuit)}"
        provider = {"bandwidthInMbps": circuit.bandwidth_in_mbps}
        found[f"region/circuit/{circuit.key}/circuit"] = entry(
            CIRCUIT, identity, location=circuit.location, serviceProviderProperties=provider
        )
    for spoke in region.spokes:
        each = f"{network}/virtualNetworks/{spoke.virtual_network.name}"
        found[f"region/spoke/{spoke.key}/network"] = entry(
            NETWORK, each, addressSpace=space(spoke.virtual_network.address_space)
        )
        found[f"region/spoke/{spoke.key}/peering/spoke-to-hub"] = entry(
            PEERING,
            f"{each}/virtualNetworkPeerings/{spoke.spoke_to_hub.name}",
            useRemoteGateways=spoke.spoke_to_hub.use_remote_gateways,
        )
    if region.gateway:
        found["region/expressroute/gateway"] = entry(
            GATEWAY,
            f"{network}/virtualNetworkGateways/{region.gateway.name}",
            ipConfigurations=[{"subnet": {"id": f"{hub}/subnets/GatewaySubnet"}}],
        )
    for connection in region.connections:
        lent = {each.key: each.id for each in region.circuits if isinstance(each, CircuitReference)}
        owned = found.get(f"region/circuit/{connection.key}/circuit", {})
        peer = lent.get(connection.key) or owned["id"]
        found[f"region/connection/{connection.key}/connection"] = entry(
            CONNECTION, f"{network}/connections/{connection.name}", peer={"id": peer}
        )
    return found


def usual_answer(path: str) -> dict[str, Any] | None:
    """Return what is read of rights, locks, quotas and subnets where nothing is in the way."""
    if "/providers/Microsoft.Authorization/" in path:
        everything = {"actions": ["*"], "notActions": []}
        return {"value": [everything] if path.endswith("/permissions") else []}
    if path.endswith("/usages"):
        return {"value": []}
    return {"properties": {}} if "/subnets/" in path else None


@dataclass
class World:
    """Everything outside the process that may die."""

    directory: Path
    fatal: int = -1
    """The point at which it dies; -1: never."""
    points: int = 0
    full_from: int = 0
    """The point from which on neither lease nor journal can be written; 0: none."""
    unrecorded: list[str] = field(default_factory=list)
    """What was done to a state or to Azure from there on: it could not be written down."""
    state: dict[str, dict[str, Any]] = field(default_factory=dict)
    """What each stack recorded, as ``pulumi stack export`` shows it."""
    cloud: dict[str, dict[str, Resource]] = field(default_factory=dict)
    """What stands in each region, by logical name."""
    disabled: set[str] = field(default_factory=set)
    """Circuits whose private peering is disabled."""
    bystanders: dict[str, str] = field(default_factory=dict)
    """Connections of somebody else, and the circuit that each is on."""
    quiet: set[str] = field(default_factory=set)
    """Links on which on-premises sends nothing: ``primary``, ``secondary`` or ``both``."""
    on_premises: tuple[str, ...] = ("192.168.0.0/16",)
    """What on-premises sends over every other link."""
    unreadable: set[str] = field(default_factory=set)
    """Stacks whose state cannot be read."""
    lost: set[str] = field(default_factory=set)
    """Stacks whose region does not answer."""
    silent: set[str] = field(default_factory=set)
    """More locations that do not answer: a circuit's record may lie there."""
    locations: dict[str, str] = field(default_factory=dict)
    """Where each stack's region is."""
    full: bool = False
    """Whether no port has room for a larger circuit."""
    deaf: bool = False
    """Whether the next creation is done and nobody hears of it, as after many lost answers."""
    mishaps: list[tuple[bool, bool]] = field(default_factory=list)
    """How the next writes of circuits fail: whether Azure does them, whether the state says so."""
    seen: tuple[str, ...] = ("", LOCAL_SUBSCRIPTION)
    """The subscriptions that the login sees."""
    previewed: dict[StackChange, tuple[str, int]] = field(default_factory=dict)
    """Operation and generation of each preview: Pulumi holds a deployment to them."""
    waited: list[float] = field(default_factory=list)
    writes: list[str] = field(default_factory=list)
    double: list[str] = field(default_factory=list)
    """The writes after which both regions advertised the same."""

    name = "a world in memory"

    def point(self) -> None:
        """Pass a point at which the process may die."""
        self.points += 1
        if self.points == self.fatal:
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

    # -- Pulumi ------------------------------------------------------------------------------

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
            found.append(frozenset(self._difference(change.stack, region)))
        return found

    def up(
        self, change: StackChange, tell: Callable[[ResourceOperation], None], operation: str = ""
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
            self._deploy(stack, region, tell)
        except Died:
            large = len(before["resources"]) > pulumi_stacks.LARGE
            if large and pulumi_stacks.recorded_at_end(frozenset(ahead)):
                self.state[stack] = before
            raise

    def _deploy(
        self, stack: str, region: Region, tell: Callable[[ResourceOperation], None]
    ) -> None:
        self.state[stack]["pending_operations"] = []
        if stack in self.lost:
            raise DeploymentError("the region does not answer")
        wanted = resources_of(region)
        ahead = self._difference(stack, region)
        for operation in (each for each in ahead if each.verb is not Verb.DELETE):
            self._write(stack, operation, wanted[operation.name])
            tell(operation)
        self._outputs(stack, region)
        for operation in (each for each in ahead if each.verb is Verb.DELETE):
            self._write(stack, operation, None)
            tell(operation)
        self.point()

    def adopt(self, stack: str, pending: Pending, identity: str) -> None:
        self._act(f"adopt of {stack}")
        resource = self.cloud[stack][pending.name]
        assert resource["id"] == identity
        self._record(stack, pending.name, resource)
        self.point()

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

    def secret(self, stack: str, place: str) -> str:
        raise AssertionError(stack, place)

    def set_secret(self, stack: str, place: str, value: str) -> None:
        raise AssertionError(stack, place, value)

    @property
    def backend(self) -> str:
        return (self.directory / "state").as_uri()

    def project(self) -> str:
        return "sparehub"

    def close(self) -> None:
        pass

    # -- Azure -------------------------------------------------------------------------------

    def send(
        self, method: str, path: str, body: Mapping[str, Any] | None = None, timeout: float = 60.0
    ) -> Answer:
        del timeout
        if (usual := usual_answer(path)) is not None:
            return Answer(status=200, body=usual)
        if "Microsoft.ResourceGraph" in path:
            return Answer(status=200, body={"data": [*self._connections()]})
        if path.endswith("/getLearnedRoutes"):
            rows = [{"network": each, "asPath": "12076-65001"} for each in self.on_premises]
            return Answer(status=200, body={"value": rows})
        if "/peerings/" in path or path.endswith("/authorizations"):
            return self._of_circuit(method, path, body)
        resource = next(
            (each for stack in PAIR for each in self._all(stack) if each["id"] == path), None
        )
        return self._resource(path, resource) if resource else self._missing(path)

    def _of_circuit(self, method: str, path: str, body: Mapping[str, Any] | None) -> Answer:
        """Answer what a private peering is asked, or who uses a circuit."""
        circuit, _, rest = path.removesuffix("/authorizations").partition("/peerings/")
        if not self._answers(circuit):
            return Answer(status=503, body={})
        if not rest and not any(each["id"] == circuit for s in PAIR for each in self._all(s)):
            return self._missing(path)
        if not rest:
            return Answer(status=200, body={"value": []})
        if method == "POST":
            return Answer(status=200, body={"value": self._routes(circuit, rest)})
        if method == "PUT":
            self._act(f"{method} {path}")
            disable = (body or {})["properties"]["state"] == "Disabled"
            (self.disabled.add if disable else self.disabled.discard)(circuit)
            self._wrote(f"{method} {path}")
            self.point()
        shown = {
            "state": "Disabled" if circuit in self.disabled else "Enabled",
            "provisioningState": "Succeeded",
            "peerASN": 65001,
            "primaryPeerAddressPrefix": "172.16.0.0/30",
            "secondaryPeerAddressPrefix": "172.16.0.4/30",
        }
        return Answer(status=200, body={"properties": shown})

    def _resource(self, path: str, resource: Resource) -> Answer:
        silent = any(resource in self._all(stack) for stack in self.lost)
        if not self._answers(path) if resource["type"] == CIRCUIT else silent:
            return Answer(status=503, body={})
        shown = {
            "provisioningState": "Succeeded",
            "serviceProviderProvisioningState": "Provisioned",
            **resource["outputs"],
        }
        return Answer(status=200, body={"properties": shown})

    def _missing(self, path: str) -> Answer:
        silent = any(
            self._group(each["id"]) == self._group(path)
            for stack in self.lost
            for each in self._all(stack)
            if each["type"] != CIRCUIT
        )
        return Answer(status=503 if silent else 404, body={})

    def _connections(self) -> Iterator[dict[str, Any]]:
        """Yield every connection that stands, also of somebody else."""
        for stack in PAIR:
            for resource in self._all(stack):
                if resource["type"] == CONNECTION:
                    yield {"id": resource["id"], "properties": resource["outputs"]}
        for identity, circuit in self.bystanders.items():
            yield {"id": identity, "properties": {"peer": {"id": circuit}}}

    def _routes(self, circuit: str, rest: str) -> list[dict[str, Any]]:
        """Return the route table of one link: what on-premises sends, unless it is silent."""
        link = rest.rpartition("/")[2]
        if circuit in self.disabled or {link, "both"} & self.quiet:
            return []
        if "/arpTables/" in rest:
            return [{"interface": "On-Prem"}]
        hop = "172.16.0.1" if link == "primary" else "172.16.0.5"
        return [{"network": each, "nextHop": hop, "path": "65001"} for each in self.on_premises]

    def _answers(self, circuit: str) -> bool:
        """Return whether the region of a circuit's record answers."""
        down = {*self.silent, *(self.locations[stack] for stack in self.lost)}
        return not any(
            each["outputs"]["location"] in down
            for stack in PAIR
            for each in self._all(stack)
            if each["id"] == circuit
        )

    def wait(self, seconds: float) -> None:
        self.waited.append(seconds)

    def account(self, subscription: str) -> Account:
        unseen = subscription.lower() not in self.seen
        return Account(
            subscription="" if unseen else subscription,
            tenant=TENANT,
            user="someone",
            unseen=unseen,
        )

    # -- what stands -------------------------------------------------------------------------

    def advertised(self, stack: str) -> set[str]:
        """Return what on-premises learns of a region, by what stands in Azure."""
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

    @staticmethod
    def _group(identity: str) -> str:
        return "/".join(identity.split("/")[:5])

    def _all(self, stack: str) -> Iterator[Resource]:
        yield from self.cloud[stack].values()

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

    def _generation(self, stack: str) -> int:
        return stack_in(self.directory, stack).config.generation

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

    def _difference(self, stack: str, region: Region) -> list[ResourceOperation]:
        wanted = resources_of(region)
        known = {each["name"]: each for each in self.state[stack]["resources"] if each["custom"]}
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
        if self.mishaps and resource and operation.type == CIRCUIT:
            done, said = self.mishaps.pop(0)
            if done:
                standing[name] = deepcopy(resource)
            if said:  # as after InitFailed: the new inputs, whatever Azure made of them
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
        if self.deaf and operation.verb is Verb.CREATE:
            self.deaf = False
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
        if self.full and operation.type == CIRCUIT:
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

    def _wrote(self, what: str) -> None:
        self.writes.append(what)
        if self.advertised("primary") & self.advertised("secondary"):
            self.double.append(what)

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


@dataclass(frozen=True)
class Retrying:
    """A world behind what sends a request again, as the pipeline does (:mod:`sparehub.azure`)."""

    world: World

    @property
    def name(self) -> str:
        return self.world.name

    def send(
        self,
        method: str,
        path: str,
        body: Mapping[str, Any] | None = None,
        timeout: float = 60.0,
        etag: str = "",
    ) -> Answer:
        del etag
        for _ in range(3):
            answer = self.world.send(method, path, body, timeout)
            if answer.came and answer.status not in {408, 429}:
                return answer
        return self.world.send(method, path, body, timeout)

    def act(self, path: str, body: Mapping[str, Any] | None = None) -> Answer:
        return self.send("POST", path, body)

    def wait(self, seconds: float) -> None:
        self.world.wait(seconds)

    def account(self, subscription: str) -> Account:
        return self.world.account(subscription)


def activation_in_file(directory: Path, stack: str) -> Activation:
    """Return what a stack file says."""
    return stack_in(directory, stack).config.activation
