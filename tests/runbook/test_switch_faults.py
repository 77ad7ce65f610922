"""The Python runbook where Azure is busy, fails, loses answers, or a region does not answer."""

import json
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from sparehub.simulator import control
from sparehub.simulator.arm.pipeline.access_control import DenyAssignment
from sparehub.topology.config.enums import Activation
from sparehub.topology.planning.plan import PlanKind
from tests.runbook.world import (
    SUBSCRIPTION,
    Files,
    SwitchWorld,
    bodies_of,
    copy_of,
    graph_of,
    served,
    shipped_pair,
)
from tests.topology.planning.runbook.test_switch_data import at_depth

Make = Callable[..., SwitchWorld]
CIRCUIT = (
    f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-sparehub-erc-hong-kong/providers"
    "/Microsoft.Network/expressRouteCircuits/erc-hong-kong"
)
PEERING = f"{CIRCUIT}/peerings/AzurePrivatePeering"
SOURCE, TARGET = "con-eastasia-hong-kong", "con-southeastasia-singapore"


@pytest.fixture(scope="module")
def templates(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("templates")


@pytest.fixture
def make(templates: Path, tmp_path: Path) -> Iterator[Make]:
    """Return a maker of served worlds."""
    count = iter(range(100))
    with ExitStack() as opened:

        def made(files: Files | None = None, kind: PlanKind = PlanKind.FAILOVER) -> SwitchWorld:
            directory = tmp_path / f"azure{next(count)}" / "store"
            world = copy_of(files or shipped_pair(), kind, templates, directory)
            return opened.enter_context(served(world))

        yield made


def switched(world: SwitchWorld) -> None:
    """Fail unless the network is as the model says after the switch."""
    expected, gone = after_switch(json.dumps(world.files), world.kind)
    for path, flags in expected.items():
        shown = world.shown(path)
        assert shown, path
        assert {key: shown["properties"].get(key) for key in flags} == flags, path
    assert [path for path in gone if world.shown(path)] == []


@cache
def after_switch(files: str, kind: PlanKind) -> tuple[dict[str, dict[str, Any]], set[str]]:
    """Return what is there after the switch, with plain values of its properties, and what not."""
    world = SwitchWorld(Path("/nonexistent"), json.loads(files), kind)
    standby, active, before = (
        {path: body for _, path, body, _ in bodies_of(graph_of(world.region(stack, activation)))}
        for stack, activation in (
            (world.source, Activation.STANDBY),
            (world.target, Activation.ACTIVE),
            (world.source, Activation.ACTIVE),
        )
    )
    values = {
        path: {
            key: value
            for key, value in (body.get("properties") or {}).items()
            if isinstance(value, bool | int)
        }
        for path, body in {**standby, **active}.items()
    }
    return values, before.keys() - standby.keys()


def writes(world: SwitchWorld, before: int) -> list[tuple[str, str, str]]:
    return [(m, path.split("/")[-1], outcome) for m, path, outcome in world.writes()[before:]]


@pytest.mark.parametrize("depth", ["network", "connection"])
@pytest.mark.parametrize("kind", [PlanKind.FAILOVER, PlanKind.FAILBACK])
def test_every_depth_is_switched_as_the_model_says(make: Make, depth: str, kind: PlanKind) -> None:
    """With a gateway to be made and deleted, and with peerings alone; twice writes nothing."""
    files = at_depth(depth)
    if depth == "connection":
        for values in files.values():
            values["sparehub:region"]["onPremises"]["prefers"] = "primary"
    world = make(files, kind)

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    switched(world)
    before = len(world.writes())
    assert world.run().returncode == 0
    assert writes(world, before) == []


def test_it_goes_on_from_every_prefix_of_its_writes(make: Make) -> None:
    """Half done before, by each number of writes: the rest is done, and nothing twice."""
    whole = make(at_depth("network"))
    first = len(whole.writes())
    assert whole.run().returncode == 0
    done = [(method, path) for method, path, _ in whole.writes()[first:]]
    document = whole.data.document()
    requests = {
        (each["method"], each["path"].lower()): each
        for step in document["steps"]
        for each in step.get("requests", ())
    }

    for count in range(1, len(done) + 1):
        world = make(at_depth("network"))
        for method, path in done[:count]:
            request = requests[method, path.lower()]
            answer = world.arm.send(method, request["path"], request["body"], request["query"])
            assert answer.status < 400, answer.body
        before = len(world.writes())

        ran = world.run()

        assert ran.returncode == 0, ran.stdout + ran.stderr
        assert sorted(writes(world, before)) == sorted(
            (method, path.split("/")[-1], "Succeeded") for method, path in done[count:]
        )
        switched(world)


@pytest.mark.parametrize(
    ("fault", "more"),
    [
        ("throttled", {"count": 3}),
        ("conflict", {"count": 3}),
        ("failed", {"count": 1}),
        ("lost-response", {"count": 1}),
        ("lost-response", {"after": 1, "count": 1}),
        ("transport", {"count": 6}),
        ("transport", {"after": 1, "count": 4}),
    ],
)
def test_a_fault_that_passes_is_waited_for(make: Make, fault: str, more: dict[str, int]) -> None:
    """Throttled, busy, failed once, an answer lost, a broken transport."""
    world = make()
    world.arm.inject(fault, **more)

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    switched(world)


def test_a_write_that_fails_again_and_again_is_given_up(make: Make) -> None:
    """It says what is done, what is not, and that it can be started again, which then works."""
    world = make()
    world.arm.inject("failed", region="southeastasia", count=3)

    ran = world.run()

    assert ran.returncode == 1
    assert f"{TARGET} cannot be written" in ran.stdout
    assert "done: probe-primary, fence-primary; not done: activate-secondary" in ran.stdout
    assert "can be started again" in ran.stdout
    assert "SwitchError" in ran.stderr  # an exception, which makes the job Failed
    assert world.run().returncode == 0
    switched(world)


def test_a_region_that_does_not_answer_is_fenced_at_its_circuit(make: Make) -> None:
    """ER-38: the private peering is Disabled, with all else as it was; then the target connects."""
    world = make()
    peering = world.arm.get(PEERING)
    world.arm.inject("region-down", region="eastasia")
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "eastasia does not answer" in ran.stdout
    assert writes(world, before) == [
        ("PUT", "AzurePrivatePeering", "Succeeded"),
        ("PUT", TARGET, "Succeeded"),
    ]
    after = world.arm.get(PEERING)
    assert {**after["properties"], "state": "Enabled"} == peering["properties"]
    again = len(world.writes())
    assert world.run().returncode == 0
    assert writes(world, again) == []


OUTSIDE = [("PUT", "AzurePrivatePeering", "Succeeded"), ("PUT", TARGET, "Succeeded")]


def test_a_region_that_answers_and_fails_writes_is_fenced_at_its_circuit(make: Make) -> None:
    """Its DELETE fails again and again; the circuit is in another region, and is written."""
    world = make()
    world.arm.inject("failed", region="eastasia", count=100)
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "eastasia cannot be disconnected by itself" in ran.stdout
    assert [each for each in writes(world, before) if each[0] == "PUT"] == OUTSIDE


def test_a_deletion_that_never_ends_is_left_for_the_circuit(make: Make) -> None:
    """The source's part has a limit of its own: the 150 minutes are not spent on it."""
    world = make()
    world.hanging = SOURCE
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "deleting: /subscriptions/" in ran.stdout
    assert "it was not done in the time that it may take" in ran.stdout
    assert writes(world, before) == OUTSIDE


def _renamed(world: SwitchWorld) -> str:
    """Give the source's connection another name, as somebody may by hand; return its path."""
    group = world.data.document()["source"]["group"]
    connections = f"{group}/providers/Microsoft.Network/connections"
    old = world.arm.get(f"{connections}/{SOURCE}")
    assert world.arm.send("DELETE", f"{connections}/{SOURCE}").status < 300
    names = ("connectionType", "virtualNetworkGateway1", "peer", "routingWeight")
    properties = {name: old["properties"][name] for name in names}
    world.arm.put(
        f"{connections}/con-renamed", {"location": old["location"], "properties": properties}
    )
    return f"{connections}/con-renamed"


@pytest.mark.parametrize("lost", [False, True])
def test_a_connection_that_the_data_does_not_have_proves_no_fence(
    make: Make, *, lost: bool
) -> None:
    """404 of the one in the data proves nothing: another one may be in its place."""
    world = make()
    renamed = _renamed(world)
    if lost:
        world.arm.inject("region-down", region="eastasia")
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 1
    assert "NOT FENCED: " in ran.stdout
    assert renamed.lower() in ran.stdout.lower()
    assert writes(world, before) == []
    assert world.run(fenced_on_premises="TICKET-1").returncode == 0


def test_data_of_another_subscription_is_refused(make: Make) -> None:
    """The hub is not there, so that nothing that is not found proves anything."""
    world = make()
    elsewhere = "11111111-1111-1111-1111-111111111111"
    world.subscriptions = {world.source.name: elsewhere}
    world.publish()
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 1
    assert "the data does not fit what stands: there is no /subscriptions/1111" in ran.stdout
    assert "sparehub replicate" in ran.stdout
    assert writes(world, before) == []


def test_a_teardown_that_hangs_does_not_undo_the_switch(make: Make) -> None:
    """It comes after the routes are learned, has a limit of its own, and is left open."""
    world = make(at_depth("network"))
    world.hanging = "ergw-eastasia"

    ran = world.run()

    assert ran.returncode == 0, ran.stdout + ran.stderr
    learned, _, rest = ran.stdout.partition("learned from on-premises: ")
    assert "stand-down-primary: " not in learned
    assert "open: left: tear down what primary needs only while it is active: " in rest
    assert "the network is switched" in rest


def test_a_ticket_goes_on_where_writes_fail_and_others_use_the_circuit(make: Make) -> None:
    """Without it nothing is connected, and the message has both reasons."""
    world = make()
    _another_link(world)
    world.arm.inject("failed", region="eastasia", count=100)

    refused = world.run()
    before = len(world.writes())
    ran = world.run(fenced_on_premises="TICKET-1")

    assert refused.returncode == 1
    assert "NOT FENCED: eastasia cannot be disconnected by itself (/subscr" in refused.stdout
    assert "would also cut: /subscriptions/" in refused.stdout
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert [each for each in writes(world, before) if each[0] == "PUT"] == OUTSIDE[1:]


def test_a_circuit_that_others_use_is_not_disabled(make: Make) -> None:
    """Nothing is written; the message has the others, the filters, and the parameter."""
    world = make()
    _another_link(world)
    world.arm.inject("region-down", region="eastasia")
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 1
    assert writes(world, before) == []
    assert "would also cut: /subscriptions/" in ran.stdout
    assert "prefix-list SPAREHUB-FENCE" in ran.stdout
    assert "fenced-on-premises=TICKET" in ran.stdout


def test_a_ticket_goes_on_without_that_fence(make: Make) -> None:
    """Routers filter the lost region: the others keep their circuit, and the target connects."""
    world = make()
    _another_link(world)
    world.arm.inject("region-down", region="eastasia")
    before = len(world.writes())

    ran = world.run(fenced_on_premises="TICKET-1")

    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert "fenced on-premises: TICKET-1" in ran.stdout
    assert writes(world, before) == [("PUT", TARGET, "Succeeded")]


def _another_link(world: SwitchWorld) -> None:
    """Connect a gateway of somebody else to the source's circuit."""
    root = f"/subscriptions/{SUBSCRIPTION}/resourceGroups/rg-theirs"
    networks = f"{root}/providers/Microsoft.Network"
    place = {"location": "southeastasia"}
    world.arm.put_by("2021-04-01", root, place)
    hub = f"{networks}/virtualNetworks/theirs"
    space = {"addressSpace": {"addressPrefixes": ["10.99.0.0/24"]}}
    world.arm.put(hub, {**place, "properties": space})
    subnet = f"{hub}/subnets/GatewaySubnet"
    world.arm.put(subnet, {"properties": {"addressPrefix": "10.99.0.0/26"}})
    gateway = f"{networks}/virtualNetworkGateways/theirs"
    configuration = {"name": "default", "properties": {"subnet": {"id": subnet}}}
    world.arm.put(
        gateway,
        {
            **place,
            "properties": {
                "gatewayType": "ExpressRoute",
                "sku": {"name": "ErGw1AZ", "tier": "ErGw1AZ"},
                "ipConfigurations": [configuration],
            },
        },
    )
    world.arm.put(
        f"{networks}/connections/theirs",
        {
            **place,
            "properties": {
                "connectionType": "ExpressRoute",
                "virtualNetworkGateway1": {"id": gateway},
                "peer": {"id": CIRCUIT},
                "routingWeight": 0,
            },
        },
    )


def test_a_target_that_stops_answering_leaves_a_way_on(make: Make) -> None:
    """In the middle, after its gateway is made: started again, it goes on from there."""
    world = make(at_depth("network"))
    world.arm.inject("region-down", region="southeastasia", after=1)

    ran = world.run()

    assert ran.returncode == 1
    assert "does not answer" in ran.stdout
    assert "done: probe-primary, fence-primary; not done: activate-secondary" in ran.stdout
    control.clear_faults(world.directory)
    before = len(world.writes())
    assert world.run().returncode == 0
    assert ("PUT", "ergw-southeastasia", "Succeeded") not in writes(world, before)
    switched(world)


def test_a_target_that_does_not_answer_at_all_changes_nothing(make: Make) -> None:
    """The account is there as well: no data, no fence."""
    world = make()
    world.arm.inject("region-down", region="southeastasia")
    before = len(world.writes())

    ran = world.run()

    assert (ran.returncode, "cannot be read: 503" in ran.stderr) == (1, True)
    assert writes(world, before) == []


def test_an_identity_without_rights_is_named(make: Make) -> None:
    """403: nothing is written, and the message says which right is missing where."""
    world = make()
    scope = f"/subscriptions/{SUBSCRIPTION}"
    actions = (
        "Microsoft.Network/connections/delete",
        "Microsoft.Network/expressRouteCircuits/peerings/write",
    )
    denied = DenyAssignment(scope=scope, name="no fence", actions=actions)
    control.deny(world.directory, [denied])
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 1
    assert f"may not write {scope}/resourceGroups/rg-sparehub-eastasia" in ran.stdout
    assert [outcome for _, _, outcome in writes(world, before)] == ["Refused", "Refused"]
    assert "not done: fence-primary, activate-secondary" in ran.stdout


def test_the_deadline_ends_a_wait(make: Make) -> None:
    """150 minutes passed: it stops, and a later start goes on."""
    world = make()
    world.arm.inject("throttled", region="southeastasia", count=1000)

    ran = world.run()

    assert ran.returncode == 1
    assert "150 minutes have passed: start it again to go on" in ran.stdout
    assert "not done: activate-secondary" in ran.stdout
    control.clear_faults(world.directory)
    assert world.run().returncode == 0
    switched(world)


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("", "holds no data of a switch"),
        ("not JSON", "was edited"),
        ("{}", "was edited"),
    ],
)
def test_edited_data_is_refused(make: Make, text: str, problem: str) -> None:
    """The digest is in the parameters, so that nothing else is carried out."""
    world = make()
    world.publish(text)
    before = len(world.writes())

    ran = world.run()

    assert ran.returncode == 1
    assert problem in ran.stderr or "was edited" in ran.stderr
    assert "sparehub replicate" in ran.stderr
    assert writes(world, before) == []


def test_data_with_one_other_letter_is_refused(make: Make) -> None:
    """Also where it is still the data of a switch."""
    world = make()
    world.publish(world.rendered.data.replace("con-southeastasia", "con-southeastasiA", 1))

    ran = world.run()

    assert (ran.returncode, "was edited (SHA-256" in ran.stderr) == (1, True)


def test_missing_data_is_refused(make: Make) -> None:
    """The message names the variable and the command that publishes it."""
    ran = make().run(data="other")

    assert ran.returncode == 1
    assert "the variable other cannot be read: 404" in ran.stderr
    assert "sparehub replicate" in ran.stderr


@pytest.mark.parametrize(
    ("changed", "problem"),
    [
        ({"digest": None}, "these parameters are missing: digest"),
        ({"endpoint": ""}, "these parameters are missing: endpoint"),
        ({"minutes": "soon"}, "minutes must be a number"),
        *(({"minutes": each}, "above 0, at most 150") for each in ("nan", "inf", "0", "-1", "151")),
        ({"other": "x"}, "'other=x' is not a parameter"),
    ],
)
def test_a_wrong_parameter_is_refused(make: Make, changed: dict[str, Any], problem: str) -> None:
    """Before anything is read."""
    world = make()

    ran = world.run(**changed)

    assert (ran.returncode, problem in ran.stderr) == (1, True)
    assert world.requests == []
