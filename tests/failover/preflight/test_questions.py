"""What preflight asks, and which operations an answer, or the lack of one, refuses."""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from sparehub.azure.answers import Answer
from sparehub.azure.settings import LOCAL_SUBSCRIPTION
from sparehub.failover.adapters.protocols import Assumed
from sparehub.failover.adapters.pulumi_errors import DeploymentError
from sparehub.failover.journal.journal_state import JournalState
from sparehub.failover.preflight import circuits
from sparehub.failover.preflight.objections import PreflightContext
from sparehub.failover.preflight.questions import QUESTIONS
from sparehub.failover.steps.keys.key_checks import key_digest
from sparehub.stacks.stack_files import read_stack
from sparehub.topology.config.resource_ids import ResourceId
from sparehub.topology.errors import (
    ConfigurationError,
    HalfwayError,
    PreflightError,
    SparehubError,
    UnreachableError,
)
from sparehub.topology.planning.failover import plan
from sparehub.topology.planning.plan import KeyedConnection, Mode, Plan, PlanKind
from tests.configurations import ROOT
from tests.failover.memory_backend.hooks import Hooks
from tests.failover.memory_backend.resources import PAIR, stack_in
from tests.failover.memory_backend.world import Retrying, World
from tests.failover.operators import (
    Start,
    at_depth_network,
    begin,
    change_one,
    change_regions,
    intend,
    resume,
)
from tests.failover.steps.test_fencing import SHARED, Script, live, shared

FAILOVER = PlanKind.FAILOVER
PLANNED, UNPLANNED = Mode.PLANNED, Mode.UNPLANNED
Wrong = Callable[[World], object]


def answering(world: World, part: str, answer: Callable[[Answer], Answer]) -> None:
    """Change what Azure answers when something of the secondary is read."""

    def changed(method: str, path: str, own: Answer) -> Answer:
        arrived = before.answer(method, path, own)
        return answer(arrived) if method == "GET" and path.endswith(part) else arrived

    before = world.hooks
    world.hooks = replace(before, answer=changed)


def without(key: str) -> Callable[[Answer], Answer]:
    """Return an answer that lacks a property."""

    def answer(given: Answer) -> Answer:
        shown = {k: v for k, v in given.body["properties"].items() if k != key}
        return Answer(status=200, body={"properties": shown})

    return answer


def interrupted(world: World, stack: str) -> None:
    """Leave a write of a stack half done."""
    pending = {"type": "updating", "resource": {"urn": "a::b::c", "type": "t"}}
    world.state[stack]["pending_operations"].append(pending)


def rename_spokes(world: World) -> None:
    """Change both stack files without deploying them."""
    for stack in ("primary", "secondary"):
        file = world.directory / f"Pulumi.{stack}.yaml"
        file.write_text(file.read_text().replace("spoke2:", "spoke3:"))


MACHINE = (
    "/subscriptions/00000000-0000-0000-0000-000000000000/resourceGroups/nva/providers"
    "/Microsoft.Compute/virtualMachines/fw1"
)


def change_nva(world: World, stack: str, line: str) -> None:
    """Add a key to the NVA of one stack file."""
    file = world.directory / f"Pulumi.{stack}.yaml"
    before = "ipAddress: 10.10.10.10"
    file.write_text(file.read_text().replace(before, f"{before}, {line}", 1))


def locked(world: World, stack: str, level: str = "CanNotDelete") -> None:
    """Lock the resource group of a stack."""
    name = stack_in(world.directory, stack).region.resource_group
    group = f"/subscriptions/{LOCAL_SUBSCRIPTION}/resourceGroups/{name}"
    lock = {
        "id": f"{group}/providers/Microsoft.Authorization/locks/keep",
        "name": "keep",
        "properties": {"level": level},
    }
    answering(world, "/locks", lambda _: Answer(status=200, body={"value": [lock]}))


def with_quota(world: World, usages: Answer) -> None:
    """Let a failover have to make a gateway."""
    change_regions(world, at_depth_network)
    answering(world, "/usages", lambda _: usages)


GATEWAY = "virtualNetworkGateways/ergw-southeastasia"
FAILED = Answer(status=200, body={"properties": {"provisioningState": "Failed"}})
USED = {"name": {"value": "VirtualNetworkGateways"}, "currentValue": 9, "limit": 9}
FULL = Answer(status=200, body={"value": [USED]})
READER = Answer(status=200, body={"value": [{"actions": ["*/read"], "notActions": []}]})
CIRCUIT, PEERING = "expressRouteCircuits/erc-singapore", "/peerings/AzurePrivatePeering"
SINGAPORE = CIRCUIT + PEERING
GATEWAY_ROUTE = "routes: {gateway: [{addressPrefix: 0.0.0.0/0, nextHopType: Internet}]}"
SILENT, GONE = Answer(status=503, body={}), Answer(status=404, body={})
NOT_READ: dict[str, tuple[Wrong, str]] = {
    "the state of the region that is left": (
        lambda world: world.unreadable.add("primary"),
        "the state of stack 'primary' cannot be read",
    ),
    "a half written region that is left": (
        lambda world: interrupted(world, "primary"),
        "stack 'primary' was interrupted",
    ),
    "a wrong file of the region that is left": (
        lambda world: change_one(world, "primary", GATEWAY_ROUTE),
        "the stack files are wrong",
    ),
    "a circuit that is silent": (
        lambda world: answering(world, CIRCUIT, lambda _: SILENT),
        "circuit singapore, whose record lies in japaneast, cannot be read",
    ),
    "a gateway that failed": (
        lambda world: answering(world, GATEWAY, lambda _: FAILED),
        "the gateway ergw-southeastasia of secondary is 'Failed', not 'Succeeded'",
    ),
    "quotas that are silent": (
        lambda world: with_quota(world, SILENT),
        "the quota of Microsoft.Network in southeastasia cannot be read",
    ),
    "an NVA that is not there": (
        lambda world: change_nva(world, "secondary", f"id: {MACHINE}"),
        "every spoke of secondary is cut at 10.10.10.10: hub.nva.id names /subscriptions/",
    ),
    "an NVA that is silent": (
        lambda world: answering(world, "/subnets/nva", lambda _: SILENT),
        "what is behind the NVA 10.10.10.10 of secondary cannot be read",
    ),
    "locks that are silent": (
        lambda world: answering(world, "/locks", lambda _: SILENT),
        "rights and locks cannot all be read",
    ),
    "rights that are silent": (
        lambda world: answering(world, "/permissions", lambda _: SILENT),
        "rights and locks cannot all be read",
    ),
    "a private peering that is silent": (
        lambda world: answering(world, SINGAPORE, lambda _: SILENT),
        "the private peering of circuit singapore cannot be read",
    ),
    "a provider's state that is not shown": (
        lambda world: answering(world, CIRCUIT, without("serviceProviderProvisioningState")),
        "circuit singapore does not say whether its provider's state is 'Provisioned'",
    ),
    "a provisioning state that is not shown": (
        lambda world: answering(world, CIRCUIT, without("provisioningState")),
        "circuit singapore does not say whether it is 'Succeeded'",
    ),
    "an intent that names nothing": (
        lambda world: intend(world, {"reach": ["active/web/app", "on-premises"]}),
        "what this operation breaks cannot be computed: the configuration of stack 'primary'",
    ),
    "an intent that breaks": (
        lambda world: intend(
            world, {"isolate": ["secondary/*", "on-premises"], "states": ["failed-over"]}
        ),
        "after this failover 6 things would not hold that hold now",
    ),
    "regions that differ": (
        lambda world: change_one(
            world,
            "secondary",
            "routes: {spokes: [{addressPrefix: 10.9.0.0/24, nextHopType: None}]}",
        ),
        "the two regions differ where they must not",
    ),
}


@pytest.mark.parametrize("name", NOT_READ)
def test_what_refuses_a_planned_failover_alone(
    start: Start, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    """Exit code 3 and nothing done; an unplanned one says it on standard error and goes on."""
    wrong, said = NOT_READ[name]
    world = start()
    wrong(world)
    with pytest.raises(PreflightError, match=re.escape(said)) as caught:
        begin(world, FAILOVER)
    assert (caught.value.exit_code, world.writes) == (3, [])
    assert not list(world.directory.rglob("journal.jsonl"))
    capsys.readouterr()

    assert begin(world, FAILOVER, UNPLANNED) == 0
    captured = capsys.readouterr()
    assert f"warning: {said}" in " ".join(captured.err.split())
    assert "warning" not in captured.out
    assert len(world.advertised("secondary")) == 3
    assert world.conflicts == []


def test_a_region_that_may_be_lost_is_asked_for_no_rights_of_its_resources(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Each may be silent for a minute, and refuses nothing; for the fence a group is asked."""
    world = start()
    group = stack_in(world.directory, "primary").region.resource_group
    groups = (f"/resourceGroups/{group}/", "/resourceGroups/rg-sparehub-erc-hong-kong/")
    asked: list[str] = []

    def request(method: str, path: str) -> Answer | None:
        del method
        if path.endswith("/permissions") and any(each in path for each in groups):
            asked.append(path.partition("/resourceGroups/")[2])
            return READER
        return None

    world.hooks = Hooks(request=request)
    written = "something forbids what has to be written in primary"
    with pytest.raises(PreflightError, match=written):
        begin(world, FAILOVER)
    assert f"{group}/providers/Microsoft.Authorization/permissions" in asked
    asked.clear()
    capsys.readouterr()

    assert begin(world, FAILOVER, UNPLANNED) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert written not in said
    assert "warning: primary could not be fenced at circuit hong-kong if it were lost" in said
    assert asked == ["rg-sparehub-erc-hong-kong/providers/Microsoft.Authorization/permissions"]


def test_a_lock_on_the_region_that_is_left_refuses_a_planned_failover_alone(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """An unplanned one does not look for it."""
    world = start()
    locked(world, "primary")
    said = "something forbids what has to be written in primary"
    with pytest.raises(PreflightError, match=said):
        begin(world, FAILOVER)
    assert world.writes == []

    assert begin(world, FAILOVER, UNPLANNED) == 0
    assert said not in " ".join(capsys.readouterr().err.split())


READ: dict[str, tuple[Wrong, type[SparehubError], int, str]] = {
    "the state of the region that takes over": (
        lambda world: world.unreadable.add("secondary"),
        PreflightError,
        3,
        "the state of stack 'secondary' cannot be read",
    ),
    "never deployed": (
        lambda world: world.state["secondary"]["resources"].clear(),
        PreflightError,
        3,
        "stack 'secondary' was never deployed",
    ),
    "a half written region that takes over": (
        lambda world: interrupted(world, "secondary"),
        PreflightError,
        3,
        "stack 'secondary' was interrupted",
    ),
    "a wrong file of the region that takes over": (
        lambda world: change_one(world, "secondary", GATEWAY_ROUTE),
        PreflightError,
        3,
        "the stack files are wrong",
    ),
    "a broken file": (
        lambda world: (world.directory / "Pulumi.primary.yaml").write_text("config: [\n"),
        ConfigurationError,
        3,
        "is not YAML",
    ),
    "a gateway that is gone": (
        lambda world: answering(world, GATEWAY, lambda _: GONE),
        PreflightError,
        3,
        "the gateway ergw-southeastasia of secondary cannot be read: no answer (404)",
    ),
    "a quota that is used up": (
        lambda world: with_quota(world, FULL),
        PreflightError,
        3,
        "9 of 9 VirtualNetworkGateways are used in southeastasia, and secondary needs 1 more",
    ),
    "a lock on the region that takes over": (
        lambda world: locked(world, "secondary", "ReadOnly"),
        PreflightError,
        3,
        "something forbids what has to be written in secondary; nothing was done",
    ),
    "a right that is missing": (
        lambda world: answering(world, "/permissions", lambda _: READER),
        PreflightError,
        3,
        "the login may not create con-southeastasia-singapore (Microsoft.Network/connections/write",
    ),
    "a circuit that is gone": (
        lambda world: answering(world, CIRCUIT, lambda _: GONE),
        PreflightError,
        3,
        "circuit singapore, whose record lies in japaneast, cannot be read: no answer (404)",
    ),
    "a circuit without a private peering": (
        lambda world: answering(world, SINGAPORE, lambda _: GONE),
        PreflightError,
        3,
        "the private peering of circuit singapore cannot be read",
    ),
    "a private peering that is disabled": (
        lambda world: world.disabled.update(
            each["id"] for name, each in world.cloud["secondary"].items() if "circuit" in name
        ),
        PreflightError,
        3,
        "its private peering is 'Disabled', not 'Enabled'",
    ),
    "a region that takes over and is silent": (
        lambda world: world.lost.add("secondary"),
        UnreachableError,
        6,
        "secondary (southeastasia) does not answer; nothing was changed",
    ),
    "a change that was not deployed": (
        rename_spokes,
        PreflightError,
        3,
        "would also create region/spoke/spoke3/network",
    ),
}


@pytest.mark.parametrize("mode", Mode)
@pytest.mark.parametrize("name", READ)
def test_what_was_read_as_wrong_refuses_either(start: Start, name: str, mode: Mode) -> None:
    """So does what nothing can be deployed without; one message, one exit code, nothing done."""
    wrong, error, code, said = READ[name]
    world = start()
    wrong(world)

    with pytest.raises(error, match=re.escape(said)) as caught:
        begin(world, FAILOVER, mode)

    assert (caught.value.exit_code, world.writes) == (code, [])
    assert not list(world.directory.rglob("journal.jsonl"))


def test_a_region_whose_state_is_lost_is_fenced_at_its_circuit(
    start: Start, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its stack cannot be deployed, whether it answers or not; until then it is an open item."""
    world = start()
    world.unreadable.add("primary")

    assert begin(world, FAILOVER, UNPLANNED) == 0

    said = " ".join(capsys.readouterr().err.split())
    assert "primary: its stack cannot be used: the state of stack 'primary' cannot be read" in said
    assert "its circuits are looked for in the subscription of secondary" in said
    assert "fenced from outside the region" in said
    assert len(world.disabled) == 1
    assert world.conflicts == []

    world = start()
    world.lost.add("primary")
    assert begin(world, FAILOVER, UNPLANNED) == 0
    said = " ".join(capsys.readouterr().err.split())
    assert "looked for in the subscription" not in said
    assert len(world.disabled) == 1


def test_an_unplanned_failover_is_resumed_without_the_state_of_what_is_left(start: Start) -> None:
    """It stopped after the fence; without the state of the region that takes over it is refused."""
    world = start()
    world.unreadable.add("primary")

    def fail() -> None:
        raise DeploymentError("the provider does not answer")

    with (
        world.injecting(Hooks(before_deployment=fail)),
        pytest.raises(HalfwayError, match="stopped in activate-secondary"),
    ):
        begin(world, FAILOVER, UNPLANNED)
    world.unreadable.add("secondary")
    with pytest.raises(PreflightError, match="the state of stack 'secondary' cannot be read"):
        resume(world)
    world.unreadable.discard("secondary")

    assert resume(world) == 0
    assert len(world.advertised("secondary")) == 3
    assert world.conflicts == []


def test_a_key_is_refused_for_what_was_read_of_it_alone(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Used up, by the journal: refused in either mode. Its authorizations are silent: nothing."""
    world = start()
    circuit = "/subscriptions/s/resourceGroups/g/providers/Microsoft.Network/expressRouteCircuits/c"
    key = KeyedConnection(key="singapore", circuit=ResourceId.parse(circuit))
    monkeypatch.setattr(Plan, "keyed", (key,))
    monkeypatch.setattr(world, "secret", lambda _stack, _place: "key")
    pair = {name: read_stack(world.directory, name) for name in PAIR}

    def found(mode: Mode, spent: str) -> list[tuple[bool, str]]:
        situation = PreflightContext(
            plan=plan(pair["primary"], pair["secondary"], FAILOVER, mode),
            pair=pair,
            states=world.snapshots(tuple(PAIR)),
            journal_state=JournalState(used_keys=frozenset({key_digest(spent)})),
            stacks=world,
            azure=Retrying(world),
        )
        asked = circuits.keys_are_usable(situation)
        return [(situation.refuses(each), each.text.partition(":")[0]) for each in asked]

    said = "the authorizationKey of connection 'singapore' is used up"
    known = [(False, "secondary")]  # nothing is known against it
    for mode in Mode:
        assert found(mode, "key") == [(True, said)]
        assert found(mode, "another key") == known


def test_only_a_planned_failover_reads_azure_again_when_it_looks_ahead(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A reading of resources waits for each of them, and a silent one would end it."""
    for mode, drift in ((PLANNED, {"secondary"}), (UNPLANNED, set())):
        world = start()
        read: set[str] = set()
        previews = world.previews

        def looking(
            changes: Any, assumed: Assumed, read: set[str] = read, ask: Any = previews
        ) -> Any:
            read |= assumed.drift
            return ask(changes, assumed)

        monkeypatch.setattr(world, "previews", looking)
        begin(world, FAILOVER, mode)
        assert read == drift


def test_the_page_lists_every_question() -> None:
    """In the order in which they are asked."""
    page = (ROOT / "docs" / "failover.md").read_text()
    table = page.partition("| question |")[2].partition("\n\n")[0]

    rows = [line.split("|")[1].strip() for line in table.splitlines()[2:]]
    assert rows == [*QUESTIONS, "deployments write what the plan says"]


def test_where_a_borrowed_circuit_is_recorded_is_said_where_no_file_says_it(
    start: Start, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its location is its owner's to say, and Azure's to know; nothing is refused for it."""
    world = start()
    pair = {name: read_stack(world.directory, name) for name in PAIR}
    well = {"serviceProviderProvisioningState": "Provisioned", "provisioningState": "Succeeded"}
    azure = Script(
        {
            f"GET {SHARED}": [(200, {"location": "koreacentral", "properties": well})],
            f"GET {SHARED}{PEERING}": [(200, {"properties": {"provisioningState": "Succeeded"}})],
        }
    )
    unsaid = shared(live("secondary"))
    (circuit,) = unsaid.circuits
    said = replace(unsaid, circuits=(replace(circuit, location="koreacentral"),))
    found = []
    for region in (unsaid, said):
        monkeypatch.setattr(PreflightContext, "live", lambda _situation, _stack, at=region: at)
        situation = PreflightContext(
            plan=plan(pair["primary"], pair["secondary"], FAILOVER, PLANNED),
            pair=pair,
            states=world.snapshots(tuple(PAIR)),
            journal_state=JournalState(),
            stacks=world,
            azure=azure,
        )
        asked = circuits.circuits_can_carry_a_connection(situation)
        found += [(situation.refuses(each), each.warning()) for each in asked]

    assert found == [(False, "the record of circuit singapore lies in koreacentral")]
